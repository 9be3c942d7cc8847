"""What may stand only once in a run: a key and an id are errors the second time, a name is worth a warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from reconciler.definitions.parsed import ParsedFile
from reconciler.definitions.problem import Problem
from reconciler.definitions.wording import shown
from reconciler.model.source import Location, Severity

Entry = tuple[ParsedFile, str, dict[str, Any]]
"""A signature with its file and its key."""

_COMPARABLE: Final = frozenset({str, int, float})
"""Not `true`, which equals 1 for Python and is no id, nor a list, which cannot be looked up."""


def check_duplicates(files: Sequence[ParsedFile]) -> None:
    """Report keys, ids and names that stand twice among all files, each at the later place and naming the earlier."""
    entries = list(_entries(files))
    _check_keys(entries)
    _check_field(
        entries, "sign_id", "duplicate-sign-id", Severity.ERROR, "each signature is defined once; take one away"
    )
    _check_field(entries, "sign_name", "duplicate-name", Severity.WARNING, "the vendor refuses a second pending one")


def _entries(files: Sequence[ParsedFile]) -> Iterator[Entry]:
    for file in files:
        if file.full:
            continue
        for key, signature in file.signatures().items():
            if isinstance(signature, dict):
                yield file, key, signature


def _check_keys(entries: Sequence[Entry]) -> None:
    seen: dict[str, ParsedFile] = {}
    for file, key, _signature in entries:
        first = seen.setdefault(key, file)
        if first is not file:
            before = first.key_place(first.signatures(), key)
            here = file.key_place(file.signatures(), key)
            message = f"the key {shown(key)} is taken by the signature in {before}"
            file.refuse(key, Problem(here.line, here.column, "duplicate-signature", message, "choose another key"))


def _check_field(entries: Sequence[Entry], field: str, code: str, severity: Severity, hint: str) -> None:
    seen: dict[Any, tuple[ParsedFile, dict[str, Any]]] = {}
    for file, key, signature in entries:
        value = signature.get(field)
        if type(value) not in _COMPARABLE:
            continue
        first_file, first = seen.setdefault((_series(signature, field), value), (file, signature))
        if first is not signature:
            before = _field_place(first_file, first, field)
            here = _field_place(file, signature, field)
            message = f"`{field}` {shown(value)} stands in {before} already"
            file.refuse(key, Problem(here.line, here.column, code, message, hint, severity))


def _series(signature: dict[str, Any], field: str) -> Any:
    """Return what keeps equal values apart: nothing does for ids, the series does for names."""
    return str(signature.get("international")) if field == "sign_name" else None


def _field_place(file: ParsedFile, signature: dict[str, Any], field: str) -> Location:
    assert file.tree is not None  # noqa: S101  # its signatures were read
    return Location(file.source.shown, *file.tree.marks.value(signature, field))
