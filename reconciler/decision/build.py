"""From the three inputs to a plan: one decision per signature, and the rows that no definition names."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from reconciler.contract.status import Status
from reconciler.decision.fingerprint import fingerprint
from reconciler.decision.moment import Moment
from reconciler.decision.table import decide
from reconciler.model.live import Row
from reconciler.model.plan import Decision, Plan, Planned, Target, Verdict
from reconciler.model.signature import Desired
from reconciler.model.state import Entry, State


class Choice(NamedTuple):
    """What the person asked for: ``only`` these keys (empty: all), and ``resubmit`` these whatever the table says."""

    only: frozenset[str] = frozenset()
    resubmit: frozenset[str] = frozenset()

    def takes(self, key: str) -> bool:
        """Tell whether a signature is part of this run."""
        return not self.only or key in self.only


EVERYTHING: Final = Choice()
"""Every signature, and none again."""


def make_plan(
    target: Target,
    desired: Sequence[Desired],
    live: Mapping[int, Row],
    state: State,
    moment: Moment,
    choice: Choice = EVERYTHING,
) -> Plan:
    """Decide on every chosen signature. ``live`` maps ids to rows; an id without a row is missing in the account."""
    planned = tuple(
        Planned(wish, live.get(wish.sign_id), _decide(wish, live, state, moment, choice))
        for wish in desired
        if choice.takes(wish.key)
    )
    return Plan(
        target,
        planned,
        _unmanaged(live, {wish.sign_id for wish in desired}),
        fingerprint=fingerprint(target, planned),
    )


def _decide(wish: Desired, live: Mapping[int, Row], state: State, moment: Moment, choice: Choice) -> Decision:
    entry = state.entry(wish.sign_id)
    return decide(wish.fields, live.get(wish.sign_id), entry, moment, resubmit=wish.key in choice.resubmit)


def _unmanaged(live: Mapping[int, Row], named: Collection[int]) -> tuple[Row, ...]:
    return tuple(row for sign_id, row in sorted(live.items()) if sign_id not in named)


def make_offline_plan(
    target: Target,
    desired: Sequence[Desired],
    state: State,
    moment: Moment,
    choice: Choice = EVERYTHING,
) -> Plan:
    """Decide against the newest rows that the record holds. A signature without one is ``unverified``: nobody looked.

    Such a row is older than an open intent, so it proves nothing about what became of it.
    """
    shown = _recorded_rows(state)
    moment = moment._replace(settle_after=math.inf)
    planned = tuple(
        Planned(wish, shown.get(wish.sign_id), _decide_offline(wish, shown, state, moment, choice))
        for wish in desired
        if choice.takes(wish.key)
    )
    return Plan(target, planned, fingerprint=fingerprint(target, planned))


def _recorded_rows(state: State) -> dict[int, Row]:
    newest = ((sign_id, _newest_row(entry)) for sign_id, entry in state.entries.items())
    return {sign_id: row for sign_id, row in newest if row is not None}


def _newest_row(entry: Entry) -> Row | None:
    if entry.intent is not None:
        return entry.intent.before
    return entry.submitted.shown if entry.submitted is not None else None


def _decide_offline(wish: Desired, shown: Mapping[int, Row], state: State, moment: Moment, choice: Choice) -> Decision:
    if wish.sign_id in shown:
        return _decide(wish, shown, state, moment, choice)
    reason = "the record holds nothing that the vendor showed of it, and the account was not read"
    return Decision(Verdict.UNVERIFIED, 0, Status.UNKNOWN, reason, "run `reconciler plan` without --offline")
