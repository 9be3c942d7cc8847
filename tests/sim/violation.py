"""What an invariant says when it did not hold."""

from __future__ import annotations

from typing import NamedTuple


class Violation(NamedTuple):
    """A broken invariant: its number on the page on the protocol, a word for its kind, and what happened."""

    number: int
    kind: str
    what: str
