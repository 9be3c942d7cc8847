"""A run of git: which programs and settings it takes from the person, and how it ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.errors import RemoteError, StateError
from reconciler.state.git_command import _end, plain_environment
from reconciler.state.git_command import git as run_git
from tests.fixtures.repositories import git, hub_and_clone, subjects
from tests.unit.state.test_branch_remotes import BRANCH, failure, save


def test_the_programs_set_for_the_remote_are_used(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    for name in ("receive-pack", "upload-pack"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexec git {name} "$@"\n')
        program.chmod(0o755)
        git(work, "config", f"remote.origin.{name.replace('-', '')}", str(program))
    save(work)
    assert subjects(hub, BRANCH) == ["one"]
    assert len(list(tmp_path.glob("ran-*"))) == 2


def ssh_stand_in(folder: Path, name: str = "ssh") -> Path:
    """A program in the place of ssh that notes its arguments and runs the command here."""
    program = folder / name
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/arguments\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("how", ["environment", "setting", "program"])
def test_an_ssh_remote_works_with_the_users_ssh_and_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(work, "remote", "set-url", "origin", f"git@git.example.com:{hub}")
    program = ssh_stand_in(tmp_path)
    if how == "environment":
        monkeypatch.setenv("GIT_SSH_COMMAND", f"{program} -i key")
    elif how == "setting":
        git(work, "config", "core.sshCommand", f"{program} -i key")
    else:
        monkeypatch.setenv("GIT_SSH", str(program))
    save(work)
    assert subjects(hub, BRANCH) == ["one"]
    calls = (tmp_path / "arguments").read_text().splitlines()
    assert [call for call in calls if "BatchMode=yes" not in call] == []
    assert [call for call in calls if call.startswith("-i key") != (how != "program")] == []


def test_an_ssh_that_is_not_openssh_gets_no_options_of_openssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(work, "remote", "set-url", "origin", f"git@git.example.com:{hub}")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh_stand_in(tmp_path, "plink")))
    save(work)
    assert "BatchMode" not in (tmp_path / "arguments").read_text()


@pytest.mark.parametrize("how", ["environment", "setting"])
def test_an_ssh_said_to_know_no_options_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(work, "remote", "set-url", "origin", f"git@git.example.com:{hub}")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh_stand_in(tmp_path)))
    if how == "environment":
        monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    else:
        git(work, "config", "ssh.variant", "simple")
    save(work)
    assert "BatchMode" not in (tmp_path / "arguments").read_text()


@pytest.mark.parametrize("program", ["'unclosed", " ", "no-such-program"])
def test_an_ssh_command_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    _, work = hub_and_clone(tmp_path)
    git(work, "remote", "set-url", "origin", "git@git.invalid:hub.git")
    monkeypatch.setenv("GIT_SSH_COMMAND", program)
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    assert "cannot be fetched" in failure(work).message


def test_a_hooks_environment_aims_us_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, work = hub_and_clone(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    save(work)
    monkeypatch.undo()
    assert subjects(hub, BRANCH) == ["one"]
    assert not (tmp_path / "elsewhere").exists()


def test_settings_that_git_cannot_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    (tmp_path / "settings").write_text("[broken")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    assert f"in file {tmp_path}/settings" in failure(work).message


def test_without_git_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    error = failure(work)
    assert "git cannot be started" in error.message
    assert "Install git" in error.hint


def test_too_old_a_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.30.9\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "is too old" in failure(work).message


def test_git_that_hangs_is_ended_with_its_helpers(tmp_path: Path) -> None:
    marker = f"sleep {100_000 + os.getpid()}"
    with pytest.raises(StateError, match="longer than"):
        run_git(tmp_path, plain_environment(), "-c", f"alias.hang=!{marker} & {marker}", "hang", limit_s=0.5)
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _holds(path, marker)]
    assert left == []


def _holds(path: Path, words: str) -> bool:
    try:
        return path.read_bytes().replace(b"\0", b" ").strip() == words.encode()
    except OSError:
        return False


def test_messages_of_git_are_cleaned_and_cut(tmp_path: Path) -> None:
    script = "printf 'https://me:secret@host/x \\033[2Jred\\n%s end' $(seq -s. 1 900) >&2; exit 3"
    result = run_git(tmp_path, plain_environment(), "-c", f"alias.talk=!{script}", "talk")
    assert result.code == 3
    assert len(result.words) == 600
    assert result.words.endswith("end")
    short = run_git(tmp_path, plain_environment(), "-c", f"alias.talk=!{script.replace('900', '9')}", "talk")
    assert short.words == "https://host/x [2Jred; 1.2.3.4.5.6.7.8.9 end"


def test_git_that_does_not_end_on_this_machine_blames_no_remote(tmp_path: Path) -> None:
    _, work = hub_and_clone(tmp_path)
    with pytest.raises(RemoteError) as caught:
        run_git(work, plain_environment(), "cat-file", "--batch", limit_s=0.0)
    assert "remote" not in caught.value.message + caught.value.hint


def test_a_git_that_ends_just_after_it_was_given_up_leaves_no_open_pipe() -> None:
    pipe = subprocess.PIPE
    process = subprocess.Popen(["true"], stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    process.wait()
    _end(process)
    assert all(each is not None and each.closed for each in (process.stdin, process.stdout, process.stderr))
