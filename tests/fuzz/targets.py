"""What is fuzzed, and what must hold of any bytes. An assertion that fails here is a finding, like a crash."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reconciler.definitions.codes import DIAGNOSTIC_CODES, IMAGE_CODES
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.errors import StateError, fill
from reconciler.evidence.inspect import inspect
from reconciler.evidence.structure import MAX_PIXELS
from reconciler.state.codec import dump, parse

_FOLDER: Final = tempfile.TemporaryDirectory(prefix="reconciler-fuzz-")
_FILE: Final = Path(_FOLDER.name, "input")
_LINE_END: Final = re.compile("\r\n|\r|\n")
_ENDINGS: Final = (".png", ".jpg", ".JPEG", ".gif")


def definitions(data: bytes) -> None:
    """Load a definition file: every problem has a known code, words on one line and a place inside the file."""
    file = _FILE.with_suffix(".yaml")
    file.write_bytes(data)
    found = load_definitions([file.name], cwd=file.parent)
    places = [(problem.location.line, problem.location.column) for problem in found.diagnostics]
    assert places == sorted(places)
    lines = _LINE_END.split(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    for problem, (line, column) in zip(found.diagnostics, places, strict=True):
        assert problem.code in DIAGNOSTIC_CODES, problem
        assert 1 <= line <= len(lines), problem
        assert 1 <= column <= len(lines[line - 1]) + 1, problem
        _assert_readable(problem.message, problem.hint)
    _assert_settled(found)


def _assert_settled(found: Definitions) -> None:
    if found.valid:
        assert found.account is not None
    for signature in found.signatures:
        assert signature.sign_id > 0
        assert signature.fields.sign_name


def evidence(data: bytes) -> None:
    """Look at an image file: it is an image of a known size, or has a problem with a known code."""
    file = _FILE.with_suffix(_ENDINGS[len(data) % len(_ENDINGS)])
    file.write_bytes(data)
    (found,) = inspect(file.parent, [(str(file.parent), file.name)]).values()
    image, found_problems = found
    for problem in found_problems:
        assert problem.code in IMAGE_CODES, problem
        _assert_readable(fill(problem.text, problem.params), fill(problem.hint, problem.params))
    assert image is not None or found_problems
    if image is not None:
        assert image.sha256 == hashlib.sha256(data).hexdigest()
        assert image.bytes == len(data)
        assert 0 < image.width * image.height <= MAX_PIXELS


def record(data: bytes) -> None:
    """Read a state document: a state that is stored and read again as it is, or a StateError with a hint."""
    try:
        state = parse(data, source="record.json")
    except StateError as error:
        _assert_told(error)
        return
    stored = dump(state)
    assert parse(stored, source="stored") == state
    assert dump(parse(stored, source="stored")) == stored


def _assert_told(error: StateError) -> None:
    assert error.message.startswith("record.json: ")
    _assert_readable(error.message, error.hint)


def _assert_readable(*texts: str) -> None:
    for text in texts:
        assert text
        assert text.isprintable(), text


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "definitions": definitions,
    "evidence": evidence,
    "record": record,
}
