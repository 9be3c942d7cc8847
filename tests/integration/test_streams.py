"""Standard streams that are closed, full, broken or of a small character set: the result and the exit code stay."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.sandbox.running import Sandbox
from tests.fixtures.commands import COMMAND, FAST, KEYS, Done
from tests.fixtures.project import APPROVED, Sign, pending, write
from tests.fixtures.serving import accepted, serving

SIGNS = (pending(1), Sign("wide", 1002, "云岭旅行\N{GRINNING FACE}", "云岭", status=APPROVED))
"""The second is refused, so that a run earns exit code 6."""


def shell(line: str, sandbox: Sandbox, top: Path, env: Mapping[str, str] | None = None) -> Done:
    """Run ``reconciler`` with a line of the shell behind it."""
    reach = f"--endpoint {sandbox.url} {shlex.join(FAST)}"
    script = f"{shlex.join(COMMAND)} {line.replace('REACH', reach)}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=top,
        env={**os.environ, **KEYS, **(env or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


@pytest.mark.parametrize(
    ("streams", "place"),
    [
        (">&-", "err"),
        (">/dev/full", "err"),
        ("<&-", "out"),
        ("2>&-", "out"),
        ("2>/dev/full", "out"),
        ("<&- 2>&-", "out"),
        ("<&- >&-", "err"),
        ("<&- >&- 2>&-", ""),
        ("| head -1; exit ${PIPESTATUS[0]}", ""),
    ],
)
@pytest.mark.parametrize("command", ["plan", "apply --yes"])
def test_a_stream_takes_neither_the_result_nor_the_exit_code(
    command: str, streams: str, place: str, tmp_path: Path
) -> None:
    write(tmp_path, SIGNS)
    with serving(SIGNS) as sandbox:
        done = shell(f"{command} REACH {streams}", sandbox, tmp_path)
        taken = accepted(sandbox.requests)
    assert done.code == 6, done
    assert "unexpected" not in done.err
    assert taken == ({1001: 1} if command.startswith("apply") else {})
    if place:
        assert "Plan: 1 to modify" in getattr(done, place)
        assert ("Apply: 1 accepted" in getattr(done, place)) == command.startswith("apply")
    if place == "err":
        assert "stdout cannot be written" in done.err


def test_nobody_can_be_asked_on_a_closed_stdin(tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    with serving(SIGNS) as sandbox:
        done = shell("apply REACH <&-", sandbox, tmp_path)
    assert (done.code, "--yes" in done.err) == (2, True)


@pytest.mark.parametrize("charset", ["cp1252", "latin-1", "cp437", "koi8-r", "gbk", "ascii", "C"])
def test_a_name_that_the_charset_cannot_hold_ends_nothing(charset: str, tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    env = locale if charset == "C" else {"PYTHONIOENCODING": charset}
    with serving(SIGNS) as sandbox:
        done = shell("apply --yes REACH", sandbox, tmp_path, env)
        taken = accepted(sandbox.requests)
    assert (done.code, taken) == (6, {1001: 1})
    assert "Apply: 1 accepted" in done.out


@pytest.mark.parametrize("line", ["--help >/dev/full", "--version >&-", "explain ImageInvalid >/dev/full"])
def test_what_needs_no_account_is_not_lost_either(line: str, tmp_path: Path) -> None:
    with serving(SIGNS) as sandbox:
        done = shell(line, sandbox, tmp_path)
    assert (done.code, "stdout cannot be written" in done.err) == (0, True)


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_a_reader_of_a_completion_script_may_leave(shell_name: str) -> None:
    running = subprocess.Popen(
        COMMAND, env={**os.environ, "_RECONCILER_COMPLETE": f"{shell_name}_source"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    running.stdout.close()
    _, told = running.communicate(timeout=60)
    assert (running.returncode, told) == (0, b"")
