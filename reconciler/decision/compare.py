"""The point in time that a decision is taken at."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.contract.api import APPROVED
from reconciler.model.plan import Change, Compared
from reconciler.model.signature import FIELD_NAMES, FieldValue, LiveSignature, SignFields
from reconciler.model.state import Submitted

INTENT_MEMORY_S: Final = 3600.0
"""Seconds for which an unchanged row may prove that an intent was not sent; later, others may have changed it back."""


class DecisionTime(NamedTuple):
    """``now`` is unix seconds. An intent younger than ``settle_after`` seconds may still be on its way."""

    now: float
    settle_after: float

    def may_be_under_way(self, at: float) -> bool:
        """Tell whether a call intended at ``at`` may not have reached the vendor yet."""
        return self.now - at < self.settle_after

    def is_recent(self, at: float) -> bool:
        """Tell whether ``at`` is recent enough for the row to still tell what became of it."""
        return self.now - at < INTENT_MEMORY_S


# When two spellings of a name may be the same one: whether the vendor normalises names is not documented.


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are equal but for width, composition, case and spacing."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


# What counts as a difference, apart from what follows from one.
#
# The vendor shows the name and, on the mainland site, the qualification. Every other field is compared with the record
# of
# what was last submitted, since nothing else tells.


VISIBLE: Final = ("sign_name", "qualification_id")


_COMPARED: Final = tuple(name for name in FIELD_NAMES if name != "international")
"""``international`` is part of a signature's identity: a difference there is not a change but another signature."""


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
    """Tell whether the row shows the value; after our own submission, also in the form that the vendor gave it."""
    shown = getattr(live, name)
    return shown == value or shown in set(_forms_of_own(name, live, own, moment))


def _forms_of_own(name: str, live: LiveSignature, own: Submitted | None, moment: DecisionTime) -> Iterator[FieldValue]:
    if own is None:
        return
    if name == "sign_name" and _was_not_seen_yet(own) and same_name(live.sign_name, own.fields.sign_name):
        yield live.sign_name
    if own.shown is not None:
        yield getattr(own.shown, name)
    elif own.before is not None and moment.is_recent(own.at):  # accepted, and the vendor does not show it yet
        yield getattr(own.before, name)


def _was_not_seen_yet(own: Submitted) -> bool:
    """Tell whether no row showed the submitted name when its acceptance was recorded: describes may lag behind.

    Another spelling that a later row shows is then most likely the form that the vendor gave it.
    """
    if own.shown is None:
        return True
    moved = own.before is None or own.shown.sign_name != own.before.sign_name
    return not moved and own.shown.sign_name != own.fields.sign_name


def changed_by_others(live: LiveSignature, known: Submitted) -> bool:
    """Tell whether somebody resubmitted the signature after us: it was created later than our own submission.

    Whether the vendor's ``CreateTime`` moves with a modify is not documented. Where it does, our own submission may
    show late, so a time up to that of our own call is ours.
    """
    recorded = known.shown.create_time if known.shown is not None else 0
    return live.create_time > max(recorded, known.at)


def _reach(live: LiveSignature, known: Submitted | None) -> Compared:
    if known is None or changed_by_others(live, known):
        return Compared.VISIBLE
    return Compared.ALL
