"""A sandbox in this process with an account made for a test, and what its log says of the writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.contract.api import MODIFY
from reconciler.sandbox.faults import Fault, parse_fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options, UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox, running
from tests.support.project import Sign, account


@contextmanager
def serving(
    signs: Iterable[Sign] | AccountData,
    *faults: str | Fault,
    limits: bool = False,
    facts: UnconfirmedBehaviour | None = None,
) -> Iterator[Sandbox]:
    """Serve the signatures' account, without the vendor's limits unless they matter."""
    data = signs if isinstance(signs, AccountData) else account(signs)
    options = Options(
        seed=data,
        faults=tuple(parse_fault(fault) if isinstance(fault, str) else fault for fault in faults),
        limits=limits,
        facts=facts or UnconfirmedBehaviour(),
    )
    with running(options) as sandbox:
        yield sandbox


def modifies(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the log's entries of writes."""
    return [request for request in requests if request["action"] == MODIFY]


def sent(requests: Iterable[dict[str, Any]]) -> Counter[int]:
    """Return how often each signature was sent, accepted or not."""
    return Counter(request["params"]["SignId"] for request in modifies(requests))


def accepted(requests: Iterable[dict[str, Any]]) -> Counter[int]:
    """Return how often each signature was accepted."""
    return sent(request for request in requests if request["code"] is None)
