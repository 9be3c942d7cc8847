from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.fleet.accounts import look_below
from reconciler.fleet.twins import first_bytes, possible_twins

UIN = "100000000001"


def twins(top: Path, *chosen: str) -> list[tuple[str, str | None, str]]:
    accounts = look_below("fleet", cwd=top).accounts
    first, others = ([each for each in accounts if (each.name in chosen) is named] for named in (True, False))
    found = possible_twins(first, others, cwd=top)
    return [(name, account.uin, account.region) for name, account, sound in found if sound]


def define(top: Path, name: str, account: str) -> None:
    (top / "fleet" / name).mkdir(parents=True)
    text = f"version: 1\naccount: {{site: international, region: ap-singapore{account}}}\n"
    (top / "fleet" / name / "signatures.yaml").write_text(text)


@pytest.mark.parametrize(
    "account", [f', uin: "{UIN}"', f", 'uin' : '{UIN}'", f', role: "qcs::cam::uin/{UIN}:roleName/sms"']
)
def test_others_of_the_same_number_are_found_however_it_is_written(tmp_path: Path, account: str) -> None:
    define(tmp_path, "acme", f', uin: "{UIN}"')
    define(tmp_path, "hooli", account)
    define(tmp_path, "initech", ', uin: "100000000002"')
    define(tmp_path, "nobody", "")
    assert twins(tmp_path, "acme") == [("hooli", UIN, "ap-singapore")]
    assert twins(tmp_path, "hooli") == [("acme", UIN, "ap-singapore")]
    assert twins(tmp_path, "initech", "nobody") == []


def test_an_other_whose_definitions_are_not_valid_says_nothing(tmp_path: Path) -> None:
    define(tmp_path, "acme", f', uin: "{UIN}"')
    define(tmp_path, "hooli", f', uin: "{UIN}", region: 7')
    assert twins(tmp_path, "acme") == []


def test_what_cannot_be_read_begins_with_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [first_bytes(tmp_path / name) for name in ("pipe", "missing", ".")] == [b"", b"", b""]
    (tmp_path / "file").write_bytes(bytes(100_000))
    assert first_bytes(tmp_path / "file") == bytes(65_536)
