"""Calls whose fate their run learns late or never, with real processes: V1 to V5 and V7 of docs/protocol.md."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from reconciler.contract.api import DESCRIBE, MODIFY
from reconciler.errors import Exit
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox
from tests.fixtures import odd_clock
from tests.fixtures.announced import Announced
from tests.fixtures.commands import FAST, Done, ended, launched, process
from tests.fixtures.project import REJECTED, Sign, pending
from tests.fixtures.record_places import BranchPlace, FilePlace
from tests.fixtures.repositories import hook
from tests.fixtures.served import Served, served
from tests.fixtures.serving import accepted, modifies, serving
from tests.fixtures.steps import wait_until

pytestmark = pytest.mark.soak

SIGN: Final = pending(1)
FIRST, SECOND = SIGN._replace(remark="First words"), SIGN._replace(remark="Second words")
AHEAD_S: Final = 200.0


@dataclass(frozen=True)
class LookAfterWrite(Announced):
    """Hits the first describe after a write: its run knows the answer then, and has recorded nothing yet."""

    written: threading.Event = field(default_factory=threading.Event, compare=False)

    def hits(self, action: str, _count: int) -> bool:
        if action == MODIFY:
            self.written.set()
        found = action == DESCRIBE and self.written.is_set() and not self.hit.is_set()
        if found:
            self.hit.set()
        return found


def apply(sandbox: Sandbox | Served, timeout: float = 2.5) -> tuple[str, ...]:
    where = ("--endpoint", sandbox.url, "--request-timeout", str(timeout))
    return ("apply", "--yes", "--format", "json", *where, *FAST)


def planned(sandbox: Sandbox | Served, top: Path) -> Done:
    return process("plan", "--format", "json", "--endpoint", sandbox.url, *FAST, cwd=top)


def remark_in(sandbox: Sandbox, sign_id: int = SIGN.sign_id) -> str | None:
    """Return the remark that the account holds, which describe never shows."""
    row = sandbox.account.row(sign_id)
    assert row is not None
    assert row.submitted is not None
    return row.submitted.remark


def second_checkout(place: FilePlace, *signs: Sign) -> Path:
    """Let another run have other definitions: in a clone of its own, or in the same folder, which was read already."""
    top = place.clone(place.folder / "second") if isinstance(place, BranchPlace) else place.top
    place.define(signs, top)
    return top


def test_a_run_that_loses_an_answer_and_one_that_waits_for_it_submit_each_change_once(tmp_path: Path) -> None:
    """V1: the first answer is lost; the other run's second call is still on its way when the first run goes on."""
    signs = [pending(number) for number in (1, 2, 3)]
    place = FilePlace(tmp_path)
    place.make()
    place.define(signs)
    lost = Announced(MODIFY, 1, 1, "stall-before")
    with serving(signs, lost, "ModifySmsSign:3:delay-before=2") as sandbox:
        first = launched(*apply(sandbox), cwd=place.top)
        assert lost.hit.wait(60.0)
        second = launched(*apply(sandbox), cwd=place.top)
        assert {ended(first).code, ended(second).code} <= {0, 7}
        assert accepted(sandbox.requests) == Counter(sign.sign_id for sign in signs)
        assert set(planned(sandbox, place.top).by_key("verdict").values()) == {"waiting"}


@pytest.mark.parametrize("kind", [FilePlace, BranchPlace])
def test_a_run_that_wakes_before_its_record_leaves_a_newer_one_as_it_is(tmp_path: Path, kind: type[FilePlace]) -> None:
    """V2: the run is stopped between its answer and its record, and another one submits something newer meanwhile."""
    place = kind(tmp_path / "place")
    place.make()
    place.define([FIRST])
    look = LookAfterWrite(DESCRIBE, 1, 1, "delay", "0.5")
    with serving([SIGN], look) as sandbox:
        stopped = launched(*apply(sandbox), cwd=place.top)
        assert look.hit.wait(60.0)
        stopped.send_signal(signal.SIGSTOP)
        other = second_checkout(place, SECOND)
        assert process(*apply(sandbox), cwd=other).code == 0
        stopped.send_signal(signal.SIGCONT)
        ended(stopped)
        recorded = place.state().entry(SIGN.sign_id).submitted
        assert recorded is not None
        assert (remark_in(sandbox), recorded.fields.remark) == (SECOND.remark, SECOND.remark)
        assert accepted(sandbox.requests) == Counter({SIGN.sign_id: 2})


