from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options, UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.accounts import account

Start = Callable[..., Sandbox]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start sandboxes, without limits unless asked for; facts and faults are given as words."""
    with ExitStack() as stack:

        def started(
            seed: AccountData | None = None, faults: tuple[str, ...] = (), limits: bool = False, **given: Any
        ) -> Sandbox:
            facts = UnconfirmedBehaviour(
                **{name: given.pop(name) for name in tuple(given) if name in UnconfirmedBehaviour.__slots__}
            )
            options = Options(
                seed=account() if seed is None else seed,
                faults=tuple(parse_fault(text) for text in faults),
                facts=facts,
                limits=limits,
                **given,
            )
            return stack.enter_context(running(options))

        yield started
