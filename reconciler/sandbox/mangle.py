"""Answers that are well-formed and wrong: what a fault makes of a right one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reconciler.sandbox.faults import Fault

Answer = dict[str, Any]

FOREIGN_ID: Final = 999_999_999
"""``SignId`` of the row that ``foreign-row`` adds."""


def mangle(answer: Answer, fault: Fault) -> Answer:
    """Return the answer as the fault has it; the right one where the fault is of another kind."""
    change = _CHANGES.get(fault.kind)
    return change(answer, fault.arg) if change else answer


def _null(answer: Answer, _arg: str) -> Answer:
    return dict.fromkeys(answer)


def _extra_field(answer: Answer, _arg: str) -> Answer:
    def extended(value: Any) -> Any:  # any JSON value
        if isinstance(value, dict):
            return {name: extended(item) for name, item in value.items()} | {"AddedLater": "unknown"}
        return [extended(item) for item in value] if isinstance(value, list) else value

    changed: Answer = extended(answer)
    return changed


def _wrong_types(answer: Answer, _arg: str) -> Answer:
    def turned(value: Any) -> Any:  # any JSON value
        if isinstance(value, dict):
            return {name: turned(item) for name, item in value.items()}
        if isinstance(value, list):
            return [turned(item) for item in value]
        return str(value) if isinstance(value, int) else len(value)

    changed: Answer = turned(answer)
    return changed


def _duplicate_rows(answer: Answer, arg: str) -> Answer:
    changed = {"StatusCode": int(float(arg))} if arg else {}
    return _with_rows(answer, lambda rows: [copy for row in rows for copy in (row, row | changed)])


def _foreign_row(answer: Answer, _arg: str) -> Answer:
    foreign = {
        "SignId": FOREIGN_ID,
        "International": 0,
        "StatusCode": 1,
        "ReviewReply": "",
        "SignName": "Foreign",
        "CreateTime": 1_600_000_000,
    }
    return _with_rows(answer, lambda rows: [*rows, foreign])


def _with_rows(answer: Answer, change: Callable[[list[Answer]], list[Answer]]) -> Answer:
    return {name: change(value) if isinstance(value, list) else value for name, value in answer.items()}


_CHANGES: Final[Mapping[str, Callable[[Answer, str], Answer]]] = {
    "null": _null,
    "extra-field": _extra_field,
    "wrong-types": _wrong_types,
    "duplicate-rows": _duplicate_rows,
    "foreign-row": _foreign_row,
}
