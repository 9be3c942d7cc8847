"""Two folders of one account, as ``fleet validate`` tells them: offline, and both with their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.commands import Done, inside
from tests.fixtures.fleets import role_of, uin_of, write_fleet
from tests.fixtures.project import pending
from tests.fixtures.repositories import git

NAMES = ("acme", "eu/globex", "eu/hooli", "initech")
SECTION = "account: {site: international, region: ap-singapore"


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fleet in which the folders acme and eu/hooli are about the same account."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "-q", "-b", "main", ".")
    write_fleet(tmp_path / "accounts", dict.fromkeys(NAMES, (pending(1),)))
    define(tmp_path, "acme", f'{SECTION}, uin: "{uin_of(0)}"}}')
    define(tmp_path, "eu/hooli", f"{SECTION},\n  uin: '{uin_of(0)}'}}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def define(top: Path, name: str, section: str) -> None:
    file = top / "accounts" / name / "signatures.yaml"
    file.write_text(re.sub(r"account: \{[^}]*\}", section, file.read_text()))


def validated(*options: str) -> Done:
    return inside("fleet", "validate", "accounts", "--format", "json", *options)


def problems(done: Done) -> dict[str, list[tuple[str, str, int]]]:
    entries: Sequence[dict[str, Any]] = done.document["accounts"]
    return {
        entry["name"]: [(found["code"], found["file"], found["line"]) for found in entry["report"]["diagnostics"]]
        for entry in entries
        if not entry["report"]["valid"]
    }


FIRST = ("account-duplicate", "accounts/acme/signatures.yaml", 2)
SECOND = ("account-duplicate", "accounts/eu/hooli/signatures.yaml", 3)


def test_both_folders_are_told_at_their_lines_with_the_place_of_the_other() -> None:
    done = validated()
    assert (done.code, problems(done)) == (4, {"acme": [FIRST], "eu/hooli": [SECOND]})
    text = inside("fleet", "validate", "accounts").out
    first, second = "accounts/acme/signatures.yaml:2:59", "accounts/eu/hooli/signatures.yaml:3:8"
    words = f"account {uin_of(0)} in region ap-singapore is defined at"
    assert f"{first}: error: {words} {second} too" in text
    assert f"{second}: error: {words} {first} too" in text
    assert "Fleet: 4 accounts; 2 failed" in text


@pytest.mark.parametrize(
    "narrowing", [("--only", "acme"), ("--only", "[ai]*"), ("--shard", "1/8"), ("--changed-since", "HEAD^")]
)
def test_a_folder_is_told_while_the_other_one_is_left_out_of_the_run(top: Path, narrowing: tuple[str, ...]) -> None:
    git(top, "add", "-A")
    git(top, "commit", "-qm", "Define")
    (top / "accounts/acme/signatures.yaml").write_text((top / "accounts/acme/signatures.yaml").read_text() + "\n")
    git(top, "commit", "-aqm", "Change")
    done = validated(*narrowing)
    assert (done.code, problems(done)) == (4, {"acme": [FIRST]})
    assert validated("--only", "initech").code == 0


def test_they_are_told_beside_whatever_else_is_wrong_and_in_the_order_of_the_lines(top: Path) -> None:
    file = top / "accounts/acme/signatures.yaml"
    file.write_text("versions: 1\n" + file.read_text() + "more: 1\n")
    found = problems(validated())["acme"]
    assert [code for code, _, _ in found] == ["unknown-key", "account-duplicate", "unknown-key"]
    assert problems(validated())["eu/hooli"] == [SECOND]


def test_a_third_folder_is_named_too_and_a_role_says_whose_it_is(top: Path) -> None:
    define(top, "initech", f'{SECTION}, role: "{role_of(uin_of(0))}"}}')
    done = validated()
    assert problems(done).keys() == {"acme", "eu/hooli", "initech"}
    message = done.document["accounts"][0]["report"]["diagnostics"][0]["message"]
    assert message.endswith("accounts/eu/hooli/signatures.yaml:3:8, accounts/initech/signatures.yaml:2:60 too")


@pytest.mark.parametrize(
    "section", [f'{SECTION.replace("singapore", "guangzhou")}, uin: "{uin_of(0)}"}}', f"{SECTION}}}"]
)
def test_another_region_and_a_folder_without_a_number_make_no_duplicate(top: Path, section: str) -> None:
    define(top, "eu/hooli", section)
    assert validated().code == 0


def test_folders_without_a_number_cannot_be_told(top: Path) -> None:
    for name in ("acme", "eu/hooli"):
        define(top, name, f"{SECTION}}}")
    assert validated().code == 0


def test_in_chinese_it_is_told_in_chinese() -> None:
    done = inside("--lang", "zh", "fleet", "validate", "accounts")
    assert f"账号 {uin_of(0)}" in done.out
    assert "也定义在 accounts/eu/hooli/signatures.yaml:3:8" in done.out
