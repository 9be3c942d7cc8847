"""``--sandbox``: the vendor played inside the process, kept between runs, and nobody's account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.commands import inside, process
from tests.fixtures.project import UIN, Sign, pending, write
from tests.fixtures.record_places import BranchPlace

SAME = Sign("same", 1001, "Same")


def test_without_a_seed_every_definition_is_pending(top: Path) -> None:
    write(top, [SAME])
    done = inside("status", "--sandbox", "--format", "json")
    assert (done.code, done.by_key("status")) == (0, {"same": "pending"})


def test_the_seed_beside_the_definitions_is_used_once_and_then_what_was_kept(top: Path) -> None:
    write(top, [SAME])
    seed = top / "signatures.sandbox.yaml"
    seed.write_text("signatures:\n  - {sign_id: 1001, sign_name: Other, international: true, status: rejected}\n")
    assert inside("plan", "--sandbox", "--format", "json").by_key("status") == {"same": "rejected"}
    assert inside("apply", "--sandbox", "--yes", "--format", "json").by_key("outcome") == {"same": "accepted"}
    seed.write_text("signatures: []\n")
    assert inside("plan", "--sandbox", "--format", "json").by_key("verdict") == {"same": "waiting"}


def test_a_seed_outside_the_repository_is_refused(top: Path, tmp_path: Path) -> None:
    write(top, [SAME])
    (tmp_path / "elsewhere.yaml").write_text("signatures: []\n")
    (top / "signatures.sandbox.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    done = inside("plan", "--sandbox")
    assert (done.code, "leads outside the root" in done.err) == (6, True)


def test_it_says_plainly_that_it_is_the_sandbox(top: Path) -> None:
    write(top, [SAME])
    assert "SANDBOX" in inside("plan", "--sandbox").out
    assert inside("plan", "--sandbox", "--format", "json").document["account"]["sandbox"] is True


def test_it_uses_its_own_keys_and_no_others(top: Path) -> None:
    write(top, [SAME])
    nonsense = {"TENCENTCLOUD_SECRET_ID": "AKIDother", "TENCENTCLOUD_SECRET_KEY": "other"}
    for env in ({}, nonsense):
        assert process("plan", "--sandbox", cwd=top, env=env).code == 0


def test_it_is_another_account_than_the_definitions_name(top: Path) -> None:
    write(top, [SAME], uin="100000000777")
    done = inside("apply", "--sandbox", "--yes", "--format", "json")
    assert (done.code, done.document["account"]["uin"]) == (0, "100000000777")


def test_it_never_touches_the_state_branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = BranchPlace(tmp_path / "place")
    place.make()
    place.define([pending(1)])
    monkeypatch.chdir(place.top)
    assert inside("apply", "--sandbox", "--yes", "--resubmit", "sign-1").code == 0
    assert place.state().entries == {}
    kept = sorted(path.name for path in (place.top / ".reconciler").glob("*.json"))
    assert kept == ["sandbox-100000000001-ap-singapore.json", "sandbox-account-signatures.json"]
    assert json.loads((place.top / ".reconciler" / kept[0]).read_text())["uin"] == UIN


def test_the_record_folder_ignores_itself(top: Path) -> None:
    write(top, [SAME])
    assert inside("plan", "--sandbox").code == 0
    assert (top / ".reconciler" / ".gitignore").read_text().strip() == "*"
