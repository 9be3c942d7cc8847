"""The record as bytes: versioned JSON in UTF-8, one signature a line in the order of the ids, so that diffs read well.

Reading is strict. Whatever the bytes are, the answer is a state or a StateError that names the place and the mend.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.errors import StateError
from reconciler.model.state import State
from reconciler.state.lines import Lines, line_of
from reconciler.state.reading import state_of
from reconciler.state.shapes import Malformed
from reconciler.state.writing import VERSION, head_object

MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest document read or written; one signature takes about 1.2 kB, so this is over 20,000 of them."""

_REPAIR: Final = (
    "Put a good copy back (with a state branch: revert its last commit). Without one, move it away: the next plan"
    " then treats every signature as never submitted, and `reconciler adopt KEY` records what is known."
)


def dump(state: State, lines: Lines | None = None) -> bytes:
    """Return the document of a state, checked as reading checks it: what cannot be read again must not be stored.

    ``lines`` remembers from one call to the next what was checked already.

    Raises StateError where a value has no place in the format, or the document grows past ``MAX_BYTES``.
    """
    head = head_object(state)
    try:
        state_of({**head, "signatures": []})
        signatures = (lines or Lines()).of(state.entries)
    except Malformed as problem:
        raise StateError(
            f"the record cannot be stored: {problem}", hint="This is a mistake in the program: please report it."
        ) from None
    data = _written(head, signatures)
    if len(data) > MAX_BYTES:
        raise StateError(
            f"the record would be larger than {MAX_BYTES // 2**20} MiB",
            hint="Move it away and adopt what is still in use.",
        )
    return data


def parse(data: bytes, *, source: str) -> State:
    """Return the state that a document holds. ``source`` names the document in messages.

    Raises StateError for anything but a well-formed document of this version.
    """
    if len(data) > MAX_BYTES:
        raise StateError(f"{source}: the record is larger than {MAX_BYTES // 2**20} MiB", hint=_REPAIR)
    try:
        value = _json(data)
        _check_version(value, source)
        return state_of(value)
    except Malformed as problem:
        raise StateError(f"{source}: the record cannot be read: {problem}", hint=_REPAIR) from None


def _written(head: Mapping[str, object], signatures: Sequence[str]) -> bytes:
    lines = [f"  {line_of(name)}: {line_of(value)}," for name, value in head.items()]
    body = "[\n    " + ",\n    ".join(signatures) + "\n  ]" if signatures else "[]"
    return "\n".join(["{", *lines, f'  "signatures": {body}', "}", ""]).encode()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        raise Malformed(f"byte {problem.start} is not UTF-8") from None
    except json.JSONDecodeError as problem:
        raise Malformed(f"line {problem.lineno}, column {problem.colno} is not JSON ({problem.msg})") from None
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError:
        raise Malformed("it holds a number with too many digits") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object holds the same field twice")
    return found


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not JSON")


def _check_version(value: Any, source: str) -> None:
    if type(value) is dict and type(value.get("version")) is int and value["version"] != VERSION:
        raise StateError(
            f"{source}: the record is of version {ascii(value['version'])[:20]}, this release knows version {VERSION}",
            hint="Use the release that wrote it, or a newer one.",
        )
