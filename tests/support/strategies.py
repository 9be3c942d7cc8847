"""Strategies for the three inputs of the decision. Values come from small pools, so that equal ones meet often."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from reconciler.contract.api import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.decision.compare import DecisionTime
from reconciler.diagnostics import Location
from reconciler.model.signature import LiveSignature, Signature, SignFields
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted
from tests.support.values import NOW, image

texts = st.text(st.characters(exclude_categories=()), max_size=8)
"""Any text, control characters and halves of characters too: what a vendor's answer may hold."""

# One name in half and in full width and in capitals, names that differ, and any.
names = (
    st.sampled_from(["Acme", "ACME", "\uff21\uff43\uff4d\uff45", "Acme Bank", "Acme  Bank ", "北京银行", "北京銀行"])
    | texts
)
images = st.sampled_from([image("a"), image("b", "evidence/\u8425\u4e1a\u6267\u7167.png"), image("c")])
qualifications = st.none() | st.integers(1, 3)
sign_fields = st.builds(
    SignFields,
    names,
    st.sampled_from(sorted(SIGN_TYPES)),
    st.sampled_from(sorted(DOCUMENT_TYPES)),
    st.booleans(),
    st.sampled_from(sorted(SIGN_PURPOSES)),
    images,
    st.none() | images,
    st.sampled_from(["", "Login codes"]) | texts,
    qualifications,
)

status_codes = st.sampled_from([0, 1, 2, -1]) | st.integers(-(2**63), 2**63 - 1)
modifiable_codes = st.sampled_from([1, -1])
times = st.sampled_from([NOW - 2 * 86400, NOW - 7200, NOW - 600, NOW - 5, NOW]) | st.floats(0, NOW + 86400)
moments = st.builds(DecisionTime, st.just(NOW))


def rows(codes: st.SearchStrategy[int] = status_codes, sign_id: int = 1110) -> st.SearchStrategy[LiveSignature]:
    """Return rows of one signature."""
    return st.builds(
        LiveSignature,
        st.just(sign_id),
        st.booleans(),
        codes,
        names,
        st.sampled_from(["", "Blurred scan"]) | texts,
        times.map(int),
        qualifications,
    )


def near(fields: SignFields) -> st.SearchStrategy[SignFields]:
    """Return the same fields, or the same but for one or for all of them."""
    edits: list[st.SearchStrategy[dict[str, Any]]] = [
        st.fixed_dictionaries({"sign_name": names}),
        st.fixed_dictionaries({"proof_image": images}),
        st.fixed_dictionaries({"remark": texts}),
        st.fixed_dictionaries({"qualification_id": qualifications}),
    ]
    return st.just(fields) | st.one_of(edits).map(lambda edit: fields._replace(**edit)) | sign_fields


def near_row(row: LiveSignature) -> st.SearchStrategy[LiveSignature]:
    """Return the same row, or the same but for its status, name, reply or time, or any other one."""
    edits: list[st.SearchStrategy[dict[str, Any]]] = [
        st.fixed_dictionaries({"status_code": status_codes}),
        st.fixed_dictionaries({"sign_name": names}),
        st.fixed_dictionaries({"create_time": times.map(int)}),
        st.fixed_dictionaries({"review_reply": texts}),
    ]
    return st.just(row) | st.one_of(edits).map(lambda edit: row._replace(**edit)) | rows(sign_id=row.sign_id)


runs = st.sampled_from(["run-1", "run-2"])
commits = st.none() | st.just("c0ffee00" * 5)


def submissions(fields: SignFields, live: LiveSignature) -> st.SearchStrategy[Submitted]:
    """Return submissions that have to do with a definition and a row."""
    seen = st.none() | near_row(live)
    until = st.none() | times
    return st.builds(
        Submitted, near(fields), times, st.none() | texts, commits, st.booleans(), seen, seen, st.just(1), runs, until
    )


def intents(fields: SignFields, live: LiveSignature) -> st.SearchStrategy[Intent]:
    """Return intended calls that have to do with a definition and a row."""
    tolerances, windows, states = st.sampled_from([2.0, 300.0]), st.just(26.0), st.sampled_from(IntentState)
    return st.builds(
        Intent, near(fields), near_row(live), times, runs, commits, st.just(2), times, tolerances, windows, states
    )


def entries(fields: SignFields, live: LiveSignature) -> st.SearchStrategy[Entry]:
    """Return entries that have to do with a definition and a row."""
    doubts = st.lists(intents(fields, live), max_size=2).map(tuple)
    return st.builds(Entry, st.just(2), st.none() | submissions(fields, live), doubts)


class Situation(NamedTuple):
    """What one decision is taken on."""

    wanted: SignFields
    live: LiveSignature
    entry: Entry
    moment: DecisionTime


@st.composite
def situations(draw: st.DrawFn, codes: st.SearchStrategy[int] = status_codes, sign_id: int = 1110) -> Situation:
    """Return a definition, a row and an entry that have to do with one another."""
    wanted = draw(sign_fields)
    live = draw(rows(codes, sign_id))
    if draw(st.booleans()):
        live = live._replace(international=wanted.international, sign_name=wanted.sign_name)
    return Situation(wanted, live, draw(entries(wanted, live)), draw(moments))


class Account(NamedTuple):
    """A whole run's inputs: definitions, rows by id, and the record."""

    desired: tuple[Signature, ...]
    live: dict[int, LiveSignature]
    state: State
    moment: DecisionTime


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Return a run over a few signatures; some have no row, and some rows have no definition."""
    defined = draw(st.lists(st.integers(1, 8), unique=True, max_size=3))
    cases = {sign_id: draw(situations(sign_id=sign_id)) for sign_id in defined}
    desired = tuple(
        Signature(f"key-{sign_id}", sign_id, case.wanted, Location("signatures.yaml", sign_id, 3))
        for sign_id, case in cases.items()
    )
    missing = draw(st.sets(st.sampled_from(defined))) if defined else set()
    live = {sign_id: case.live for sign_id, case in cases.items() if sign_id not in missing}
    for sign_id in draw(st.sets(st.integers(9, 12), max_size=2)):
        live[sign_id] = draw(rows(sign_id=sign_id))
    state = State("100000000001", "ap-singapore", {sign_id: case.entry for sign_id, case in cases.items()})
    return Account(desired, live, state, draw(moments))
