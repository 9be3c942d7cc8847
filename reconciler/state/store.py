"""What every store of a record offers, and how a record is named: ``[sandbox-]<uin>-<region>``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from reconciler.errors import Refusal, StateError
from reconciler.model.state import State

UIN: Final = re.compile(r"[0-9]{1,32}")
REGION: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_REGION: Final = 64
_NAME: Final = re.compile(rf"(?P<sandbox>sandbox-)?(?P<uin>{UIN.pattern})-(?P<region>{REGION.pattern})")


def is_uin(text: str) -> bool:
    """Return whether a text is an account id: digits only."""
    return UIN.fullmatch(text) is not None


def is_region(text: str) -> bool:
    """Return whether a text looks like a region of the vendor (``ap-singapore``); it becomes part of a file name."""
    return len(text) <= _MAX_REGION and REGION.fullmatch(text) is not None


def record_name(uin: str, region: str, *, sandbox: bool = False) -> str:
    """Return the name of an account's record. Raises StateError for what cannot be part of a file name."""
    if not is_uin(uin) or not is_region(region):
        raise StateError(
            "no record can be named for account {uin} in region {region}",
            hint="The account id is digits only, the region small letters, digits and dashes, like ap-singapore.",
            uin=ascii(uin),
            region=ascii(region),
        )
    return f"{'sandbox-' if sandbox else ''}{uin}-{region}"


def is_record_file(name: str) -> bool:
    """Return whether a file is called as a record is."""
    found = _NAME.fullmatch(name.removesuffix(".json"))
    return found is not None and name.endswith(".json") and is_region(found["region"])


def empty_state(name: str) -> State:
    """Return the state of an account of which nothing is recorded. Raises StateError for a name that is none."""
    found = _NAME.fullmatch(name)
    if found is None or not is_region(found["region"]):
        raise StateError(
            "{name} is not the name of a record",
            hint="A record is named <uin>-<region>, with sandbox- in front.",
            name=ascii(name),
        )
    return State(uin=found["uin"], region=found["region"], sandbox=found["sandbox"] is not None)


def check_name(state: State, name: str, *, source: str) -> None:
    """Raise StateError where a document belongs to another account, region or side than the name it is kept under."""
    actual = record_name(state.uin, state.region, sandbox=state.sandbox)
    if actual != name:
        raise StateError(
            "{source}: this is the record of {actual}, not of {name}",
            hint="A record cannot be renamed or copied from one account to another; put the right one back.",
            source=source,
            actual=actual,
            name=name,
        )


# What a store of the record offers, whatever it keeps the record in.


class WentBack(Refusal):
    """The record does not go on from what this checkout saw last. ``allowed`` where a run goes on all the same."""

    allowed = False


class Snapshot(NamedTuple):
    """The record as read at one moment. ``version`` is the store's own token for it, empty where none exists yet.

    ``moved`` says so where nothing may be begun on it: it went back, or somebody moved it elsewhere meanwhile.
    """

    state: State
    version: str
    moved: Refusal | None = None


Step = Callable[[State], State]


class StateReader(Protocol):
    """All that a plan is given: it can look, and it cannot store."""

    @property
    def where(self) -> str:
        """The place of the record in words for people."""

    def load(self) -> Snapshot:
        """Read the record; an empty state where none exists. Raises StateError where it cannot be read."""


class Store(StateReader, Protocol):
    """A place that keeps the record, with compare-and-swap as its only way of writing."""

    @property
    def costly(self) -> bool:
        """Return whether a save is slow enough that an outcome should travel with the next intent."""

    def update(self, step: Step, note: str) -> Snapshot:
        """Put ``step`` on top of the newest record, durably before returning, and return what the record is then.

        ``step`` may be called several times. Where it returns the state that it was given nothing is stored; what it
        raises comes out, with nothing stored. ``note`` says in words what changed, for the audit trail.
        """
