"""What a fresh plan must pass before anything of it may be carried out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import Journal, await_lease
from reconciler.decision.compare import DecisionTime
from reconciler.decision.plan import SavedPlan, hold_against
from reconciler.decision.transitions import settle, settlements
from reconciler.definitions.load import Definitions
from reconciler.errors import Exit, Refusal
from reconciler.model.plan import Plan, Target
from reconciler.model.state import State
from reconciler.planning.planner import describe, plan_from
from reconciler.state.git_history import Lineage, lineage

_OLDER = {
    Lineage.OLDER: "the commit checked out is older than the one applied last",
    Lineage.DIVERGED: "the commit checked out does not come after the one applied last",
    Lineage.UNKNOWN: "the history here is too short to tell whether this commit comes after the one applied last",
}


def check_lineage(root: Path, state: State, head: str | None) -> None:
    """Raise Refusal where an apply from this commit could undo a newer one."""
    if state.commit is None:
        return
    found = lineage(root, state.commit, head) if head is not None else Lineage.UNKNOWN
    if found is not Lineage.DESCENDANT:
        raise Refusal(
            f"{_OLDER[found]} ({state.commit[:12]})",
            hint="check out the newest commit with its history, or allow it with --allow-older",
        )


def admit_saved(saved: SavedPlan, fresh: Plan) -> tuple[Plan, Exit]:
    """Return the part of a saved plan that still holds, and the exit code that what dropped out asks for.

    Raises Refusal, naming every difference, where the fresh plan holds anything that the saved one does not.
    """
    if not saved.is_for(fresh.target):
        raise Refusal(
            f"the saved plan is for account {saved.uin} in {saved.region}, this is {fresh.target.uin}"
            f" in {fresh.target.account.region}"
        )
    stale = hold_against(saved, fresh)
    if stale.differing:
        raise Refusal("the saved plan is stale: " + "; ".join(stale.differing), hint="plan again and have it reviewed")
    if not stale.approved:
        return fresh, Exit.DONE
    names = ", ".join(planned.desired.key for planned in stale.approved)
    note = f"approved since the plan was saved, so dropped from it: {names}"
    return fresh._replace(notes=(*fresh.notes, note)), Exit.REFUSED


# What comes before the first write: the turn, the settling of what an earlier run left open, and the plan.


class Preflight(NamedTuple):
    """A plan, and the ledger that it is to be carried out with."""

    plan: Plan
    ledger: Journal


def preflight(context: ApplyContext, target: Target, definitions: Definitions) -> Preflight:
    """Wait for other runs, settle by what the account shows what they left open, and plan afresh. Stores nothing."""
    snapshot = await_lease(context)
    described = describe(context.reader, definitions.signatures, context.choice)
    moment = DecisionTime(context.clock.now(), settle_after=0.0)
    ledger = Journal(context.store, snapshot, context.run, context.clock, context.pacing.settle_after)
    settled = settlements(snapshot.state, described.rows, moment)
    if settled:
        ids = ", ".join(str(sign_id) for sign_id in sorted(settled))
        ledger.later(lambda state: settle(state, snapshot.state, settled), f"settle {ids} by what the account shows")
    plan = plan_from(target, definitions, described, ledger.state, moment, context.choice)
    return Preflight(plan, ledger)
