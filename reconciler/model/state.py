"""What this tool remembers: per signature what was last submitted, and an intent whose outcome is not known."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from reconciler.model.signature import LiveSignature, SignFields


class Submitted(NamedTuple):
    """A submission that the vendor accepted, or that somebody adopted as such.

    ``at`` is the unix time at which the acceptance was known, ``commit`` the git commit applied from, ``shown`` the row
    that the vendor showed afterwards, or ``None`` while it did not show the change yet, ``before`` the row before it.
    """

    fields: SignFields
    at: float
    request_id: str | None = None
    commit: str | None = None
    adopted: bool = False
    shown: LiveSignature | None = None
    before: LiveSignature | None = None


class Intent(NamedTuple):
    """A call that was about to be made by ``run``. ``before`` is the row seen before it, ``at`` unix seconds."""

    fields: SignFields
    before: LiveSignature
    at: float
    run: str
    commit: str | None = None


class Entry(NamedTuple):
    """What is remembered of one signature."""

    submitted: Submitted | None = None
    intent: Intent | None = None


_NOTHING: Final = Entry()


class Lease(NamedTuple):
    """The run that is writing now. ``beat`` grows with each of its writes, so that a waiter sees it move.

    ``patience`` is the seconds without a move after which none of its calls can be under way any more.
    """

    run: str
    beat: int
    patience: float = 0.0


class State(NamedTuple):
    """The record of one account and region. ``commit`` is the newest git commit applied, ``saved_at`` unix seconds."""

    uin: str
    region: str
    entries: Mapping[int, Entry] = MappingProxyType({})
    holder: Lease | None = None
    commit: str | None = None
    saved_at: float | None = None
    sandbox: bool = False

    def entry(self, sign_id: int) -> Entry:
        """Return what is known of a signature, an empty entry where nothing is."""
        return self.entries.get(sign_id, _NOTHING)
