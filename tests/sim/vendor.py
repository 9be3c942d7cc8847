"""The vendor: the sandbox's account and its rules of modify, with lag, late effects and its own way to spell names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from reconciler.contract.api import DESCRIBE, MODIFY, MODIFY_RATE
from reconciler.model.signature import SignFields
from reconciler.model.state import State
from reconciler.sandbox import describe, modify
from reconciler.sandbox.account import SandboxAccount, review
from reconciler.sandbox.model import AccountData, ApiError, RowData
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.parameters import ActionContext, RateLimits, check
from reconciler.sandbox.signing import DEFAULT_KEY, KeyRing
from reconciler.tencent.writer import parameters
from tests.sim.clocks import BASE
from tests.sim.definitions import ACCOUNT, UIN, images, signatures
from tests.sim.scenario import Scenario

_TOLERANCE_S: Final = 300.0
_ACTIONS: Final = {DESCRIBE: describe.ACTION, MODIFY: modify.ACTION}

NAMES: Final[dict[str, Callable[[str], str]]] = {
    "kept": lambda name: name,
    "blanks": lambda name: name.replace(" ", ""),
    "case": lambda name: name.upper(),
    "width": lambda name: unicodedata.normalize("NFKC", name),
    "brackets": lambda name: re.sub(r"[\[\]()]", "", name).strip(),
}
"""How the vendor may spell a submitted name."""


@dataclass
class Call:
    """One modify: when it was begun, checked, sent and acted on, and what its run heard. None: not, or not yet.

    ``pending`` while it can still act; the fields that end in ``then`` are what held at its first byte.
    """

    run: str
    sign_id: int
    fields: SignFields
    commit: int
    begun: float
    checked: float | None = None
    sent: float | None = None
    acted: float | None = None
    pending: bool = False
    heard: str = ""
    state_then: State | None = None
    status_then: int | None = None
    others_then: list[str] = field(default_factory=list)


@dataclass
class Taken:
    """One accepted submission in the order of their taking effect; ``run`` is empty for the console."""

    time: float
    sign_id: int
    run: str
    fields: SignFields | None
    call: Call | None = None


@dataclass
class Log:
    """The account's own log: every call, every accepted submission, every review."""

    calls: list[Call] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    reviews: list[tuple[float, int, str]] = field(default_factory=list)


class Vendor:
    """The account of one schedule. ``now`` is virtual time; the vendor's clock is right by definition."""

    def __init__(self, scenario: Scenario, now: Callable[[], float], rng: Random) -> None:
        self._scenario = scenario
        self._now = now
        self._rng = rng
        self.log = Log()
        self.account = SandboxAccount(
            AccountData(UIN, tuple(RowData(i, name, True, status) for i, status, name in scenario.rows)),
            lag_s=max(scenario.lag, 0.001),
            clock=now,
        )
        self._limits = RateLimits("sliding")
        self._facts = UnconfirmedBehaviour(create_time=scenario.create_time)
        self._keys = KeyRing([DEFAULT_KEY])

    def describe(self, params: dict[str, object]) -> dict[str, Any]:
        """Answer a describe now, from a replica that lags behind by any time up to the longest."""
        # The account offers one lag for all describes; here every describe meets another replica.
        self.account._lag_s = self._rng.choice((0.0, self._rng.uniform(0.0, self._scenario.lag), self._scenario.lag))
        return self._act(DESCRIBE, params)

    def modify(self, call: Call, params: dict[str, object], stamp: float) -> dict[str, Any]:
        """Act on a modify now. ``stamp`` is its ``X-TC-Timestamp`` in unix seconds. Raises ApiError."""
        call.pending = False
        if abs(BASE + self._now() - stamp) > _TOLERANCE_S:
            raise ApiError("AuthFailure.SignatureExpire", "The request was signed more than 5 minutes ago.")
        self._limits.admit((MODIFY, ACCOUNT.region, "key"), MODIFY_RATE, self._now())
        return self._taken(params, call.run, call.fields, call)

    def console(self, sign_id: int, place: int, variant: str, commit: int) -> str:
        """Let somebody submit a variant in the console; return what became of it."""
        wanted = next(s for s in signatures(self._scenario, commit) if s.sign_id == sign_id)
        fields = wanted.fields if variant == "same" else _console_fields(wanted.fields, variant)
        wanted = wanted._replace(fields=fields)
        try:
            self._taken({"SignId": sign_id, **parameters(fields, images(wanted))}, "", fields, None)
        except ApiError as error:
            return f"{error.code} (place {place})"
        return f"submitted {fields.sign_name!r}, remark {fields.remark!r}"

    def review(self, sign_id: int, verdict: str, reply: str) -> str:
        """Let the reviewer decide on what is pending."""
        row = self.account.row(sign_id)
        if row is None or row.status_code != 1:
            return "nothing to review"
        review(self.account, sign_id, verdict, reply)
        self.log.reviews.append((self._now(), sign_id, verdict))
        return f"{verdict} {sign_id} {reply!r}"

    def _taken(self, params: dict[str, object], run: str, fields: SignFields, call: Call | None) -> dict[str, Any]:
        spelt = NAMES[self._scenario.names](str(params["SignName"]))
        answer = self._act(MODIFY, params | {"SignName": spelt})
        if call is not None:
            call.acted = self._now()
        self.log.taken.append(Taken(self._now(), int(str(params["SignId"])), run, fields, call))
        return answer

    def _act(self, name: str, params: dict[str, object]) -> dict[str, Any]:
        action = _ACTIONS[name]
        context = ActionContext(self.account, self._facts, self._keys, BASE + self._now(), ACCOUNT.region)
        return action.run(context, check(params, action.schema))


def _console_fields(fields: SignFields, variant: str) -> SignFields:
    return fields._replace(sign_name="Console") if variant == "name" else fields._replace(remark="From the console")
