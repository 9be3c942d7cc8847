"""The lines of the record: only what changed is written out and checked again."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.state import Entry
from reconciler.state.codec import Lines, dump, entry_object
from reconciler.state.shapes import Malformed
from tests.state.state_values import intended, state, submitted

FULL = state(s1110="Acme", s1111="Other")._replace(
    entries={1110: submitted(), 1111: submitted("Other"), 1112: intended()}
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the ids whose lines were made, as they are made."""
    ids: list[int] = []

    def noted(sign_id: int, entry: Entry) -> Any:
        ids.append(sign_id)
        return entry_object(sign_id, entry)

    monkeypatch.setattr("reconciler.state.codec.entry_object", noted)
    return ids


def test_only_a_changed_entry_is_made_again_and_the_document_is_the_same_as_a_fresh_one(made: list[int]) -> None:
    remembered = Lines()
    dump(FULL, remembered)
    assert sorted(made) == sorted(FULL.entries)
    made.clear()
    changed = min(FULL.entries)
    entry = FULL.entries[changed]
    assert entry.submitted is not None
    newer = FULL._replace(entries={**FULL.entries, changed: Entry(entry.submitted._replace(at=9.5))})
    document = dump(newer, remembered)
    assert made == [changed]
    assert document == dump(newer)


def test_an_entry_that_was_taken_away_is_not_remembered(made: list[int]) -> None:
    remembered = Lines()
    remembered.of(FULL.entries)
    assert remembered.of({}) == []
    made.clear()
    remembered.of(FULL.entries)
    assert sorted(made) == sorted(FULL.entries)


def test_what_could_not_be_read_again_is_refused_each_time() -> None:
    entry = FULL.entries[min(FULL.entries)]
    assert entry.submitted is not None
    wrong = {5: Entry(entry.submitted._replace(at=-1.0))}
    remembered = Lines()
    for _ in range(2):
        with pytest.raises(Malformed, match="the entry of 5"):
            remembered.of(wrong)
