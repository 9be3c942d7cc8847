from __future__ import annotations

from reconciler.model.state import Entry, State
from tests.fixtures.values import known


def test_nothing_is_known_of_a_signature_without_an_entry() -> None:
    state = State("100000000001", "ap-singapore", {1110: known()})
    assert state.entry(1110) == known()
    assert state.entry(1111) == Entry()
