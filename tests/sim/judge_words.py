"""Invariants of what people hear: (7), (8), (11) and (12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.model.plan import WRITES, Compared, Plan, Planned, Verdict
from reconciler.model.report import ApplyReport, Outcome
from reconciler.model.signature import SignFields
from tests.sim.definitions import signatures
from tests.sim.items import Item, all_items
from tests.sim.judge_record import RESETS
from tests.sim.schedule import QUIET, SECOND, History
from tests.sim.vendor import Taken
from tests.sim.violation import Violation

WINDOW_S: Final = 29.0
_READS: Final = frozenset({"load", "fetch"})


def judge_words(history: History) -> Iterator[Violation]:
    """Check what runs told people: plans, reports and waits."""
    for seen in history.world.seen:
        if isinstance(seen.value, Plan):
            yield from _plan(history, seen.run, seen.time, seen.value)
        elif isinstance(seen.value, ApplyReport):
            yield from _report(history, seen.run, seen.value)
        elif (
            seen.kind == "waiting"
            and isinstance(seen.value, float)
            and seen.value > WINDOW_S + history.scenario.lag + 7
        ):
            yield Violation(12, "WAIT", f"{seen.run} is to wait {seen.value:.3f} s")
        if seen.run == SECOND and isinstance(seen.value, Plan) and _writes(seen.value):
            yield Violation(11, "NOT QUIET", "a second quiet run still plans changes")
    if history.scenario.store != "clones" and QUIET in history.world.runs:
        yield from _left(history)


def _writes(plan: Plan) -> bool:
    return any(plan.summary[verdict] for verdict in WRITES)


def _left(history: History) -> Iterator[Violation]:
    """Check what a quiet run left: nothing live, and no doubt that the row must have settled."""
    account = history.world.vendor.account
    # A row that the console made can be the one of the call, renamed.
    made_elsewhere = any(step.kind == "console" and step.option == "new" for step in history.scenario.steps)
    for item in all_items(next(iter(history.records.values())).state):
        row = account.row(item.subject) if isinstance(item.subject, int) else None
        if item.live and item.epoch:
            yield Violation(11, "LIVE", f"{item.subject} of {item.run} is live after a quiet run")
        unmoved = row is not None and (row.sign_name, row.status_code, row.create_time) == (
            item.before.sign_name,
            item.before.status_code,
            item.before.create_time,
        )
        created = isinstance(item.subject, str) and not made_elsewhere
        if (created or (unmoved and item.before.status_code == -1)) and not _is_sent(history, item):
            yield Violation(11, "UNSETTLED", f"{item.subject} of {item.run} stays open, and nothing came of it")


def _is_sent(history: History, item: Item) -> bool:
    taken = history.world.vendor.log.taken
    return any(each.run == item.run and item.subject in (each.created, each.sign_id) for each in taken)


def _plan(history: History, run: str, time: float, plan: Plan) -> Iterator[Violation]:
    adopted = any(step.kind in RESETS for step in history.scenario.steps)
    wanted = {s.key: s.fields for s in signatures(history.scenario, history.world.runs[run].step.commit)}
    for planned in plan.signatures:
        sure = planned.verdict in {Verdict.WAITING, Verdict.IN_SYNC} and planned.decision.compared is Compared.ALL
        sign_id = planned.desired.sign_id
        if sure and not adopted and not _held(history, run, sign_id, wanted[planned.desired.key], time):
            yield Violation(7, "FALSE", f"{run} at {time:.3f}: {sign_id} is {planned.verdict}, all compared")


def _held(history: History, run: str, sign_id: int, fields: SignFields, time: float) -> bool:
    """Return whether the account held these fields at some moment since the run read the record, less the lag.

    A plan speaks of the time between its reading of the record and its reading of the account.
    """
    reads = [ln.time for ln in history.world.lines if ln.actor == run and ln.seam in _READS and ln.time <= time]
    since = max(reads, default=time) - history.scenario.lag - 1.0
    taken = [e for e in history.world.vendor.log.taken if e.sign_id == sign_id and e.time <= time]
    held = [e for e in taken if e.time >= since] + [e for e in taken if e.time < since][-1:]
    if any(not entry.run for entry in held) and history.scenario.create_time == "stays":
        return True  # the console's hidden edits show nowhere then
    return any(entry.fields == fields for entry in held)


def _report(history: History, run: str, report: ApplyReport) -> Iterator[Violation]:
    for planned in report.plan.signatures:
        sign_id, result = planned.desired.id_text, report.result(planned)
        outcome = result.outcome
        made = [e for e in history.world.vendor.log.taken if e.run == run and _is_of(planned, e)]
        acted = bool(made)
        if result.sign_id and [e.sign_id for e in made if e.created] != [result.sign_id]:
            yield Violation(8, "ID", f"{run} says {planned.desired.key} was created as {result.sign_id}")
        if outcome is Outcome.ACCEPTED and not acted:
            yield Violation(8, "REPORT", f"{run} says {sign_id} was accepted, and it was not")
        if outcome in {Outcome.REFUSED, Outcome.FAILED, Outcome.NOT_ATTEMPTED} and acted:
            yield Violation(8, "REPORT", f"{run} says {sign_id} is {outcome}, and it was accepted")


def _is_of(planned: Planned, taken: Taken) -> bool:
    return (taken.created or taken.sign_id) in (planned.desired.key, planned.desired.sign_id)
