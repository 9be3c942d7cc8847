"""Invariants of a fleet: (13), each account is on its own, and (14), nothing is submitted that was not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.model.plan import WRITES, Plan
from reconciler.model.report import ApplyReport
from tests.sim.fleet import BUG, Process
from tests.sim.schedule import History, run
from tests.sim.violation import Violation


def judge_fleet(history: History) -> Iterator[Violation]:
    """Check what the accounts of a fleet have in common: their processes."""
    for name, process in history.processes.items():
        yield from _ended(history, name, process)
        for account, part in history.parts.items():
            yield from _unseen(part, name, account)
            if process.stopped_at is not None:
                yield from _after_the_stop(part, name, account, process.stopped_at)
    yield from _others(history)


def _ended(history: History, name: str, process: Process) -> Iterator[Violation]:
    for actor in process.actors:
        if actor.error is not None:
            yield Violation(0, "CRASH", f"{actor.name}: {actor.error!r}")
        if actor.alive and not history.endless:
            yield Violation(0, "ENDLESS", f"{actor.name} waits for nobody")
    for entry in process.entries:
        faults = history.parts[entry["name"]].scenario.faults
        expected = any(fault.actor == name and fault.kind == BUG for fault in faults)
        if entry.get("error", {}).get("code") == "Client.Unexpected" and not expected:
            yield Violation(0, "CRASH", f"{name} in {entry['name']}: {entry['error']['message']}")


def _unseen(part: History, name: str, account: str) -> Iterator[Violation]:
    """Check that whatever a process submitted was planned when it showed its plans."""
    plans = [seen.value for seen in part.world.seen if seen.run == name and seen.kind == "plan"]
    shown = {
        subject
        for plan in plans
        if isinstance(plan, Plan)
        for planned in plan.signatures
        if planned.verdict in WRITES
        for subject in (planned.desired.key, planned.desired.sign_id)
    }
    for taken in part.world.vendor.log.taken:
        if taken.run == name and (taken.created or taken.sign_id) not in shown:
            yield Violation(14, "UNSEEN", f"{taken.sign_id} of {account} by {name}, which had not shown it")


def _after_the_stop(part: History, name: str, account: str, stopped_at: float) -> Iterator[Violation]:
    """Check that a process that was asked to stop went on with the one that each account was at."""
    calls = [call for call in part.world.vendor.log.calls if call.run == name and call.begun > stopped_at]
    if len({call.subject for call in calls}) > 1:
        yield Violation(13, "AFTER STOP", f"{name} in {account}: {len(calls)} calls")


def _others(history: History) -> Iterator[Violation]:
    """Check that an account that is broken for good changes nothing in the others: alone, each comes to the same."""
    broken = {name for name, part in history.parts.items() if any(not fault.nth for fault in part.scenario.faults)}
    if not broken or len(history.scenario.steps) != 1:
        return
    [step] = history.scenario.steps
    for number, (account, part) in enumerate(history.parts.items()):
        if account in broken:
            continue
        alone = run(replace(history.scenario, accounts=(history.scenario.accounts[number],))).parts["a1"]
        if _outcomes(part, step.name) != _outcomes(alone, step.name):
            what = f"{account}: {_outcomes(part, step.name)}, alone {_outcomes(alone, step.name)}"
            yield Violation(13, "OTHERS", what)


def _outcomes(part: History, name: str) -> dict[str, str]:
    """Return what became of each signature in a process."""
    return {
        planned.desired.key: str(seen.value.result(planned).outcome)
        for seen in part.world.seen
        if seen.run == name and isinstance(seen.value, ApplyReport)
        for planned in seen.value.plan.signatures
    }
