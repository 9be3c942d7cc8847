"""Invariants of the record: (4), (5), (6) and (10)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from reconciler.model.signature import Subject
from tests.sim.claims import claims_of
from tests.sim.definitions import commit_number
from tests.sim.items import epoch_of, items_of
from tests.sim.schedule import History
from tests.sim.vendor import Taken
from tests.sim.violation import Violation

RESETS: Final = frozenset({"adopt", "forget", "rollback", "delete-branch"})
"""Actors that change what is recorded of a submission, or move the record back."""


def judge_record(history: History) -> Iterator[Violation]:
    """Check the record: epochs and commit, what settlements claim, and the last submission."""
    moved = any(step.kind in {"rollback", "delete-branch"} for step in history.scenario.steps)
    for record in history.records.values():
        for before, after in pairwise(record.history):
            for subject in before.state.entries.keys() | after.state.entries.keys():
                if epoch_of(after.state.entry(subject)) < epoch_of(before.state.entry(subject)) and not moved:
                    yield Violation(6, "EPOCH", f"{subject} fell by {after.by} at {after.time:.3f}")
            fell = commit_number(after.state.commit) < commit_number(before.state.commit)
            shared = history.scenario.store == "branch"
            if shared and fell and not moved and "allow-older" not in history.world.runs[after.by].step.option:
                yield Violation(6, "COMMIT", f"fell from {before.state.commit} by {after.by} at {after.time:.3f}")
    if history.scenario.store != "clones":
        yield from _last(history)
    calls = history.world.vendor.log.calls
    for claim in claims_of(history):
        acted = [c for c in calls if c.run == claim.run and c.subject == claim.subject and c.fields == claim.fields]
        truth = any(call.acted is not None for call in acted)
        if claim.sent and not truth:
            yield Violation(5, "NEVER SENT", f"{claim.subject} of {claim.run} recorded as sent by {claim.by}")
        if not claim.sent and any(claim.covers(call) and call.acted is not None for call in acted):
            number, kind = (10, "LOST DOUBT") if claim.replaced else (5, "WAS SENT")
            yield Violation(number, kind, f"{claim.subject} of {claim.run} dropped by {claim.by} at {claim.time:.3f}")


def _last(history: History) -> Iterator[Violation]:
    """Check that the last submission of the tool is what the record says, or among what it holds possible."""
    if any(step.kind in RESETS for step in history.scenario.steps):
        return
    record = next(iter(history.records.values()))
    by_subject: dict[Subject, list[Taken]] = {}
    for each in history.world.vendor.log.taken:
        if each.run:
            by_subject.setdefault(each.created or each.sign_id, []).append(each)
    for subject, taken in by_subject.items():
        entry = record.state.entry(subject)
        known = [entry.submitted.fields] if entry.submitted is not None else []
        if taken[-1].fields not in [*known, *(item.fields for item in items_of(entry, subject))]:
            yield Violation(
                4,
                "RECORD",
                f"{subject}: the last submission, by {taken[-1].run} at {taken[-1].time:.3f}, is not in the record",
            )
