"""What happened, line by line, in columns that a person can follow without a debugger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple


class Line(NamedTuple):
    """One thing that happened: when in virtual seconds, who did it, at which seam, and what it was."""

    time: float
    actor: str
    seam: str
    what: str


_LOOKS: Final = frozenset({"wait", "load", "fetch", "fetch.done", "describe", "describe.done"})
"""Seams that a waiting run passes again and again."""


def columns(lines: Sequence[Line]) -> str:
    """Return the trace as aligned text; looks that found what the one before found are counted, not shown."""
    kept: list[Line] = []
    last: dict[tuple[str, str], str] = {}
    left_out = 0
    for line in lines:
        told = "" if line.seam == "wait" else line.what
        if line.seam in _LOOKS and last.get((line.actor, line.seam)) == told:
            left_out += 1
            continue
        if line.seam not in _LOOKS:
            last = {place: what for place, what in last.items() if place[0] != line.actor}
        last[line.actor, line.seam] = told
        if left_out:
            kept.append(Line(line.time, "", "", f"({left_out} looks and waits that found nothing new)"))
            left_out = 0
        kept.append(line)
    return _aligned(kept)


def _aligned(lines: Sequence[Line]) -> str:
    who = max((len(line.actor) for line in lines), default=0)
    where = max((len(line.seam) for line in lines), default=0)
    return "\n".join(
        f"{line.time:10.3f}  {line.actor:<{who}}  {line.seam:<{where}}  {line.what}".rstrip() for line in lines
    )
