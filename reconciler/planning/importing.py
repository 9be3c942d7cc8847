"""Takes an account over: reads its rows, and adds what is missing to a definitions file without touching the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.definitions.discover import SourceFile
from reconciler.definitions.load import Definitions
from reconciler.definitions.source import DefinitionFile, read, read_text
from reconciler.errors import CredentialsError, OptionKey, Refusal, UsageError
from reconciler.model.signature import LiveSignature
from reconciler.render.definitions_yaml import KeyedRow, entries_text, keyed
from reconciler.tencent.api import Describer
from reconciler.yaml12.problems import Problem

_INDENT: Final = 2


class Found(NamedTuple):
    """The rows of an account, and the ids that were asked for and are not there."""

    rows: tuple[LiveSignature, ...]
    missing: tuple[int, ...] = ()


def read_account(reader: Describer, sign_ids: Sequence[int]) -> Found:
    """Return the whole account, or only the signatures asked for by id.

    Raises CredentialsError where the account cannot be listed.
    """
    if sign_ids:
        rows = reader.rows(dict.fromkeys(sign_ids, True), everything=False).rows
        return Found(tuple(rows.values()), tuple(each for each in sign_ids if each not in rows))
    listing = reader.rows({})
    if not listing.complete:
        raise CredentialsError(
            "this account's signatures cannot be listed with these keys at this endpoint",
            hint="name them with {option}, once for each; the console shows the ids",
            option=OptionKey("sign-id"),
        )
    return Found(tuple(listing.rows.values()))


class Merge(NamedTuple):
    """A definitions file with what was missing: its whole text, and what was added."""

    text: str
    added: tuple[KeyedRow, ...]


def merged(path: Path, definitions: Definitions, rows: Sequence[LiveSignature]) -> Merge:
    """Return the file's text with the rows that no definition of the run names; every other byte is as it was.

    Raises UsageError where the file cannot be read, or its signatures are not written below each other.
    """
    file, text = parsed(path, definitions.root)
    known = {signature.sign_id for signature in definitions.signatures}
    known |= {
        fields["sign_id"] for fields in file.signatures.values() if isinstance(fields, dict) and "sign_id" in fields
    }
    entries = keyed((row for row in rows if row.sign_id not in known), set(file.signatures))
    if not entries:
        return Merge(text, ())
    at, indent, inner = _place(file, text)
    added = entries_text(entries, indent, inner)
    if "\r\n" in text:
        added = added.replace("\n", "\r\n")
    new = _spliced(text, at, added, has_section="signatures" in file.data)
    _check(path, file, new, entries)
    return Merge(new, tuple(entries))


def parsed(path: Path, root: Path) -> tuple[DefinitionFile, str]:
    """Read a file that is to be edited, and its text as it is. Raises UsageError where it cannot be read."""
    decoded = read_text(path, root)
    problems = [decoded.within(path.name)] if isinstance(decoded, Problem) else []
    found = problems or read(SourceFile(path, path.name), str(decoded))
    if isinstance(found, list):
        raise UsageError("{file} cannot be added to: {problem}", file=path.name, problem=found[0].message)
    return found, path.read_bytes().decode("utf-8")  # with its byte order mark, and as it ends its lines


def _place(file: DefinitionFile, text: str) -> tuple[int, str, str]:
    """Return where entries go, as an index into the text, and the indentation of keys and of fields."""
    lines = text.splitlines(keepends=True)
    section = file.data.get("signatures")
    if "signatures" not in file.data:
        return len(text), " " * _INDENT, " " * 2 * _INDENT
    if not isinstance(section, dict) or not section:
        raise _not_in_block(file)
    start = file.key_at(file.data, "signatures").line
    keys = list(file.positions.keys(section))
    column = keys[0][1] - 1
    if keys[0][0] == start or column == 0:
        raise _not_in_block(file)
    later = [file.key_at(file.data, name).line for name in file.data]
    end = min((line for line in later if line > start), default=len(lines) + 1) - 1
    while end > start and not _belongs(lines[end - 1]):
        end -= 1
    inner = _field_column(file, section) or column + _INDENT
    return sum(map(len, lines[:end])), " " * column, " " * inner


def _belongs(line: str) -> bool:
    """Return whether a line is part of the signatures: no blank one, and no comment at the very left."""
    return bool(line.strip()) and line[0] in " \t"


def _field_column(file: DefinitionFile, section: dict[str, object]) -> int | None:
    for fields in section.values():
        if isinstance(fields, dict) and fields:
            return next(file.positions.keys(fields))[1] - 1
    return None


def _not_in_block(file: DefinitionFile) -> UsageError:
    return UsageError(
        "{place}: `signatures` is not written as lines below each other, so nothing can be added",
        hint="write `signatures:` and each key on a line of its own",
        place=str(file.key_at(file.data, "signatures")),
    )


def _spliced(text: str, at: int, added: str, *, has_section: bool) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    before, after = text[:at], text[at:]
    if before and not before.endswith(("\n", "\r")):
        before += newline
    head = newline if has_section else f"{newline}signatures:{newline}"
    body = added.removesuffix(newline) if not after.strip() else added
    return f"{before}{head}{body}{after}"


def _check(path: Path, old: DefinitionFile, new: str, entries: Sequence[KeyedRow]) -> None:
    """Raise Refusal unless the new text says what the old one did, and what was added: nothing else may be written."""
    found = read(SourceFile(path, path.name), new.removeprefix("\ufeff"))
    wanted = {**old.signatures, **{key: _as_data(row) for key, row in entries}}
    if isinstance(found, DefinitionFile) and found.data == {**old.data, "signatures": wanted}:
        return
    raise Refusal(
        "{file} is written in a way that nothing can be added to for certain; it was left as it is",
        hint="import into another file, and copy what is missing",
        file=path.name,
    )


def _as_data(row: LiveSignature) -> dict[str, object]:
    return {"observe": True, "sign_id": row.sign_id, "sign_name": row.sign_name, "international": row.international}
