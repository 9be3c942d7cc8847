"""When two spellings of a name may be the same one: whether the vendor normalises names is not documented."""

from __future__ import annotations

import unicodedata


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are equal but for width, composition, case and spacing."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
