"""Takes an account over: reads its rows, and adds what is missing to a definitions file without touching the rest."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.contract.error_codes import NOT_LISTED
from reconciler.definitions.discover import SourceFile
from reconciler.definitions.load import Definitions, check_file
from reconciler.definitions.run_checks import check_roles
from reconciler.definitions.schema_check import check_schema
from reconciler.definitions.source import DefinitionFile, read, read_text
from reconciler.diagnostics import Severity
from reconciler.errors import Refusal, UsageError, VendorError, said, system_words
from reconciler.files import replace_plain
from reconciler.model.signature import Account, LiveSignature, Signature
from reconciler.render.definitions_yaml import KeyedRow, entries_text, file_text, keyed
from reconciler.tencent.api import Describer
from reconciler.yaml12.problems import Problem

_INDENT: Final = 2


class Found(NamedTuple):
    """The rows of an account, and the ids that were asked for and are not there."""

    rows: tuple[LiveSignature, ...]
    missing: tuple[int, ...] = ()


def read_account(reader: Describer, sign_ids: Sequence[int]) -> Found:
    """Return the whole account, or only the signatures asked for by id.

    Raises VendorError where the account cannot be listed.
    """
    if sign_ids:
        rows = reader.rows(dict.fromkeys(sign_ids, True), everything=False).rows
        return Found(tuple(rows.values()), tuple(each for each in sign_ids if each not in rows))
    listing = reader.rows({})
    if not listing.complete:
        hint = "name them with {option}, once for each; the console shows the ids"
        raise VendorError("", code=NOT_LISTED, hint=hint, option="--sign-id")
    return Found(tuple(listing.rows.values()))


def check_account(account: Account) -> None:
    """Raise UsageError where a file with this account would not be valid."""
    found = read(SourceFile(Path(), ""), file_text(account, (), ""))
    problems = found if isinstance(found, list) else [*check_schema(found, account.site), *check_roles([found])]
    for problem in problems:
        raise UsageError(
            "the account cannot be written like this: {problem}", hint="{remedy}", problem=problem.message,
            remedy=problem.hint,
        )  # fmt: skip


def field_errors(text: str, site: str) -> Mapping[str, Mapping[str, str]]:
    """Return what is wrong with the definitions of a text that was made here, by key and field.

    What is about no line of a field goes to the name, which every definition has.
    """
    file = read(SourceFile(Path(), ""), text)
    if not isinstance(file, DefinitionFile):
        return {}
    errors: dict[str, dict[str, str]] = {}
    for problem in check_file(file, site):
        fields = file.signatures.get(problem.about or "")
        if problem.severity is Severity.ERROR and isinstance(fields, dict):
            lines = {file.key_at(fields, name).line: name for name in fields}
            of_key = errors.setdefault(str(problem.about), {})
            of_key.setdefault(lines.get(problem.location.line, "sign_name"), problem.message)
    return errors


def check_place(file: Path, name: str) -> None:
    """Raise UsageError where a file cannot be made, as far as its folder tells. ``name`` is what the person typed."""
    if not os.path.isdir(file.parent):  # noqa: PTH112  # Path.is_dir raises where a folder may not be entered
        raise _not_writable(name, said("there is no folder {folder}", folder=os.path.dirname(name)))  # noqa: PTH120
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise _not_writable(name, said("nothing may be written to its folder"))


def save(file: Path, text: str, name: str, *, mode: int) -> None:
    """Make a text the content of a plain file in one step. Raises UsageError where that is not possible."""
    try:
        replace_plain(file, text.encode(), mode=mode)
    except OSError as error:
        raise _not_writable(name, system_words(error)) from None


def _not_writable(name: str, why: str) -> UsageError:
    return UsageError("{file} cannot be written: {why}", file=name, why=why)


class Merge(NamedTuple):
    """A definitions file with what was missing: its whole text, and what was added.

    ``awaited`` are rows that a definition names whose id it does not have yet, each with the key of that definition.
    """

    text: str
    added: tuple[KeyedRow, ...]
    awaited: tuple[KeyedRow, ...] = ()


def merged(path: Path, definitions: Definitions, rows: Sequence[LiveSignature]) -> Merge:
    """Return the file's text with the rows that no definition of the run names; every other byte is as it was.

    Raises UsageError where the file cannot be read, or its signatures are not written below each other.
    """
    file, text = parsed(path, definitions.root)
    known = {signature.sign_id for signature in definitions.signatures}
    rows = [row for row in rows if row.sign_id not in known]
    new = {_name_of(each): each.key for each in definitions.signatures if each.is_new}
    awaited = tuple(KeyedRow(new[name], row) for row in rows if (name := _name_of(row)) in new)
    entries = keyed((row for row in rows if _name_of(row) not in new), set(file.signatures))
    if not entries:
        return Merge(text, (), awaited)
    at, indent, inner = _place(file, text)
    added = entries_text(entries, indent, inner)
    if "\r\n" in text:
        added = added.replace("\n", "\r\n")
    changed = _spliced(text, at, added, has_section="signatures" in file.data)
    _check(path, file, changed, entries)
    return Merge(changed, tuple(entries), awaited)


def _name_of(each: Signature | LiveSignature) -> tuple[bool, str]:
    """Return what a definition without an id and its row have in common: the vendor may spell a name without blanks."""
    fields = each.fields if isinstance(each, Signature) else each
    return fields.international, "".join(unicodedata.normalize("NFKC", fields.sign_name).split())


def parsed(path: Path, root: Path) -> tuple[DefinitionFile, str]:
    """Read a file that will be edited, and its text as it is. Raises UsageError where it cannot be read."""
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
