"""A run killed at any instant, and the one after it: nothing is sent twice, nothing is forgotten."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL
from typing import Final, NamedTuple

import pytest

from reconciler.contract.api import MODIFY
from tests.fixtures.announced import Announced
from tests.fixtures.forks import Forks
from tests.fixtures.scenes import WRITES, Scene
from tests.fixtures.serving import accepted

AT_ONCE: Final = 6
DELAY_S: Final = 0.5


class Point(NamedTuple):
    """Where a run is killed: during write ``write`` (0: anywhere), at ``share`` of the delay or of the whole run."""

    number: int
    write: int
    late: bool
    share: float

    @property
    def faults(self) -> tuple[Announced, ...]:
        kind = "delay-before" if self.late else "delay"
        return (Announced(MODIFY, self.write, self.write, kind, str(DELAY_S)),) if self.write else ()


def points(count: int) -> list[Point]:
    """Half between intent and outcome: the call on its way, or taken and not answered. The others all over the run."""
    return [
        Point(number, 1 + number // 2 % 3 if number % 2 == 0 else 0, number % 4 == 0, (number + 0.5) / count)
        for number in range(count)
    ]


def kill_and_run_again(started: Forks, scene: Scene, lasts: float, point: Point) -> None:
    faults = point.faults
    with scene.serving(faults) as sandbox:
        child = started.start(*scene.apply(sandbox), cwd=scene.place.top)
        if faults:
            assert faults[0].hit.wait(60.0), "the write does not come"
        time.sleep(point.share * (DELAY_S if faults else lasts))
        child.send(SIGKILL)
        code = child.end().code
        assert code == -SIGKILL or not faults
        scene.check(sandbox, started.run(*scene.apply(sandbox), cwd=scene.place.top))


def undisturbed(started: Forks, scene: Scene) -> float:
    """Run without a kill; return how many seconds that takes."""
    with scene.serving() as sandbox:
        begun = time.monotonic()
        done = started.run(*scene.apply(sandbox), cwd=scene.place.top)
        lasts = time.monotonic() - begun
        scene.check(sandbox, done)
        assert accepted(sandbox.requests) == Counter(WRITES)
    return lasts


def kill_at(count: int, started: Forks, scene: Scene, folder: Path) -> None:
    lasts = undisturbed(started, scene.copy(folder / "undisturbed"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {
            point: pool.submit(kill_and_run_again, started, scene.copy(folder / str(point.number)), lasts, point)
            for point in points(count)
        }
    wrong = [(point, run.exception()) for point, run in runs.items() if run.exception()]
    assert not wrong


def test_a_run_killed_anywhere_is_settled_by_the_next_one(started: Forks, scene: Scene, tmp_path: Path) -> None:
    kill_at(2, started, scene, tmp_path)


@pytest.mark.soak
def test_a_run_killed_at_two_hundred_points_is_settled_by_the_next_one(
    started: Forks, scene: Scene, tmp_path: Path
) -> None:
    kill_at(200, started, scene, tmp_path)
