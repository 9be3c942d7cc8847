"""The long search: 18,000 schedules in memory and nearly 2,000 over real git and real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.families import FAMILIES, scenario_of
from tests.sim.finding import explain
from tests.sim.judge import judge
from tests.sim.schedule import run
from tests.sim.search import search

pytestmark = pytest.mark.soak

IN_MEMORY = 18_000 // len(FAMILIES) + 1
REAL = 2_000 // len(FAMILIES) + 1
REAL_OF_A_FLEET = REAL // 4
FIRST = 1_000
"""Seeds that the quick suite does not run."""


@pytest.mark.parametrize("family", FAMILIES)
def test_in_memory(family: str) -> None:
    tally = search(family, range(FIRST, FIRST + IN_MEMORY))
    assert not tally.kinds, f"python -m tests.sim {family} --seed {min(tally.first.values())}"


@pytest.mark.parametrize("family", FAMILIES)
def test_over_real_git_and_files(family: str, tmp_path: Path) -> None:
    count = REAL_OF_A_FLEET if family.startswith("fleet") else REAL
    for seed in range(FIRST, FIRST + count):
        place = tmp_path / str(seed)
        place.mkdir()
        history = run(scenario_of(family, seed), place)
        violations = judge(history)
        assert not violations, explain(history, violations)
