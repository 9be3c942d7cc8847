from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.fleet.accounts import look_below
from reconciler.fleet.twins import LeftOut, first_bytes, possible_twins

UIN = "100000000001"


def twins(top: Path, *chosen: str) -> list[tuple[str, str | None, str]]:
    accounts = look_below("fleet", cwd=top).accounts
    first, others = ([each for each in accounts if (each.name in chosen) is named] for named in (True, False))
    found = possible_twins(first, others, cwd=top)
    return [(name, account.uin, account.region) for name, account in found]


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


@pytest.mark.parametrize(
    ("account", "own_keys", "found"),
    [
        (f', uin: "{UIN}"', False, {"hooli"}),
        (f', role: "qcs::cam::uin/{UIN}:roleName/sms"', False, {"hooli"}),
        (f', uin: "{UIN}", region: 7', False, set()),
        (', uin: "100000000002"', True, set()),
        ("", False, set()),
        ("", True, {"hooli"}),
    ],
)
def test_which_folders_of_those_left_out_are_about_an_account(
    tmp_path: Path, account: str, own_keys: bool, found: set[str]
) -> None:
    define(tmp_path, "acme", f', uin: "{UIN}"')
    define(tmp_path, "hooli", account)
    others = [each for each in look_below("fleet", cwd=tmp_path).accounts if each.name == "hooli"]
    left_out = LeftOut(others, cwd=tmp_path)
    assert left_out.about(UIN, "ap-singapore", own_keys=own_keys) == found
    assert left_out.about(UIN, "ap-guangzhou", own_keys=own_keys) == frozenset()


def test_what_cannot_be_read_begins_with_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [first_bytes(tmp_path / name) for name in ("pipe", "missing", ".")] == [b"", b"", b""]
    (tmp_path / "file").write_bytes(bytes(100_000))
    assert first_bytes(tmp_path / "file") == bytes(65_536)
