"""What counts as a difference between a definition, the row and the record, and as a change by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.contract.api import APPROVED
from reconciler.decision.intents import is_ours
from reconciler.model.plan import Change, Compared
from reconciler.model.signature import FIELD_NAMES, FieldValue, LiveSignature, SignFields
from reconciler.model.state import Submitted


class DecisionTime(NamedTuple):
    """``now`` is unix seconds, ``lag`` how many seconds a describe may trail a write that was accepted.

    An apply waits for that long before it looks, so for it the lag is 0; a plan, which sends nothing, does not.
    """

    now: float
    lag: float = 0.0

    def may_trail(self, at: float) -> bool:
        """Return whether a row need not show yet what was accepted at ``at``."""
        return 0.0 <= self.now - at < self.lag


# What counts as a difference, apart from what follows from one.
#
# The vendor shows the name and, on the mainland site, the qualification. Every other field is compared with the record
# of what was last submitted, since nothing else tells.


VISIBLE: Final = ("sign_name", "qualification_id")


# ``international`` is part of a signature's identity: a difference there is not a change but another signature.
_COMPARED: Final = tuple(name for name in FIELD_NAMES if name != "international")


class Difference(NamedTuple):
    """All differing fields; ``drift`` names those that somebody changed outside the tool."""

    changes: tuple[Change, ...]
    drift: tuple[str, ...]
    compared: Compared

    def __bool__(self) -> bool:
        return bool(self.changes)


def compare(wanted: SignFields, live: LiveSignature, known: Submitted | None, moment: DecisionTime) -> Difference:
    """Compare a definition with the row and with what was last submitted, ``None`` where nothing is known."""
    changes: list[Change] = []
    drift: list[str] = []
    for name in _COMPARED if known is not None else VISIBLE:
        value = getattr(wanted, name)
        recorded = known is not None and getattr(known.fields, name) == value
        shown = getattr(live, name) if name in VISIBLE else None
        if shown is not None and value is not None:
            if not _is_shown(name, value, live, known if recorded else None, moment):
                changes.append(Change(name, shown, value))
                drift += [name] if recorded else []
                continue
            if live.status in APPROVED:  # what an approved row shows is settled, whatever the record says
                continue
        if known is not None and not recorded:
            changes.append(Change(name, getattr(known.fields, name), value))
    return Difference(tuple(changes), tuple(drift), _reach(live, known))


def _is_shown(name: str, value: FieldValue, live: LiveSignature, own: Submitted | None, moment: DecisionTime) -> bool:
    """Return whether the row shows the value; after our own submission, also in the form that the vendor gave it."""
    shown = getattr(live, name)
    return shown == value or shown in set(_forms_of_own(name, live, own, moment))


def _forms_of_own(name: str, live: LiveSignature, own: Submitted | None, moment: DecisionTime) -> Iterator[FieldValue]:
    if own is None:
        return
    if name == "sign_name" and is_ours(own.fields, live):
        yield live.sign_name
    if own.before is not None and moment.may_trail(own.at):  # accepted, and a describe need not show it yet
        yield getattr(own.before, name)
    if own.shown is not None and own.adopted:
        yield getattr(own.shown, name)


def changed_by_others(live: LiveSignature, known: Submitted) -> bool:
    """Return whether somebody resubmitted the signature after us: its ``CreateTime`` is later than our own can be."""
    until = known.until
    if until is None:  # recorded by an earlier release, which kept no vendor time
        until = max(known.shown.create_time if known.shown is not None else 0, known.at)
    return live.create_time > until


def _reach(live: LiveSignature, known: Submitted | None) -> Compared:
    if known is None or changed_by_others(live, known):
        return Compared.VISIBLE
    return Compared.ALL
