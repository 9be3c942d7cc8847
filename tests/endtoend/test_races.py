"""Two runs at once, and one that stalls and wakes up late: nothing is submitted twice, no record is lost."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Final

import pytest

from reconciler.sandbox.running import Sandbox
from tests.support.forks import Child, Forks
from tests.support.project import Sign
from tests.support.record_places import BranchPlace
from tests.support.scenes import AFTER, HIDDEN, RENAMED, RESUBMITTED, WRITES, Scene
from tests.support.serving import accepted

AT_ONCE: Final = 5
PACE_S: Final = 5.0


def second_checkout(scene: Scene) -> Path:
    """Another clone with the same definitions; with a file store, another run in the same folder."""
    if not isinstance(scene.place, BranchPlace):
        return scene.place.top
    top = scene.place.clone(scene.place.folder / "second")
    scene.place.define(AFTER, top)
    return top


def race(started: Forks, scene: Scene) -> None:
    other = second_checkout(scene)
    with scene.serving() as sandbox:
        runs = [started.start(*scene.apply(sandbox), cwd=top) for top in (scene.place.top, other)]
        for run in runs:
            scene.check(sandbox, run.end())
        assert accepted(sandbox.requests) == Counter(WRITES)


def race_often(rounds: int, started: Forks, scene: Scene, folder: Path) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [pool.submit(race, started, scene.copy(folder / str(number))) for number in range(rounds)]
    wrong = [run.exception() for run in done if run.exception()]
    assert not wrong


def test_two_runs_at_once_submit_each_change_once(started: Forks, scene: Scene, tmp_path: Path) -> None:
    race_often(5, started, scene, tmp_path)


@pytest.mark.soak
def test_two_runs_at_once_submit_each_change_once_fifty_times(started: Forks, scene: Scene, tmp_path: Path) -> None:
    race_often(50, started, scene, tmp_path)


def stalled(started: Forks, scene: Scene, sandbox: Sandbox, sign_id: int) -> Child:
    """Start a run and stop it between its intent for a signature and the call, while it keeps the vendor's pace."""
    child = started.start(*scene.apply(sandbox, "--modify-interval", str(PACE_S)), cwd=scene.place.top)
    until = time.monotonic() + 60.0
    while scene.place.state().entry(sign_id).intent is None:
        assert time.monotonic() < until, "no intent"
        assert not child.over.is_set(), child.end()
        time.sleep(0.05)
    # Whoever is stopped in the middle of a save keeps the store's lock; this one is to be past that, and still waiting.
    time.sleep(PACE_S / 5)
    child.send(SIGSTOP)
    return child


@pytest.mark.parametrize("sign_id", [RESUBMITTED, HIDDEN])
def test_a_run_that_stalls_before_its_call_and_wakes_up_late_sends_nothing_twice(
    started: Forks, scene: Scene, tmp_path: Path, sign_id: int
) -> None:
    scene = scene.copy(tmp_path / "copy")
    other = second_checkout(scene)
    order: tuple[Sign, ...] = AFTER if sign_id == RESUBMITTED else (AFTER[0], AFTER[2], AFTER[1], AFTER[3])
    for top in (scene.place.top, other):
        scene.place.define(order, top)
    with scene.serving() as sandbox:
        first = stalled(started, scene, sandbox, sign_id)
        try:
            second = started.run(*scene.apply(sandbox), cwd=other)
            before = accepted(sandbox.requests)
        finally:
            first.send(SIGCONT)
        done = first.end()
        assert second.code == 0, second
        # Whether a call was made that would not show, only the first one can tell: it was not, and it makes it now.
        assert before == Counter(WRITES) - Counter([HIDDEN] if sign_id == HIDDEN else [])
        assert accepted(sandbox.requests) == Counter(WRITES)
        scene.check(sandbox, done)
    assert RENAMED in scene.place.state().entries
