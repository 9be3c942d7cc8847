"""What the record claimed whenever a doubt vanished from it: that a call was made, or that it was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.model.signature import SignFields, Subject
from reconciler.model.state import Entry
from tests.sim.items import Item, items_of
from tests.sim.schedule import History
from tests.sim.vendor import Call


class Claim(NamedTuple):
    """At ``time`` the record of ``by`` said of ``run``'s call that it was sent, or that it was not.

    ``replaced`` where the doubt made room for another run's intent.
    """

    time: float
    by: str
    subject: Subject
    run: str
    fields: SignFields
    begun: float
    sent: bool
    replaced: bool = False

    def covers(self, call: Call) -> bool:
        """Return whether a call is the one that the vanished doubt was about."""
        return self.begun <= call.begun <= self.time


def claims_of(history: History) -> Iterator[Claim]:
    """Return every claim that a record made."""
    for record in history.records.values():
        begun: dict[Item, float] = {}
        for before, after in zip(record.history, record.history[1:], strict=False):
            if after.by not in history.world.runs:
                continue  # the branch was moved by force
            if history.world.runs[after.by].step.kind in {"adopt", "forget"}:
                continue
            for subject, entry in before.state.entries.items():
                for item in items_of(entry, subject):
                    begun.setdefault(item, before.time)
                    yield from _claim(item, entry, after.state.entry(subject), after.time, after.by, begun[item])


def _claim(item: Item, before: Entry, after: Entry, time: float, by: str, begun: float) -> Iterator[Claim]:
    now = items_of(after, item.subject)
    if any((other.epoch, other.run) == (item.epoch, item.run) for other in now):
        return
    if after.submitted != before.submitted and after.submitted is not None:
        # Where another one was recorded, that says nothing of an older doubt.
        if (after.submitted.epoch, after.submitted.run) == (item.epoch, item.run):
            yield Claim(time, by, item.subject, item.run, item.fields, begun, sent=True)
        return
    replaced = any(other.run == by != item.run for other in now)
    yield Claim(time, by, item.subject, item.run, item.fields, begun, sent=False, replaced=replaced)
