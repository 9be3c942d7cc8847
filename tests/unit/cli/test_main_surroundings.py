"""Machines as they are: no home, a working directory that is gone, definitions in a folder above, a plain C locale."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.commands import COMMAND, KEYS, inside
from tests.fixtures.project import Sign, pending, write

SIGNS = (pending(1), Sign("two", 1002, "青禾农场"))


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate",), 0),
        (("plan", "--sandbox"), 0),
        (("apply", "--sandbox", "--yes"), 0),
        (("plan",), 5),
        (("doctor",), 5),
    ],
)
def test_a_user_without_a_home_can_work(top: Path, arguments: tuple[str, ...], code: int) -> None:
    write(top, SIGNS)
    done = inside(*arguments)
    assert done.code == code, done
    assert "unexpected" not in done.err + done.out
    if code:
        assert "no keys" in done.err + done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate",),
        ("plan",),
        ("status",),
        ("apply", "--yes"),
        ("adopt", "--all", "--yes"),
        ("state", "show"),
        ("doctor",),
    ],
)
def test_a_working_directory_that_is_gone_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    done = inside(*arguments)
    assert done.code == 2
    assert "the working directory does not exist any more" in done.err


def test_what_needs_no_folder_works_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert inside("explain", "stuck").code == 0
    assert inside("schema").code == 0


def test_definitions_are_looked_for_in_the_folders_above_up_to_the_top(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(top, SIGNS)
    inner = top / "docs" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert "valid: 2 signatures" in inside("validate").out
    assert inside("plan", "--sandbox").code == 0
    assert inside("state", "show", "--sandbox").code == 0
    (top / "signatures.yaml").rename(top.parent / "signatures.yaml")
    assert inside("validate").code == 4, "not beyond the top of the repository"
    shutil.copy(top.parent / "signatures.yaml", inner / "signatures.yaml")
    shutil.copytree(top / "evidence", inner / "evidence")
    assert inside("validate").code == 0


def test_a_plain_c_locale_holds_every_name(tmp_path: Path) -> None:
    write(tmp_path, SIGNS).rename(tmp_path / "签名.yaml")
    environment = {**os.environ, **KEYS, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for command in (("validate",), ("plan", "--sandbox"), ("apply", "--sandbox", "--yes"), ("status", "--sandbox")):
        done = subprocess.run(
            [*COMMAND, *command, "签名.yaml"], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done
        assert b"unexpected" not in done.stderr
