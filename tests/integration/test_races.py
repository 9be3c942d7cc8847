"""Two runs at once, and one that stalls and wakes up late: nothing is submitted twice, no record is lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.fixtures.forks import Forks
from tests.fixtures.record_places import BranchPlace
from tests.fixtures.scenes import AFTER, WRITES, Scene
from tests.fixtures.serving import accepted

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
    race_often(3, started, scene, tmp_path)


@pytest.mark.soak
def test_two_runs_at_once_submit_each_change_once_fifty_times(started: Forks, scene: Scene, tmp_path: Path) -> None:
    race_often(50, started, scene, tmp_path)
