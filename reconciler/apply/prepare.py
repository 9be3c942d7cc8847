"""What comes before the first write: the turn, the settling of what an earlier run left open, and the plan."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.apply.context import Context
from reconciler.apply.fence import await_turn
from reconciler.apply.ledger import Ledger
from reconciler.decision.moment import Moment
from reconciler.decision.record import settle, settlements
from reconciler.model.plan import Plan, Target
from reconciler.planning.desired import Wishes
from reconciler.planning.make import describe, plan_from


class Prepared(NamedTuple):
    """A plan, and the ledger that it is to be carried out with."""

    plan: Plan
    ledger: Ledger


def prepare(context: Context, target: Target, wishes: Wishes) -> Prepared:
    """Wait for other runs, settle by what the account shows what they left open, and plan afresh. Stores nothing."""
    snapshot = await_turn(context)
    described = describe(context.reader, wishes.desired, context.choice)
    moment = Moment(context.clock.now(), settle_after=0.0)
    ledger = Ledger(context.store, snapshot, context.run, context.clock, context.pacing.settle_after)
    settled = settlements(snapshot.state, described.rows, moment)
    if settled:
        ids = ", ".join(str(sign_id) for sign_id in sorted(settled))
        ledger.later(lambda state: settle(state, snapshot.state, settled), f"settle {ids} by what the account shows")
    plan = plan_from(target, wishes, described, ledger.state, moment, context.choice)
    return Prepared(plan, ledger)
