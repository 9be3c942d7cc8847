from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.fleet.accounts import (
    FleetAccount,
    Narrowing,
    Shard,
    checked,
    look_below,
    narrowed,
    parse_shard,
    shard_of,
    shards_in_use,
    topmost,
)


def make(top: Path, *files: str) -> None:
    for name in files:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("version: 1\n")


def names(top: Path, folder: str = "fleet") -> list[str]:
    return [account.name for account in look_below(folder, cwd=top).accounts]


def test_the_topmost_folders_with_definitions_are_the_accounts(tmp_path: Path) -> None:
    make(
        tmp_path / "fleet",
        "acme/signatures.yaml",
        "acme/brands/more.yaml",
        "eu/globex/a.yml",
        "eu/README.md",
        ".github/workflow.yml",
        "seeds/signatures.sandbox.yaml",
    )
    assert look_below("fleet", cwd=tmp_path).accounts == (
        FleetAccount("acme", "fleet/acme"),
        FleetAccount("eu/globex", "fleet/eu/globex"),
    )


def test_the_fleets_own_folder_is_no_account_and_its_files_are_named(tmp_path: Path) -> None:
    make(tmp_path, "fleet/acme/signatures.yaml", "fleet/signatures.yaml", "fleet/notes.txt")
    assert names(tmp_path) == ["acme"]
    assert look_below("fleet", cwd=tmp_path).beside == ("signatures.yaml",)


def test_a_link_that_leads_nowhere_is_beside_nobody(tmp_path: Path) -> None:
    make(tmp_path, "fleet/one/signatures.yaml", "file")
    for name, target in {"missing.yaml": "gone", "loop.yaml": "loop.yaml", "below.yaml": "../file/below"}.items():
        (tmp_path / "fleet" / name).symlink_to(target)
    found = look_below("fleet", cwd=tmp_path)
    assert (found.beside, found.links) == ((), ())


@pytest.mark.parametrize("folder", ["fleet", "missing", "a\0b", "file"])
def test_where_there_is_no_account_it_is_said(tmp_path: Path, folder: str) -> None:
    make(tmp_path, "fleet/.hidden/signatures.yaml", "file")
    with pytest.raises(UsageError, match="no folder"):
        checked(folder, look_below(folder, cwd=tmp_path))


def test_links_to_folders_are_no_accounts_and_are_named(tmp_path: Path) -> None:
    make(tmp_path, "fleet/acme/signatures.yaml", "fleet/eu/README.md", "elsewhere/signatures.yaml")
    links = {"linked": "../elsewhere", "eu/hooli": "../acme", "eu/loop": "..", ".hidden": "acme", "acme/more": "../eu"}
    for link, target in links.items():
        (tmp_path / "fleet" / link).symlink_to(target)
    found = look_below("fleet", cwd=tmp_path)
    assert [account.name for account in found.accounts] == ["acme"]
    assert found.links == ("eu/hooli", "eu/loop", "linked")


def test_folders_in_folders_end_no_search(tmp_path: Path) -> None:
    deep = "/".join(["deep", *["d"] * 200])
    make(tmp_path / "fleet", "acme/signatures.yaml", f"{deep}/signatures.yaml")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)  # in place of more folders, which nothing could remove again
    try:
        assert names(tmp_path) == ["acme", deep]
    finally:
        sys.setrecursionlimit(limit)


def test_accounts_are_chosen_by_name_and_by_pattern(tmp_path: Path) -> None:
    make(tmp_path / "fleet", "acme/a.yaml", "eu/globex/a.yaml", "eu/hooli/a.yaml")
    accounts = look_below("fleet", cwd=tmp_path).accounts

    def chosen(*only: str) -> list[str]:
        return [account.name for account in narrowed(accounts, Narrowing(only))]

    assert chosen() == ["acme", "eu/globex", "eu/hooli"]
    assert chosen("eu/*") == ["eu/globex", "eu/hooli"]
    assert chosen("acme/", "eu/hooli") == ["acme", "eu/hooli"]
    with pytest.raises(UsageError, match="fits no account: acne") as caught:
        chosen("acne")
    assert caught.value.hint == "did you mean acme?"


def test_accounts_of_a_fleet_that_is_not_on_disk_are_the_same(tmp_path: Path) -> None:
    files = ["acme/a.yaml", "acme/more/b.yaml", "eu/x/a.yml", "eu/x.yaml/c.yaml", "top.yaml", "n/.h/a.yaml", "n/a.png"]
    make(tmp_path / "fleet", *files)
    assert names(tmp_path) == topmost(files) == ["acme", "eu/x", "eu/x.yaml"]


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "1/2/3", "a/b", "-1/2", "1/99999"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no shard"):
        parse_shard(text)


def test_every_account_is_in_one_shard_and_stays_there_when_others_come_and_go() -> None:
    accounts = [FleetAccount(f"merchant-{number}", "") for number in range(500)]
    parts = [narrowed(accounts, Narrowing((), Shard(number, 8))) for number in range(1, 9)]
    assert sorted(account.name for part in parts for account in part) == sorted(account.name for account in accounts)
    assert all(30 <= len(part) <= 100 for part in parts)
    fewer = [set(narrowed(accounts[::3], Narrowing((), Shard(number, 8)))) for number in range(1, 9)]
    assert all(few <= set(part) for few, part in zip(fewer, parts, strict=True))


def test_the_shard_of_a_name_is_the_same_on_every_machine() -> None:
    # Written down: another answer would move accounts between the jobs of two versions of the tool.
    assert [str(shard_of(name, 8)) for name in ("acme", "eu/hooli", "签名")] == ["1/8", "6/8", "5/8"]


def test_only_shards_with_an_account_are_in_use() -> None:
    accounts = [FleetAccount(name, "") for name in ("acme", "eu/hooli")]
    assert shards_in_use(accounts, 8) == [Shard(1, 8), Shard(6, 8)]
