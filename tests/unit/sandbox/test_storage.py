from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.sandbox.account import SandboxAccount, open_account, review
from reconciler.sandbox.account_file import AccountFileError
from reconciler.sandbox.model import AccountData, RowData
from tests.fixtures.accounts import PENDING, account, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start


@pytest.fixture
def save(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "sandbox.json"


def test_a_saved_account_outlives_the_sandbox_and_wins_over_the_seed(start: Start, save: Path) -> None:
    first = start(save=save)
    assert Caller(first.url).code("ModifySmsSign", submission(Remark="kept \ud800")) is None
    second = start(AccountData(), save=save)
    assert second.account.data == first.account.data
    row = second.account.row(PENDING)
    assert row is not None
    assert row.submitted is not None
    assert row.submitted.remark == "kept \ud800"


def test_the_file_holds_digests_and_no_images(start: Start, save: Path) -> None:
    assert Caller(start(save=save).url).code("ModifySmsSign", submission()) is None
    assert str(submission()["ProofImage"]) not in save.read_text()
    kept = json.loads(save.read_text())["signatures"][0]["submitted"]["proof_image"]
    assert kept.keys() == {"sha256", "size"}


def test_two_sandboxes_on_one_file_see_each_other(start: Start, save: Path) -> None:
    one, other = start(save=save), start(save=save)
    for sandbox, name in ((one, "First"), (other, "Second"), (one, "Third")):
        assert Caller(sandbox.url).code("ModifySmsSign", submission(SignName=name)) is None
        for seen in (one, other):
            row = seen.account.row(PENDING)
            assert row is not None
            assert row.sign_name == name


def test_a_change_is_on_disk_whole_or_not_at_all(save: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_account(save, account())
    before = save.read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", broken)
        with pytest.raises(ReconcilerError, match="No space left"):
            review(opened, PENDING, "approve")
    assert save.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"uin": 5}', b"\xff"])
def test_a_damaged_file_is_told_and_left_alone(save: Path, content: bytes) -> None:
    save.parent.mkdir()
    save.write_bytes(content)
    with pytest.raises(AccountFileError, match=r"sandbox\.json"):
        open_account(save, account())
    assert save.read_bytes() == content


def test_a_file_that_is_gone_is_written_anew(save: Path) -> None:
    opened = open_account(save, account(RowData(1, "One")))
    save.unlink()
    opened.change(replace(account(RowData(1, "One")).signatures[0], sign_name="Two"))
    assert [row.sign_name for row in open_account(save, AccountData()).data.signatures] == ["Two"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReconcilerError, match="cannot keep its account"):
        open_account(tmp_path / "file" / "sandbox.json", account())


def test_no_temporary_file_stays(save: Path) -> None:
    review(open_account(save, account()), PENDING, "approve")
    assert sorted(path.name for path in save.parent.iterdir()) == ["sandbox.json", "sandbox.json.lock"]


def test_changes_of_two_at_once_are_all_kept(save: Path) -> None:
    rows = [RowData(number, "0") for number in range(1, 5)]
    accounts = [open_account(save, account(*rows)) for _ in rows]

    def count(mine: SandboxAccount, sign_id: int) -> None:
        for _ in range(40):
            with mine.transaction():
                row = mine.row(sign_id)
                assert row is not None
                mine.change(replace(row, sign_name=str(int(row.sign_name) + 1)))

    # each counts in two rows, one of which another one counts in too
    pairs = [(number, sign_id) for number in range(4) for sign_id in (number + 1, (number + 1) % 4 + 1)]
    threads = [threading.Thread(target=count, args=(accounts[number], sign_id)) for number, sign_id in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.sign_name for row in open_account(save, AccountData()).data.signatures] == ["80"] * 4


def test_a_write_is_noticed_where_inode_time_and_size_stay(save: Path) -> None:
    # two writes within a tick of the clock can do this, the second taking over the first one's inode
    row = RowData(PENDING, "Acme")
    first, other = open_account(save, account(row)), open_account(save, account(row))
    stamp, kept = save.stat(), save.with_name("kept")
    kept.hardlink_to(save)
    other.change(replace(row, sign_name="Emca"))
    kept.write_bytes(save.read_bytes())
    kept.replace(save)
    os.utime(save, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert (save.stat().st_ino, save.stat().st_size) == (stamp.st_ino, stamp.st_size)
    assert first.row(PENDING) == replace(row, sign_name="Emca")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_a_plain_file_is_replaced(save: Path, tmp_path: Path, kind: str) -> None:
    open_account(save, account())
    target = tmp_path / "precious"
    target.write_text("keep")
    save.unlink()
    if kind == "link":
        save.symlink_to(target)
    elif kind == "pipe":
        os.mkfifo(save)
    else:
        save.mkdir()
    with pytest.raises(ReconcilerError):
        open_account(save, account())
    assert target.read_text() == "keep"
    assert save.is_symlink() or save.is_fifo() or save.is_dir()


def test_what_is_saved_is_for_its_owner_alone(start: Start, save: Path, tmp_path: Path) -> None:
    log = tmp_path / "requests.log"
    Caller(start(save=save, log=log).url).code("ModifySmsSign", submission())
    modes = {path.stat().st_mode & 0o777 for path in (save, log, save.with_name(f"{save.name}.lock"))}
    assert modes == {0o600}
