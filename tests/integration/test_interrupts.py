"""Interrupts of a real process: the first lets the call under way finish, the second ends it at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from reconciler.contract.api import MODIFY
from reconciler.sandbox.running import Sandbox
from reconciler.signals import SIGNALS
from reconciler.state.local import FileStore
from tests.fixtures.announced import Announced
from tests.fixtures.commands import COMMAND, FAST, KEYS, ended, launched, process
from tests.fixtures.forks import Forks
from tests.fixtures.project import REJECTED, Sign, pending, write
from tests.fixtures.record_places import NAME
from tests.fixtures.serving import accepted, modifies, sent, serving

SIGNS: Final = tuple(pending(number) for number in range(1, 5))
FIRST, SECOND = 1001, 1002

ON_A_TERMINAL: Final = (sys.executable, "-c", "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])")
"""Makes what stands on stdin the terminal of the command behind it, whose end then hangs that up."""


def apply(sandbox: Sandbox, *more: str) -> tuple[str, ...]:
    return ("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST, *more)


def wait_until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + 60.0
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_the_call_under_way_is_finished_and_recorded_and_no_more_is_started(tmp_path: Path) -> None:
    for number in SIGNALS:
        top = tmp_path / number.name
        write(top, SIGNS)
        with serving(SIGNS, "ModifySmsSign:2:delay=1") as sandbox:
            child = launched(*apply(sandbox), cwd=top)
            wait_until(lambda: len(modifies(sandbox.requests)) == 2)
            child.send_signal(number)
            done = ended(child)
            assert done.code == 7, done
            assert list(done.by_key("outcome").values()) == ["accepted"] * 2 + ["not-attempted"] * 2
            assert accepted(sandbox.requests) == Counter([FIRST, SECOND])
        state = FileStore(top / ".reconciler", NAME).load().state
        assert sorted(state.entries) == [FIRST, SECOND]
        assert all(entry.perhaps == () for entry in state.entries.values())


@pytest.mark.soak
def test_a_second_signal_ends_the_run_at_once_and_the_next_one_settles_it(tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    with serving(SIGNS, "ModifySmsSign:2:delay=2") as sandbox:
        child = launched(*apply(sandbox, "--request-timeout", "2.5"), cwd=tmp_path)
        wait_until(lambda: len(modifies(sandbox.requests)) == 2)
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert (ended(child).code, len(modifies(sandbox.requests))) == (7, 2)
        done = process(*apply(sandbox, "--request-timeout", "0.5"), cwd=tmp_path)
        assert (done.code, accepted(sandbox.requests)) == (0, Counter(sign.sign_id for sign in SIGNS))


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(SIGNS[0], id="name", marks=pytest.mark.soak),
        pytest.param(SIGNS[0]._replace(live="New 1", status=REJECTED), id="status", marks=pytest.mark.soak),
    ],
)
def test_a_call_that_is_cut_off_while_stopping_is_waited_out_by_the_next_run(
    tmp_path: Path, started: Forks, sign: Sign
) -> None:
    write(tmp_path, [sign])
    late = Announced(MODIFY, 1, 1, "delay-before", "2.7")
    with serving([sign], late) as sandbox:
        child = started.start(*apply(sandbox, "--request-timeout", "1.5"), cwd=tmp_path)
        assert late.hit.wait(60.0)
        arrived = time.monotonic() + 3.5
        child.send(signal.SIGTERM)
        done = child.end()
        assert (done.code, done.by_key("outcome")) == (7, {"sign-1": "unsettled"})
        assert modifies(sandbox.requests) == []
        again = started.run(*apply(sandbox, "--request-timeout", "1.5"), cwd=tmp_path)
        wait_until(lambda: time.monotonic() > arrived)
        assert (again.code, sent(sandbox.requests)) == (0, Counter([FIRST]))


@pytest.mark.soak
def test_a_stop_while_another_run_holds_the_record_ends_the_wait(tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    with serving(SIGNS, "ModifySmsSign:1:delay=6") as sandbox:
        first = launched(*apply(sandbox), cwd=tmp_path)
        wait_until(lambda: len(modifies(sandbox.requests)) == 1)
        second = launched(*apply(sandbox), cwd=tmp_path)
        assert second.stderr is not None
        assert "another run may have a call under way" in second.stderr.readline()
        second.send_signal(signal.SIGINT)
        done = ended(second)
        assert (done.code, done.document["error"]["code"]) == (7, 7)
        assert first.poll() is None
        assert ended(first).code == 0
        assert accepted(sandbox.requests) == Counter(sign.sign_id for sign in SIGNS)


def test_a_terminal_that_is_closed_lets_the_call_under_way_finish_and_takes_no_exit_code(tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    person, terminal = os.openpty()
    with (
        serving(SIGNS, "ModifySmsSign:2:delay=1") as sandbox,
        subprocess.Popen(
            [*ON_A_TERMINAL, *COMMAND, *apply(sandbox)], cwd=tmp_path, env={**os.environ, **KEYS}, stdin=terminal
        ) as child,
    ):
        os.close(terminal)
        wait_until(lambda: len(modifies(sandbox.requests)) == 2)
        os.close(person)
        # The shell hangs its programs up once more, and so does the system when the shell has ended.
        child.send_signal(signal.SIGHUP)
        assert child.wait(60.0) == 7
        assert accepted(sandbox.requests) == Counter([FIRST, SECOND])
    state = FileStore(tmp_path / ".reconciler", NAME).load().state
    assert [entry.perhaps for entry in state.entries.values()] == [(), ()]


def test_a_run_under_nohup_goes_on_when_its_terminal_is_closed(tmp_path: Path) -> None:
    write(tmp_path, SIGNS)
    with serving(SIGNS, "ModifySmsSign:2:delay=1") as sandbox:
        child = launched(*apply(sandbox), cwd=tmp_path, command=("nohup", *COMMAND))
        wait_until(lambda: len(modifies(sandbox.requests)) == 2)
        child.send_signal(signal.SIGHUP)
        done = ended(child)
    assert (done.code, set(done.by_key("outcome").values())) == (0, {"accepted"})
