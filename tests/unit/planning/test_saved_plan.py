from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.decision.plan import make_plan, operations_of
from reconciler.errors import UsageError
from reconciler.model.plan import Selection
from reconciler.planning.saved_plan import plan_document, read_plan, write_plan
from tests.fixtures.fake_run import EMPTY
from tests.fixtures.values import MOMENT, RENAMED, SIGN_ID, TARGET, desired, row

PLAN = make_plan(TARGET, [desired(RENAMED)], {SIGN_ID: row()}, EMPTY, MOMENT)


OPERATION = plan_document(PLAN, Selection())["operations"][0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    write_plan(path, PLAN, Selection(only=frozenset(["acme-otp"])))
    return path


def test_a_plan_comes_back_as_it_was_saved(file: Path) -> None:
    saved = read_plan(file)
    assert (saved.uin, saved.region, saved.sandbox) == (TARGET.uin, TARGET.account.region, TARGET.sandbox)
    assert (saved.fingerprint, saved.only) == (PLAN.fingerprint, ("acme-otp",))
    assert list(saved.operations) == operations_of(PLAN.signatures)


def test_saving_replaces_what_was_there_and_leaves_nothing_beside_it(file: Path) -> None:
    write_plan(file, PLAN, Selection())
    assert read_plan(file).only == ()
    assert list(file.parent.iterdir()) == [file]


def test_a_plan_that_cannot_be_saved_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(UsageError, match="cannot be saved"):
        write_plan(tmp_path / "taken", PLAN, Selection())
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"kind": "other"},
        {"uin": 1},
        {"region": None},
        {"sandbox": "no"},
        {"only": [1]},
        {"only": 1},
        {"operations": [{}]},
        {"operations": [{"verdict": "modify", "sign_id": "1", "status": "pending", "fields": {}}]},
        {"operations": "modify"},
        {"operations": [{**OPERATION, "key": 1}]},
        {"operations": [{**OPERATION, "changes": 1}]},
        {"operations": [{**OPERATION, "changes": [{"field": "colour", "old": None, "new": None}]}]},
        {"operations": [{**OPERATION, "changes": [{"field": "remark", "old": [], "new": ""}]}]},
        {"operations": [{**OPERATION, "values": {"proof_image": {"sha256": 1}}}]},
        {"operations": [{**OPERATION, "values": []}]},
        {"fingerprint": []},
    ],
    ids=str,
)
def test_a_file_whose_parts_are_of_another_type_is_no_plan(file: Path, change: dict[str, Any]) -> None:
    document = json.loads(file.read_text())
    file.write_text(json.dumps(document | change))
    with pytest.raises(UsageError, match="is not a saved plan"):
        read_plan(file)


def test_bytes_that_are_no_text_are_no_plan(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not a saved plan"):
        read_plan(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_plan(tmp_path / "nowhere.json")
