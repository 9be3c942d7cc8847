"""Accounts whose endpoint does not list: what is defined is read by id, and what is not stays unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.sandbox.options import UnconfirmedBehaviour, ways
from tests.fixtures.commands import FAST, KEYS, inside
from tests.fixtures.project import pending, write
from tests.fixtures.serving import serving

SIGNS = tuple(pending(number) for number in range(1, 31))


@pytest.mark.parametrize("way", ways()["listing"][1:])
def test_definitions_are_planned_by_id_where_the_account_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    file = write(tmp_path, SIGNS[:29])
    with serving(SIGNS, facts=UnconfirmedBehaviour(listing=way)) as sandbox:
        planned = inside("plan", "--format", "json", "--endpoint", sandbox.url, *FAST, file)
    assert planned.code == 0, planned
    assert set(planned.by_key("verdict").values()) == {"modify"}
    assert planned.document["unmanaged"] == []
    assert any("whole list was not read" in note for note in planned.document["notes"])


@pytest.mark.parametrize("held", [9, 10, 11])
def test_an_account_of_just_ten_is_listed_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    file = write(tmp_path, SIGNS[:5])
    with serving(SIGNS[:held]) as sandbox:
        planned = inside("plan", "--format", "json", "--endpoint", sandbox.url, *FAST, file)
    assert len(planned.document["unmanaged"]) == held - 5
    assert planned.document["notes"] == []
