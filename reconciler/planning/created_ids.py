"""Writes the ids of signatures that were created into their definitions, and leaves every other byte as it is."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path, PurePath
from typing import Final, NamedTuple

from reconciler.definitions.load import Definitions
from reconciler.definitions.source import DefinitionFile
from reconciler.errors import ReconcilerError, Refusal, UsageError, said, system_words
from reconciler.files import replace_plain
from reconciler.model.report import ApplyReport
from reconciler.model.signature import Signature, id_edit
from reconciler.planning.importing import parsed

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_NEW: Final = re.compile(r"(['\"]?)new\1(?![^\s,}#\]])")


class _Created(NamedTuple):
    signature: Signature
    sign_id: int


def write_created_ids(definitions: Definitions, report: ApplyReport) -> Iterator[str]:
    """Write every id that is known into the files, and yield a line for each edit, also for one that is left to do."""
    created = _created(definitions, report)
    if created and report.plan.target.sandbox:
        yield said("the ids are those of the SANDBOX: do not commit them")
    defined = {signature.sign_id: signature for signature in definitions.signatures if not signature.is_new}
    files: dict[Path, list[_Created]] = {}
    for each in created:
        if (other := defined.get(each.sign_id)) is not None:
            words = (
                "{key} is left as it is: its `sign_id: {sign_id}` is that of {other} already, so one of them must go"
            )
            yield said(words, key=each.signature.key, sign_id=each.sign_id, other=other.key)
        else:
            files.setdefault(_path(each.signature), []).append(each)
    for path, wanted in files.items():
        try:
            _write(path, definitions.root, wanted)
        except (ReconcilerError, OSError) as problem:
            why = system_words(problem) if isinstance(problem, OSError) else problem.message
            yield said("{file} was left as it is: {why}", file=path.name, why=why)
            yield from (id_edit(each.signature, each.sign_id) for each in wanted)
        else:
            words = "{file}: {key} has `sign_id: {sign_id}` now"
            yield from (said(words, file=path.name, key=each.signature.key, sign_id=each.sign_id) for each in wanted)


def _created(definitions: Definitions, report: ApplyReport) -> Sequence[_Created]:
    new = {signature.key: signature for signature in definitions.signatures if signature.is_new}
    found = []
    for planned in report.plan.signatures:
        sign_id = report.result(planned).sign_id or planned.desired.sign_id
        if planned.desired.key in new and sign_id:
            found.append(_Created(new[planned.desired.key], sign_id))
    return found


def _path(signature: Signature) -> Path:
    return Path(signature.folder) / PurePath(signature.location.file).name


def _write(path: Path, root: Path, wanted: Sequence[_Created]) -> None:
    """Replace the file in one step.

    Raises Refusal or UsageError where the word is not where it was read, or an id came into the file since.
    """
    file, text = parsed(path, root)
    ids = {fields.get("sign_id") for fields in file.signatures.values() if isinstance(fields, dict)}
    if taken := next((each for each in wanted if each.sign_id in ids), None):
        raise Refusal("`sign_id: {sign_id}` is defined there already", sign_id=taken.sign_id)
    new = text
    starts = list(accumulate((len(line) for line in _LINE.findall(text)), initial=0))
    places = sorted(((_place(file, each, starts, text), each.sign_id) for each in wanted), reverse=True)
    for (start, end), sign_id in places:
        new = f"{new[:start]}{sign_id}{new[end:]}"
    replace_plain(path, new.encode(), mode=stat.S_IMODE(path.stat().st_mode))


def _place(file: DefinitionFile, created: _Created, starts: Sequence[int], text: str) -> tuple[int, int]:
    """Return where the word is, as indices into the text."""
    fields = file.signatures.get(created.signature.key)
    if not isinstance(fields, dict) or fields.get("sign_id") != "new":
        raise Refusal("{key} does not say `sign_id: new` any more", key=created.signature.key)
    _, line, column = file.value_at(fields, "sign_id")
    # Columns do not count a byte order mark, and the text still has it.
    mark = int(line == 1 and text.startswith("\ufeff"))
    found = _NEW.match(text, starts[line - 1] + column - 1 + mark)
    if found is None:
        raise UsageError("the word `new` of {key} is not written out there", key=created.signature.key)
    return found.start(), found.end()