@pytest.mark.parametrize("create_time", ["moves", "stays"])
def test_a_submission_in_the_console_is_not_taken_for_the_call_of_a_killed_run(
    tmp_path: Path, create_time: str
) -> None:
    """V3: the rejected row is pending now, as it would be by the call, which never came to the vendor's notice."""
    rejected = SIGN._replace(status=REJECTED)
    place = FilePlace(tmp_path / "place")
    place.make()
    place.define([rejected])
    options = ("--second-submitter", "before", "--fault", "ModifySmsSign:1:stall-before", "--create-time", create_time)
    with served(tmp_path, [rejected], "--no-limits", *options) as sandbox:
        killed = launched(*apply(sandbox), cwd=place.top)
        wait_until(lambda: sandbox.log.exists() and modifies(sandbox.requests) != [])
        killed.kill()
        killed.communicate()
        process(*apply(sandbox), cwd=place.top)
        recorded = place.state().entry(SIGN.sign_id).submitted
        told = planned(sandbox, place.top).by_key("compared")
        process("sandbox", "review", "--endpoint", sandbox.url, str(SIGN.sign_id), "approve", cwd=place.top)
        approved = planned(sandbox, place.top)
        assert (recorded, told, approved.by_key("compared")) == (None, {"sign-1": "visible"}, {"sign-1": "visible"})
        assert (approved.code, approved.by_key("verdict")) == (Exit.REFUSED, {"sign-1": "refused"})
        assert accepted(sandbox.requests) == Counter()


def test_a_hidden_edit_that_arrives_after_its_run_is_waited_out_by_the_next_run(tmp_path: Path) -> None:
    """V4: nothing visible shows the edit, and it lands long after its run gave it up."""
    place = FilePlace(tmp_path)
    place.make()
    late = Announced(MODIFY, 2, 2, "delay-before", "4.8")
    with serving([SIGN], late, facts=UnconfirmedBehaviour(create_time="stays")) as sandbox:
        place.define([SIGN])
        assert process(*apply(sandbox), cwd=place.top).code == 0
        place.define([FIRST])
        assert process(*apply(sandbox), cwd=place.top).code == 7
        place.define([SECOND])
        assert process(*apply(sandbox), cwd=place.top).code == 0
        wait_until(lambda: accepted(sandbox.requests).total() == 3)
        shown = planned(sandbox, place.top)
        assert (shown.by_key("verdict"), shown.by_key("compared")) == ({"sign-1": "waiting"}, {"sign-1": "all"})
        assert remark_in(sandbox) == SECOND.remark


def test_a_run_that_slept_between_its_intent_and_its_call_sends_nothing_that_another_sent(tmp_path: Path) -> None:
    """V5: the lid is closed while the push of the intent ends; the monotonic clock knows nothing of it."""
    place = BranchPlace(tmp_path / "place")
    place.make()
    place.define([SIGN])
    pushed, hold, slept = (tmp_path / name for name in ("pushed", "hold", "slept"))
    hold.touch()
    slept.write_text("0")
    hook(place.hub, "post-receive", f"touch '{pushed}'; while [ -e '{hold}' ]; do sleep 0.05; done")
    with serving([SIGN]) as sandbox:
        sleeper = launched_oddly(0.0, slept, *apply(sandbox), cwd=place.top)
        wait_until(pushed.exists)
        sleeper.send_signal(signal.SIGSTOP)
        asleep = time.monotonic()
        hold.unlink()
        other = second_checkout(place, SIGN)
        assert process(*apply(sandbox), cwd=other).code == 0
        slept.write_text(str(time.monotonic() - asleep))
        sleeper.send_signal(signal.SIGCONT)
        assert ended(sleeper).code == 0
        assert accepted(sandbox.requests) == Counter([SIGN.sign_id])


def launched_oddly(ahead: float, slept: Path, *arguments: str, cwd: Path) -> subprocess.Popen[str]:
    script = (sys.executable, str(odd_clock.__file__), str(ahead), str(slept))
    return launched(*arguments, cwd=cwd, command=script)


def test_a_killed_run_whose_clock_was_ahead_is_settled_by_the_next_one(tmp_path: Path) -> None:
    """V7: the killed run's intent is younger than nothing by the clock of the run that finds it."""
    rejected = SIGN._replace(status=REJECTED)
    place = FilePlace(tmp_path)
    place.make()
    place.define([rejected])
    (tmp_path / "slept").write_text("0")
    lost = Announced(MODIFY, 1, 1, "stall-before")
    with serving([rejected], lost) as sandbox:
        killed = launched_oddly(AHEAD_S, tmp_path / "slept", *apply(sandbox), cwd=place.top)
        assert lost.hit.wait(60.0)
        killed.kill()
        killed.communicate()
        again = process(*apply(sandbox), cwd=place.top)
        assert (again.code, again.by_key("outcome")) == (0, {"sign-1": "accepted"})
        assert accepted(sandbox.requests) == Counter([SIGN.sign_id])
