"""The vendor: the sandbox's account and its rules of modify, with lag, late effects and its own way to spell names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from reconciler.contract.api import ADD, ADD_RATE, DESCRIBE, MODIFY, MODIFY_RATE
from reconciler.model.signature import SignFields, Subject
from reconciler.model.state import State
from reconciler.sandbox import describe, writes
from reconciler.sandbox.account import SandboxAccount, review
from reconciler.sandbox.gateway import RateLimits
from reconciler.sandbox.model import AccountData, ApiError, RowData
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.parameters import ActionContext, check
from reconciler.sandbox.signing import DEFAULT_KEY, KeyRing
from reconciler.tencent.writer import parameters
from tests.sim.clocks import BASE
from tests.sim.definitions import ACCOUNT, images, signatures
from tests.sim.scenario import Scenario

_TOLERANCE_S: Final = 300.0
_ACTIONS: Final = {DESCRIBE: describe.ACTION, MODIFY: writes.MODIFY_ACTION, ADD: writes.ADD_ACTION}
_RATES: Final = {MODIFY: MODIFY_RATE, ADD: ADD_RATE}

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
    """One write: when it was begun, checked, sent and acted on, and what its run heard. None: not, or not yet.

    ``subject`` is the id, or the key where it creates. ``pending`` while it can still act; the fields that end in
    ``then`` are what held at its first byte.
    """

    run: str
    subject: Subject
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

    @property
    def created(self) -> str:
        """The key of the signature that it created, empty where it modified one."""
        return self.call.subject if self.call is not None and isinstance(self.call.subject, str) else ""


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
            AccountData(scenario.uin, tuple(RowData(i, name, True, status) for i, status, name in scenario.rows)),
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

    def write(self, call: Call, params: dict[str, object], stamp: float) -> dict[str, Any]:
        """Act on a modify or an add now. ``stamp`` is its ``X-TC-Timestamp`` in unix seconds. Raises ApiError."""
        call.pending = False
        if abs(BASE + self._now() - stamp) > _TOLERANCE_S:
            raise ApiError("AuthFailure.SignatureExpire", "The request was signed more than 5 minutes ago.")
        action = MODIFY if "SignId" in params else ADD
        self._limits.admit((action, ACCOUNT.region, "key"), _RATES[action], self._now())
        return self._taken(params, call.run, call.fields, call)

    def console(self, sign_id: int, place: int, variant: str, commit: int) -> str:
        """Let somebody submit a variant in the console, or create another signature; return what became of it."""
        wanted = next(s for s in signatures(self._scenario, commit) if s.sign_id == sign_id)
        if variant == "renamed":  # the newest one that a run created
            sign_id = max((each.sign_id for each in self.log.taken if each.created), default=sign_id)
        fields = wanted.fields if variant == "same" else _console_fields(wanted.fields, variant)
        wanted = wanted._replace(fields=fields)
        sent = {} if variant == "new" else {"SignId": sign_id}
        try:
            self._taken({**sent, **parameters(fields, images(wanted))}, "", fields, None)
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
        if "SignId" in params:
            answer = self._act(MODIFY, params | {"SignName": spelt})
            sign_id = answer["ModifySignStatus"]["SignId"]
        else:
            answer = self._created(params, spelt)
            sign_id = answer["AddSignStatus"]["SignId"]
        if call is not None:
            call.acted = self._now()
        self.log.taken.append(Taken(self._now(), sign_id, run, fields, call))
        return answer

    def _created(self, params: dict[str, object], spelt: str) -> dict[str, Any]:
        """Create a signature, also one of a name that the account has, where the schedule's vendor takes twins."""
        if not self._scenario.twins:
            return self._act(ADD, params | {"SignName": spelt})
        answer = self._act(ADD, params | {"SignName": f"twin {len(self.log.taken)}"})
        row = self.account.row(answer["AddSignStatus"]["SignId"])
        assert row is not None
        self.account.change(replace(row, sign_name=spelt))
        return answer

    def _act(self, name: str, params: dict[str, object]) -> dict[str, Any]:
        action = _ACTIONS[name]
        context = ActionContext(self.account, self._facts, self._keys, BASE + self._now(), ACCOUNT.region)
        return action.run(context, check(params, action.schema))


def _console_fields(fields: SignFields, variant: str) -> SignFields:
    if variant == "new":
        return fields._replace(sign_name="Console 9")
    if variant == "renamed":
        return fields._replace(sign_name="Zed")
    return fields._replace(sign_name="Console") if variant == "name" else fields._replace(remark="From the console")
