"""What this tool remembers: per signature what was last submitted, and what was perhaps submitted."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from reconciler.errors import said
from reconciler.model.signature import LiveSignature, SignFields, Subject
from reconciler.text import utc_time

# Seconds beyond its window after which an intent is taken for one of a run that is gone, whatever the clocks.
OLD_INTENT_S: Final = 600.0


class Submitted(NamedTuple):
    """A submission that the vendor accepted, or that somebody adopted as such.

    ``at`` is the unix time at which the acceptance was known, ``commit`` the git commit applied from, ``shown`` the row
    that the vendor showed afterwards, or ``None`` while it did not show the change yet, ``before`` the row before it.
    ``epoch`` and ``run`` are those of its intent, ``until`` is the newest ``CreateTime`` that can be its own. ``by`` is
    who ran it, ``uncommitted`` whether the tree had changes that ``commit`` does not hold. ``sign_id`` is the
    id that the vendor gave to a signature which this submission created.
    """

    fields: SignFields
    at: float
    request_id: str | None = None
    commit: str | None = None
    adopted: bool = False
    shown: LiveSignature | None = None
    before: LiveSignature | None = None
    epoch: int = 0
    run: str = ""
    until: float | None = None
    by: str = ""
    uncommitted: bool = False
    sign_id: int | None = None


class IntentState(StrEnum):
    """Whether a call may still be made or under way, certainly is not any more, or was answered too late to count."""

    LIVE = "live"
    LAPSED = "lapsed"
    LATE = "late"


class Intent(NamedTuple):
    """A call that was about to be made by ``run``: perhaps it was.

    ``before`` is the row seen before it, ``looked_at`` the vendor's time of that look, right to ``tolerance`` seconds;
    ``at`` is the run's own unix time. ``window`` is how many seconds after the record showed it first the call can act.
    For a call that creates, ``known`` are the ids that the account had before, and ``before`` is ``no_row``.
    """

    fields: SignFields
    before: LiveSignature
    at: float
    run: str
    commit: str | None = None
    epoch: int = 0
    looked_at: float = 0
    tolerance: float = 300
    window: float = 0
    status: IntentState = IntentState.LIVE
    by: str = ""
    uncommitted: bool = False
    known: tuple[int, ...] | None = None

    @property
    def identity(self) -> tuple[int, str]:
        """What tells this intent from every other one of its signature; a rolled back record repeats epochs."""
        return self.epoch, self.run

    @property
    def is_live(self) -> bool:
        """Return whether its call may still act."""
        return self.status is IntentState.LIVE


def no_row(fields: SignFields) -> LiveSignature:
    """Return a row without an id, in place of that of a signature that does not exist yet."""
    return LiveSignature(0, fields.international, 0, "")


def holder_of(intent: Intent) -> str:
    """Say who made an intent, when and from which commit, as far as the record tells."""
    words = "{who}, since {time}, commit {commit}" if intent.commit else "{who}, since {time}"
    who = intent.by or said("somebody")
    return said(words, who=who, time=utc_time(intent.at), commit=(intent.commit or "")[:12])


class Entry(NamedTuple):
    """What is remembered of one signature. ``perhaps`` is oldest first; at most one of them is live."""

    epoch: int = 0
    submitted: Submitted | None = None
    perhaps: tuple[Intent, ...] = ()

    @property
    def newest(self) -> Intent | None:
        """The newest doubt."""
        return self.perhaps[-1] if self.perhaps else None


_NOTHING: Final = Entry()


class State(NamedTuple):
    """The record of one account and region.

    ``entries`` are by id; those of signatures that this tool created, or was about to, are also by their key.
    ``commit`` is the newest git commit that an apply began with, ``saved_at`` unix seconds, ``serial`` grows by each
    write.
    """

    uin: str
    region: str
    entries: Mapping[Subject, Entry] = MappingProxyType({})
    commit: str | None = None
    saved_at: float | None = None
    sandbox: bool = False
    serial: int = 0

    def entry(self, subject: Subject) -> Entry:
        """Return what is known of a signature, an empty entry where nothing is."""
        return self.entries.get(subject, _NOTHING)

    @property
    def creates(self) -> Mapping[str, Entry]:
        """What is known of signatures that were created, or perhaps were, by the key of their definition."""
        return {subject: entry for subject, entry in self.entries.items() if isinstance(subject, str)}

    @property
    def open_creates(self) -> tuple[str, ...]:
        """The keys of signatures that were perhaps created."""
        return tuple(key for key, entry in self.creates.items() if entry.perhaps)

    @property
    def signatures(self) -> Mapping[int, Entry]:
        """What is known of signatures by their id, in its order."""
        return dict(sorted((subject, entry) for subject, entry in self.entries.items() if isinstance(subject, int)))


class Lineage(StrEnum):
    """How a checkout's commit relates to the commit applied last.

    Only ``descendant`` (the same commit counts) is safe to apply. ``unknown``: one of the two commits, or the history
    between them, is not in the checkout. ``absent``: the commit applied last is not, though the history is whole.
    """

    DESCENDANT = "descendant"
    OLDER = "older"
    DIVERGED = "diverged"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class HistoryEntry(NamedTuple):
    """One commit of a record's branch. ``at`` is unix seconds, ``lines`` what it says."""

    commit: str
    author: str
    at: float
    lines: tuple[str, ...]
