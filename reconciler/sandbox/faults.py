"""Which requests go wrong, and how: ``[UIN/]ACTION:WHICH:KIND[=ARG]``, counted per action over requests that arrive."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from reconciler.contract.api import ADD, ASSUME_ROLE, DESCRIBE, IDENTITY, MODIFY, WEB_IDENTITY_ROLE
from reconciler.errors import UsageError

# Faults that answer without processing the request.
UNPROCESSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "error": "=CODE[ message]: that error code",
        "error-charset": "=CODE[ message]: as error, served as application/json; charset=utf-8",
        "http": "=STATUS: that HTTP status with an HTML page",
        "html": ": an HTML page with status 200",
        "reset-before": ": the connection is reset",
        "stall-before": ": no answer, until the client gives up",
    }
)


# Faults of requests that are processed.
PROCESSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "error-after": "=CODE[ message]: that error code, although the request was processed",
        "http-after": "=STATUS: that HTTP status with an HTML page, although it was processed",
        "reset-after": ": the connection is reset instead of an answer",
        "stall": ": the headers and half of the body, then nothing until the client gives up",
        "truncate": ": half of the body, then the connection closes",
        "delay": "=SECONDS: processed at once, answered later",
        "delay-before": "=SECONDS: waits, then processes and answers",
        "null": ": null in place of the result",
        "extra-field": ": an unknown field in the answer and in each of its rows",
        "empty": ": an empty body",
        "not-json": ": a body that is no JSON",
        "wrong-types": ": numbers as text and text as numbers",
        "duplicate-rows": "[=STATUSCODE]: each row twice, the second with that StatusCode",
        "foreign-row": ": a pending row that nobody asked for",
    }
)


_ACTIONS: Final = (MODIFY, ADD, DESCRIBE, IDENTITY, ASSUME_ROLE, WEB_IDENTITY_ROLE)
_NEEDS_STATUS: Final = frozenset({"http", "http-after"})
_NEEDS_NUMBER: Final = frozenset({"delay", "delay-before"})
_NEEDS_TEXT: Final = frozenset({"error", "error-charset", "error-after"})
_MAY_HAVE_NUMBER: Final = frozenset({"duplicate-rows"})
_WHICH: Final = re.compile(r"\*|(?P<first>[1-9][0-9]{0,8})(?:-(?P<last>[1-9][0-9]{0,8}))?")
_STATUS: Final = re.compile(r"[2-5][0-9]{2}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault for the requests ``first`` to ``last`` (None: without end) of an action (``*``: of each).

    With ``uin`` it is for the requests of that account, which are counted by themselves.
    """

    action: str
    first: int
    last: int | None
    kind: str
    arg: str = ""
    uin: str | None = None

    @property
    def processed(self) -> bool:
        """Return whether the request takes effect all the same."""
        return self.kind in PROCESSED

    def hits(self, action: str, count: int) -> bool:
        """Return whether this is for request number ``count`` of ``action``."""
        return self.action in ("*", action) and self.first <= count and (self.last is None or count <= self.last)


def parse_fault(text: str) -> Fault:
    """Read ``[UIN/]ACTION:WHICH:KIND[=ARG]``; WHICH is ``N``, ``N-M`` or ``*``. Raise ``UsageProblem``."""
    head, _, rest = text.partition(":")
    uin, slash, action = head.rpartition("/")
    which, _, what = rest.partition(":")
    kind, equals, arg = what.partition("=")
    numbers = _WHICH.fullmatch(which)
    if slash and not (uin.isascii() and uin.isdigit()):
        raise _problem(text, "account")
    if action != "*" and action not in _ACTIONS:
        raise _problem(text, "action", actions=", ".join(_ACTIONS))
    if numbers is None:
        raise _problem(text, "which")
    if kind not in UNPROCESSED and kind not in PROCESSED:
        raise _problem(text, "kind", kinds=", ".join((*UNPROCESSED, *PROCESSED)))
    _check_arg(text, kind, arg, given=bool(equals))
    first = int(numbers["first"] or 1)
    last = int(numbers["last"] or first) if numbers["first"] else None
    return Fault(action, first, last, kind, arg, uin or None)


def _check_arg(text: str, kind: str, arg: str, *, given: bool) -> None:
    if kind in _NEEDS_TEXT and not arg.strip():
        raise _problem(text, "code", kind=kind)
    if (kind in _NEEDS_NUMBER or (kind in _MAY_HAVE_NUMBER and given)) and not _NUMBER.fullmatch(arg):
        raise _problem(text, "number", kind=kind)
    if kind in _NEEDS_STATUS and not _STATUS.fullmatch(arg):
        raise _problem(text, "status", kind=kind)
    if given and kind not in _NEEDS_TEXT | _NEEDS_NUMBER | _NEEDS_STATUS | _MAY_HAVE_NUMBER:
        raise _problem(text, "nothing", kind=kind)


_HINTS: Final = {
    "account": "before the slash comes the number of an account",
    "action": "the action must be * or one of {actions}",
    "which": "after the action comes which request: N, N-M or *",
    "kind": "the kind must be one of {kinds}",
    "code": "{kind} needs a code: {kind}=CODE",
    "number": "{kind} needs a number: {kind}=N",
    "status": "{kind} needs an HTTP status: {kind}=502",
    "nothing": "{kind} takes nothing after it",
}


def _problem(text: str, part: str, **params: object) -> UsageError:
    words = "`{fault}` is no fault of the form ACTION:WHICH:KIND[=ARG]"
    return UsageError(words, hint=_HINTS[part], fault=text, **params)


class FaultPlan:
    """The faults of one sandbox, with its count of requests per action."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str | None, str]] = Counter()

    def next(self, action: str, uin: str | None = None) -> Fault | None:
        """Count one request of ``action`` from ``uin`` and return its fault; the first that fits, None without."""
        with self._lock:
            self._counts.update([(None, action), (uin, action)] if uin else [(None, action)])
            counts = {None: self._counts[None, action], uin: self._counts[uin, action]}
        mine = (fault for fault in self._faults if fault.uin in counts)
        return next((fault for fault in mine if fault.hits(action, counts[fault.uin])), None)


# Answers that are well-formed and wrong: what a fault makes of a right one.


Answer = dict[str, Any]


# ``SignId`` of the row that ``foreign-row`` adds.
FOREIGN_ID: Final = 999_999_999


def corrupt_response(answer: Answer, fault: Fault) -> Answer:
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
