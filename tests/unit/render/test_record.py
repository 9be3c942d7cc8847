"""The record for people: one row a signature, and its history with the keys of what it names by id."""

from __future__ import annotations

from reconciler.model.state import Entry, HistoryEntry, State
from reconciler.render.record import history_text, record_text
from tests.fixtures.state_values import REGION, UIN
from tests.fixtures.values import ACME, NOW, intent, known, row, submitted

CREATED = submitted(sign_id=1110)


def rows(keys: dict[int, str], **entries: Entry) -> list[str]:
    recorded = {int(name[3:]) if name.startswith("id_") else name: entry for name, entry in entries.items()}
    text = record_text("here", State(UIN, REGION, entries=recorded), keys)
    return [" ".join(line.split()[:4]) for line in text.splitlines()[1:-2]]


def test_a_created_signature_is_one_row_under_the_key_that_it_was_created_under() -> None:
    shown = rows({}, id_1110=known(), acme=Entry(1, CREATED), other=Entry(1, None, (intent(ACME, row()),)))
    assert shown[0] == "acme created as 1110"
    assert [line.split()[0] for line in shown] == ["acme", "other", "perhaps"]


def test_a_definition_that_has_the_id_by_now_says_how_it_is_called() -> None:
    assert rows({1110: "renamed"}, id_1110=known(), acme=Entry(1, CREATED)) == ["renamed 1110 Acme submitted"]


def test_what_is_open_under_the_key_is_told_below_the_one_row() -> None:
    shown = rows({}, id_1110=known(), acme=Entry(2, CREATED, (intent(ACME, row()),)))
    assert [line.split()[0] for line in shown] == ["acme", "perhaps"]


def test_a_create_whose_id_is_forgotten_keeps_its_row() -> None:
    assert len(rows({}, id_1110=Entry(3), acme=Entry(1, CREATED))) == 2


def history(*lines: str, keys: dict[int, str] | None = None) -> list[str]:
    entries = [HistoryEntry("c" * 40, "Ann", NOW, (line,)) for line in lines]
    return [line.strip() for line in history_text(entries, keys or {}).splitlines()[1::2]]


def test_what_is_forgotten_or_settled_by_id_is_told_with_its_key() -> None:
    keys = {1110: "acme", 1111: "other"}
    assert history("forget (1110)", keys=keys) == ["forget acme (1110)"]
    told = "settle acme (1110), other (1111), fresh by what the account shows"
    assert history("settle 1110, 1111, fresh by what the account shows", keys=keys) == [told]


def test_the_key_of_a_definition_that_is_gone_is_the_last_one_in_the_history() -> None:
    assert history("forget (1110)", "intend newer (1110): remark", "accepted older (1110)")[0] == "forget newer (1110)"
    assert history("forget (1110)") == ["forget (1110)"]


def test_a_created_signature_is_forgotten_in_one_word() -> None:
    assert history("forget (1110), (acme)", "accepted acme (1110) request x")[0] == "forget acme (1110)"
