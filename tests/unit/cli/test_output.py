"""What holds for every command: colour, crashes, broken pipes, logs."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from reconciler.cli import failures
from reconciler.cli import main as main_module
from reconciler.cli import validate as validate_module
from tests.fixtures.commands import COMMAND, FAST, KEYS, inside
from tests.fixtures.project import Sign, pending, write
from tests.fixtures.serving import serving

SIGNS = (pending(1),)


def on_a_terminal(top: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    """Run the command with stdout and stderr on a terminal, and return what it showed."""
    ours, theirs = pty.openpty()
    settings = {**os.environ, **KEYS, "TERM": "xterm-256color", **(env or {})}
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=top, env=settings, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as child:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert child.wait(60) == 0, shown
    os.close(ours)
    return shown.decode()


def _read(end: int) -> bytes:
    # Linux tells the end of a terminal as an error.
    try:
        return os.read(end, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize(("env", "colour"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_whose_owner_wants_it(top: Path, env: dict[str, str], colour: bool) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        shown = on_a_terminal(top, "plan", "--endpoint", sandbox.url, *FAST, env=env)
    assert "modify" in shown
    assert ("\x1b[" in shown) is colour


def test_an_apply_on_a_terminal_draws_a_bar_and_leaves_none(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS, "ModifySmsSign:1:delay=0.5") as sandbox:
        shown = on_a_terminal(top, "apply", "--yes", "--endpoint", sandbox.url, *FAST)
    assert "0/1" in shown
    assert "1 accepted" in shown


def crashing(error: BaseException) -> Callable[..., object]:
    def crash(*_: object, **__: object) -> object:
        raise error

    return crash


def test_a_bug_is_told_by_its_place_and_never_by_its_values(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate_module, "load", crashing(RuntimeError("the secret is 12345")))
    done = inside("validate", "--format", "json")
    assert (done.code, done.document["error"]["code"]) == (1, 1)
    assert "RuntimeError at" in done.err
    assert "test_output.py" in done.err
    assert "12345" not in done.out + done.err
    assert top.is_dir()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_before_anything_was_sent_is_told(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    monkeypatch.setattr(validate_module, "load", crashing(error))
    done = inside("validate")
    assert (done.code, done.out, done.err.lstrip()) == (130, "", "stopped; nothing was sent\n")
    assert inside("validate", "--format", "json").document["error"]["code"] == 130


def test_a_second_interrupt_ends_the_answer_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate_module, "load", crashing(KeyboardInterrupt()))
    monkeypatch.setattr(failures, "answer", crashing(KeyboardInterrupt()))
    done = inside("validate")
    assert (done.code, done.out, done.err.strip()) == (130, "", "")


def test_a_reader_that_goes_away_is_no_bug(top: Path) -> None:
    write(top, [Sign(f"sign-{number}", number, f"Name {number}") for number in range(1, 400)])
    with subprocess.Popen(
        [*COMMAND, "schema"], cwd=top, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        told = child.stderr.read()
        assert (child.wait(60), told) == (0, "")


def test_help_names_every_command_and_the_version_is_told() -> None:
    shown = inside("--help").out
    assert all(name in shown for name in main_module._COMMANDS)
    assert inside("--version").out.startswith("reconciler, version ")
