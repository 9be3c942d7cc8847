"""What an action is: its name, its parameters, its limit and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.account import Account
from reconciler.sandbox.checks import Params, Schema
from reconciler.sandbox.facts import Facts
from reconciler.sandbox.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Context:
    """What an action may use. ``now`` is unix seconds by the sandbox's clock."""

    account: Account
    facts: Facts
    keys: KeyRing
    now: float
    region: str


@dataclass(frozen=True, slots=True)
class Action:
    """One action; ``rate`` in requests a second, None where the vendor states none.

    ``regional`` actions need ``X-TC-Region``; ``signed`` ones a signature.
    """

    name: str
    service: str
    version: str
    schema: Schema
    run: Callable[[Context, Params], dict[str, Any]]
    rate: float | None = None
    regional: bool = False
    signed: bool = True
