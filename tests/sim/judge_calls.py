"""Invariants of what reached the vendor: (1), (2), (3), (6) and (9)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from reconciler.decision.new_signature import is_same
from reconciler.model.plan import WRITES
from reconciler.model.report import ApplyReport
from tests.sim.definitions import key_of
from tests.sim.items import items_of
from tests.sim.schedule import History
from tests.sim.vendor import Call, Taken
from tests.sim.violation import Violation

START_S: Final = {"file": 5.0, "clones": 5.0, "branch": 8.0}
"""How old an intent may be when its call begins."""

_TRAVEL_S: Final = 1.0


def judge_submissions(history: History) -> Iterator[Violation]:
    """Check the account's log of accepted submissions: none twice in a row, none older over a newer one."""
    runs = history.world.runs
    yield from _twice(history)
    for sign_id in sorted({entry.sign_id for entry in history.world.vendor.log.taken}):
        taken = [entry for entry in history.world.vendor.log.taken if entry.sign_id == sign_id]
        for earlier, later in pairwise(taken):
            equal = earlier.run and later.run and earlier.fields == later.fields
            allowed = later.run and "resubmit" in runs[later.run].step.option
            if equal and not allowed and not _forgotten(history, later):
                yield Violation(3, "DUP", f"{sign_id} by {earlier.run} at {earlier.time:.3f} and {_by(later)}")
        if history.scenario.store == "branch":
            yield from _older(history, [entry for entry in taken if entry.run])


def _twice(history: History) -> Iterator[Violation]:
    """Check that no definition was created twice, and no name by two definitions."""
    made = [entry for entry in history.world.vendor.log.taken if entry.created]
    for place, later in enumerate(made):
        for earlier in made[:place]:
            assert earlier.fields is not None
            assert later.fields is not None
            if earlier.created == later.created or is_same(earlier.fields, later.fields):
                what = f"{earlier.created} by {earlier.run} at {earlier.time:.3f}, {later.created} {_by(later)}"
                yield Violation(3, "TWICE", what)


def _forgotten(history: History, later: Taken) -> bool:
    """Return whether a person may have changed what the record says of this signature."""
    known = [row[0] for row in history.scenario.rows]
    key = key_of(known.index(later.sign_id)) if later.sign_id in known else ""
    changing = (step for step in history.scenario.steps if step.kind in {"adopt", "forget"} and step.key == key)
    return any(step.at <= later.time for step in changing)


def _older(history: History, taken: list[Taken]) -> Iterator[Violation]:
    runs = history.world.runs
    for place, later in enumerate(taken):
        newer = [e for e in taken[:place] if runs[e.run].step.commit > runs[later.run].step.commit]
        if newer and "allow-older" not in runs[later.run].step.option:
            yield Violation(6, "OLDER", f"{later.sign_id} {_by(later)} over the newer commit of {newer[-1].run}")


def _by(taken: Taken) -> str:
    return f"by {taken.run} at {taken.time:.3f}"


def judge_calls(history: History) -> Iterator[Violation]:
    """Check every call at its first byte: its own durable live item, fresh, and nobody else's call under way."""
    for call in history.world.vendor.log.calls:
        if call.sent is None or call.state_then is None:
            continue
        if call.others_then:
            yield Violation(2, "TWO CALLS", f"{call.subject} of {call.run} while that of {call.others_then} can act")
        if isinstance(call.subject, int) and call.status_then not in (1, -1):
            yield Violation(9, "STATUS", f"{call.subject} of {call.run} was called with status {call.status_then}")
        own = [i for i in items_of(call.state_then.entry(call.subject), call.subject) if i.run == call.run and i.live]
        if not own or own[-1].fields != call.fields:
            yield Violation(1, "NO INTENT", f"{call.subject} of {call.run} at {call.sent:.3f} without its item")
            continue
        since = intended_at(history, call)
        if call.checked is not None and call.checked - since > START_S[history.scenario.store] + _TRAVEL_S:
            yield Violation(1, "STALE", f"{call.subject} of {call.run}: {call.checked - since:.3f} s after its intent")
        yield from _after_newer(history, call, since)


def intended_at(history: History, call: Call) -> float:
    """Return when the item that a call was made under became durable."""
    record = history.world.runs[call.run].record
    since, known = 0.0, -1
    for written in record.history:
        if call.sent is not None and written.time > call.sent:
            break
        items = items_of(written.state.entry(call.subject), call.subject)
        epoch = max((item.epoch for item in items if item.run == call.run and item.live), default=-1)
        if epoch > known:
            since = written.time
        known = epoch
    return since


def _after_newer(history: History, call: Call, since: float) -> Iterator[Violation]:
    """Check that no newer commit's apply had begun, or ended without changes, before this call was intended."""
    run = history.world.runs[call.run]
    if history.scenario.store != "branch" or "allow-older" in run.step.option:
        return
    for seen in history.world.seen:
        other = history.world.runs[seen.run].step
        ended_without = seen.kind == "report" and isinstance(seen.value, ApplyReport) and _without_changes(seen.value)
        if ended_without and seen.time < since and other.commit > run.step.commit:
            yield Violation(6, "OLDER RUN", f"{call.subject} of {call.run} after {seen.run} found nothing to change")


def _without_changes(report: ApplyReport) -> bool:
    return not any(report.plan.summary[verdict] for verdict in WRITES) and report.error is None
