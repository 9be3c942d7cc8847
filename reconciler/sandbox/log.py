"""The request log: one JSON line a request, without secrets and without images."""

# A line is written before the answer is sent, with one write: whoever reads the log sees it whole.

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from reconciler.errors import ReconcilerError, system_words
from reconciler.files import PRIVATE_MODE
from reconciler.sandbox.parameters import digest

_IMAGES: Final = frozenset({"ProofImage", "CommissionImage"})
_SECRETS: Final = frozenset({"WebIdentityToken"})


# Characters; longer text is no name or remark but something that strayed into the wrong parameter.
_LONGEST: Final = 1000


# Logged for what no parameter of the vendor's is: it may be as deep as its sender likes.
_NESTED: Final = "(nested)"


class RequestLog:
    """Where requests are noted: in a file, opened for appending, and in ``entries`` where that is asked for."""

    def __init__(self, path: Path | None, *, keep: bool = False) -> None:
        self.entries: list[dict[str, Any]] = []
        self._keep = keep
        try:
            self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_MODE)
        except OSError as problem:
            raise ReconcilerError(
                "{path}: the log cannot be written there ({why})",
                hint="name a file in a folder that can be written to",
                path=path,
                why=system_words(problem),
            ) from None

    def note(self, entry: dict[str, Any]) -> None:
        """Note one request: ``time`` (unix s), ``action``, ``request_id``, ``code`` and ``params``."""
        if self._keep:
            self.entries.append(entry)
        if self._file is not None:
            os.write(self._file, json.dumps(entry, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def redacted(params: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return parameters fit for a log: images as ``{"sha256", "bytes"}``, secrets as ``***``."""
    return {name: _redacted(name, value) for name, value in params}


def _redacted(name: str, value: Any) -> Any:  # parameters of any JSON type
    if name in _SECRETS:
        return "***"
    if isinstance(value, list):
        return [_redacted(name, item) if not isinstance(item, list) else _NESTED for item in value]
    if isinstance(value, dict):
        return _NESTED
    if isinstance(value, str) and (name in _IMAGES or len(value) > _LONGEST):
        return _digested(value)
    return value


def _digested(text: str) -> dict[str, Any]:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = text.encode("utf-8", "surrogatepass")
    known = digest(content)
    return {"sha256": known.sha256, "bytes": known.size}
