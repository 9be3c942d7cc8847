"""Rows as the vendor sends them, and an account that is asked for them without a network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from reconciler.contract.api import DESCRIBE
from reconciler.errors import VendorError


def entry(sign_id: int = 1110, *, international: int = 0, **changed: Any) -> dict[str, Any]:
    return {
        "SignId": sign_id,
        "International": international,
        "StatusCode": 1,
        "ReviewReply": "",
        "SignName": f"Name {sign_id}",
        "CreateTime": 1_617_508_800,
        **changed,
    }


def listing(*entries: object) -> dict[str, Any]:
    return {"DescribeSignListStatusSet": list(entries), "RequestId": "f3e5a2c1-1111-4222-8333-444455556666"}


class Pending(NamedTuple):
    """A call that is made once its answer is asked for."""

    result: Callable[[], dict[str, Any]]


class FakeAccount:
    """Answers describes as the vendor does; ``twist`` may change an answer or raise."""

    def __init__(
        self, entries: Iterable[dict[str, Any]], twist: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self.entries = list(entries)
        self.twist = twist
        self.asked: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def start(self, action: str, parameters: dict[str, Any]) -> Pending:
        return Pending(partial(self.call, action, parameters))

    def call(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        assert action == DESCRIBE
        with self._lock:
            self.asked.append(parameters)
        if self.twist is not None:
            self.twist(parameters)
        rows = [row for row in self.entries if row["International"] == parameters["International"]]
        if "SignIdSet" in parameters:
            return listing(*(row for row in rows if row["SignId"] in parameters["SignIdSet"]))
        return listing(*rows[parameters["Offset"] : parameters["Offset"] + parameters["Limit"]])


def refusing(code: str, when: Callable[[dict[str, Any]], bool]) -> Callable[[dict[str, Any]], None]:
    def twist(parameters: dict[str, Any]) -> None:
        if when(parameters):
            raise VendorError("no", code=code)

    return twist
