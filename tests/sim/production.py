"""The real apply, plan and adopt, each put together as the command puts it together, on the simulated seams."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from reconciler.apply.adopt import adopt as adopt_all
from reconciler.apply.adopt import forget as forget_all
from reconciler.apply.context import ApplyContext
from reconciler.apply.executor import Steps
from reconciler.apply.executor import run as run_apply
from reconciler.apply.waiting import Timing
from reconciler.definitions.load import Definitions
from reconciler.errors import ReconcilerError
from reconciler.model.plan import Plan, Planned, Selection, Target
from reconciler.model.report import ApplyReport, Result
from reconciler.model.signature import SignFields
from reconciler.model.state import Lineage
from reconciler.planning.planner import Run as PlanningRun
from reconciler.planning.planner import plan_online
from reconciler.tencent.api import Acknowledged, Images
from reconciler.tencent.endpoint import RequestLimits
from reconciler.tencent.rate_limit import ModifyRateLimit
from reconciler.tencent.reader import Reader
from reconciler.tencent.writer import Writer
from tests.sim.definitions import ACCOUNT, commit_id, commit_number, images, key_of, signatures
from tests.sim.places import Branch, Place
from tests.sim.transport import SimSdk
from tests.sim.world import Run, SimClock

_HOST: Final = "sms.intl.tencentcloudapi.com"


class _Observer:
    """What a run tells, in the trace and for the invariants."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def waiting(self, seconds: float, holder: str) -> None:
        assert holder
        self._run.world.saw(self._run.name, "waiting", seconds)

    def begins(self, planned: Planned, number: int, total: int) -> None:
        self._run.turn = planned.desired.key
        self._run.world.note(self._run.name, "turn", f"{planned.desired.key}, {number} of {total}")

    def ended(self, planned: Planned, result: Result) -> None:
        ended = f" {result.error.code}: {result.error.message}" if result.error else ""
        self._run.world.note(self._run.name, "ended", f"{planned.desired.key} {result.outcome}{ended}")


class _Writer:
    """The real writer; what it is about to send is noted for the account's log."""

    def __init__(self, run: Run, sdk: SimSdk) -> None:
        self._run = run
        self._writer = Writer(sdk)

    def modify(
        self, sign_id: int, fields: SignFields, images: Images, check: Callable[[], None] | None = None
    ) -> str | None:
        self._run.asked = fields
        return self._writer.modify(sign_id, fields, images, check)

    def add(self, fields: SignFields, images: Images, check: Callable[[], None] | None = None) -> Acknowledged:
        self._run.asked = fields
        return self._writer.add(fields, images, check)


def apply(run: Run, place: Place) -> None:
    """Run one apply from its commit, as the command does."""

    steps = Steps(lambda plan: plan, lambda plan: planned(run, plan), lambda _plan: agreed(run))
    with suppress(ReconcilerError):
        carry_out(run, context_of(run, place), definitions_of(run), steps)


def carry_out(run: Run, context: ApplyContext, definitions: Definitions, steps: Steps) -> ApplyReport | None:
    """Run an apply, and note what came of it. Raises what it raises."""
    try:
        report = run_apply(context, target_of(run), definitions, steps)
    except ReconcilerError as error:
        run.point("stopped", f"{type(error).__name__}: {error.message}")
        run.world.saw(run.name, "error", error)
        raise
    if report is not None:
        run.world.saw(run.name, "report", report)
        run.point("exit", report.error.message if report.error else "done")
    return report


def plan(run: Run, place: Place) -> None:
    """Run one plan."""
    context = context_of(run, place)
    try:
        made = plan_online(
            context.reader,
            context.store,
            PlanningRun(target_of(run), definitions_of(run), context.choice, context.clock),
        )
    except ReconcilerError as error:
        run.world.saw(run.name, "error", error)
        return
    planned(run, made)


def adopt(run: Run, place: Place) -> None:
    """Adopt one key from its commit."""
    wanted = [s for s in signatures(run.world.scenario, run.step.commit) if s.key == run.step.key]
    try:
        adopt_all(context_of(run, place), wanted)
    except ReconcilerError as error:
        run.point("stopped", error.message)
        return
    run.world.saw(run.name, "adopted", wanted[0])


def forget(run: Run, place: Place) -> None:
    """Forget one key."""
    wanted = [s.sign_id for s in signatures(run.world.scenario, run.step.commit) if s.key == run.step.key]
    try:
        context = context_of(run, place)
        state = context.store.load().state
        forget_all(context, {sign_id: state.entry(sign_id) for sign_id in wanted})
    except ReconcilerError as error:
        run.point("stopped", error.message)
        return
    run.point("exit", "forgotten")


def planned(run: Run, plan: Plan, kind: str = "plan") -> None:
    """Note a plan; ``kind`` says what it is for."""
    words = "; ".join(f"{p.desired.key} {p.verdict} ({p.decision.rule.line})" for p in plan.signatures)
    run.world.saw(run.name, kind, plan)
    run.point("planned", words)


def agreed(run: Run) -> bool:
    """Let the person answer when it will."""
    if run.step.answers_after:
        run.pass_time(run.step.answers_after)
    run.point("asked", "no" if "no" in run.step.option.split() else "yes")
    return "no" not in run.step.option.split() and not run.stopped


def _lineage(run: Run, applied: str) -> Lineage:
    """Return how the run's commit relates to the one applied last, without git."""
    run.world.note(run.name, "lineage", f"commit {commit_number(applied)} to {run.step.commit}")
    return Lineage.DESCENDANT if commit_number(applied) <= run.step.commit else Lineage.OLDER


def target_of(run: Run) -> Target:
    """Return the account that a run is about."""
    return Target(ACCOUNT, run.world.scenario.uin, _HOST)


def definitions_of(run: Run) -> Definitions:
    """Return what a run's commit defines."""
    wanted = signatures(run.world.scenario, run.step.commit)
    return Definitions(Path("/simulated"), (), ACCOUNT, None, wanted, ())


def context_of(run: Run, place: Place) -> ApplyContext:
    """Open the account for writing, as the command does."""
    clock, limits = SimClock(run), RequestLimits()
    sdk = SimSdk(run, limits.request_timeout)
    option = run.step.option.split()
    resubmit = {key_of(n) for n in range(len(run.world.scenario.rows))} if "resubmit" in option else set()
    store = place.store(run)
    checked = isinstance(place, Branch) and "allow-older" not in option
    return ApplyContext(
        Reader(sdk, clock, limits.describe_rate),
        _Writer(run, sdk),
        store,
        clock,
        ModifyRateLimit(clock, limits.modify_interval),
        Selection(resubmit=frozenset(resubmit)),
        _Observer(run),
        lambda: run.stopped,
        images,
        run.name,
        Timing.of(limits, costly=store.costly),
        commit_id(run.step.commit),
        partial(_lineage, run) if checked else None,
    )
