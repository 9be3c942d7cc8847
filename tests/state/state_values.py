"""States for tests: a plain one to start from, and strategies for any."""

from __future__ import annotations

from hypothesis import strategies as st

from reconciler.contract.api import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.model.signature import Image, LiveSignature, SignFields
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted
from reconciler.state.store import Snapshot, Store

UIN = "100000000001"
REGION = "ap-singapore"
NAME = f"{UIN}-{REGION}"
COMMIT = "c0ffee00" * 5


def image(digit: str = "a") -> Image:
    return Image(digit * 64, "evidence/license.png", 1234, 40, 30, "PNG")


def fields(name: str = "Acme") -> SignFields:
    return SignFields(name, "company", "business-license", False, "others", image("a"), image("b"), "Login codes")


def row(sign_id: int = 1110, name: str = "Acme") -> LiveSignature:
    return LiveSignature(sign_id, False, 1, name, "", 1617508800)


def submitted(name: str = "Acme") -> Entry:
    own = Submitted(fields(name), 1.5, "request-1", COMMIT, False, row(name=name), row(), 1, "run-0", 9.0)
    return Entry(1, own)


def intended(name: str = "Acme", run: str = "run-1") -> Entry:
    return Entry(2, None, (Intent(fields(name), row(), 2.5, run, COMMIT, 2, 2.0, 2.0, 26.0),))


def state(*, commit: str | None = None, serial: int = 0, **names: str) -> State:
    """A state of signatures ``s1110="Acme"``, each submitted under that name."""
    entries = {int(key[1:]): submitted(name) for key, name in names.items()}
    return State(UIN, REGION, entries, commit, 3.5, serial=serial)


def put(store: Store, wanted: State, note: str = "note") -> Snapshot:
    """Make the record what is wanted, whatever stands there."""
    return store.update(lambda newest: wanted._replace(serial=newest.serial), note)


def change(store: Store, note: str = "note", **names: str) -> Snapshot:
    """Record submissions on top of what is recorded."""
    entries = {int(key[1:]): submitted(name) for key, name in names.items()}
    return store.update(lambda newest: newest._replace(entries={**newest.entries, **entries}), note)


_int64 = st.integers(-(2**63), 2**63 - 1)
_count = st.integers(0, 2**63 - 1)
_time = st.floats(0, 253402300799) | st.integers(0, 253402300799)
_text = st.text(st.characters(exclude_categories=["Cs"]))
_commit = st.none() | st.text("0123456789abcdef", min_size=40, max_size=40) | st.just("e" * 64)
_run = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)

images = st.builds(
    Image,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    _text,
    _count,
    _count,
    _count,
    st.sampled_from(["PNG", "JPEG"]),
)
sign_fields = st.builds(
    SignFields,
    _text,
    st.sampled_from(sorted(SIGN_TYPES)),
    st.sampled_from(sorted(DOCUMENT_TYPES)),
    st.booleans(),
    st.sampled_from(sorted(SIGN_PURPOSES)),
    images,
    st.none() | images,
    _text,
    st.none() | _int64,
)
rows = st.builds(
    LiveSignature,
    _int64,
    st.booleans(),
    _int64,
    _text,
    _text,
    _int64,
    st.none() | _int64,
    st.none() | _text,
    st.none() | _int64,
)
_epoch = st.integers(0, 2**53)
submissions = st.builds(
    Submitted,
    sign_fields,
    _time,
    st.none() | _text,
    _commit,
    st.booleans(),
    st.none() | rows,
    st.none() | rows,
    _epoch,
    _run,
    st.none() | _time,
)
_seconds = st.floats(0, 600)
intents = st.builds(
    Intent,
    sign_fields,
    rows,
    _time,
    _run,
    _commit,
    _epoch,
    _time,
    _seconds,
    _seconds,
    st.sampled_from([IntentState.LAPSED, IntentState.LATE, IntentState.LIVE]),
)
entries = st.builds(Entry, _epoch, st.none() | submissions, st.lists(intents, max_size=2).map(tuple)).filter(
    lambda entry: entry != Entry()
)
states = st.builds(
    State,
    st.text("0123456789", min_size=1, max_size=32),
    st.sampled_from([REGION, "ap-guangzhou", "eu-frankfurt-2"]),
    st.dictionaries(st.integers(1, 2**63 - 1), entries, max_size=4),
    _commit,
    st.none() | _time,
    st.booleans(),
    _count,
)
