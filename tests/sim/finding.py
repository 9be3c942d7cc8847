"""A failing schedule as a person reads it, and as a case that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.sim.judge import judge
from tests.sim.scenario import Scenario, from_json
from tests.sim.schedule import History, run
from tests.sim.shrink import shrink
from tests.sim.trace import columns
from tests.sim.violation import Violation

CASES: Final = Path(__file__).parent / "cases"
GUARD_CASES: Final = Path(__file__).parent / "guard_cases"


def shrunk(scenario: Scenario, kind: str) -> Scenario:
    """Return the smallest scenario that still breaks an invariant in the way that ``kind`` names."""
    return shrink(scenario, lambda smaller: any(found.kind == kind for found in judge(run(smaller))))


def explain(history: History, violations: list[Violation]) -> str:
    """Return the story of a schedule: what it is made of, what happened, and what was broken."""
    return "\n".join([*_head(history.scenario), "", columns(history.world.lines), "", *_tail(violations)])


def _head(scenario: Scenario) -> Iterator[str]:
    yield f"family {scenario.family}, seed {scenario.seed}, store {scenario.store}, lag up to {scenario.lag} s"
    yield f"names {scenario.names}, CreateTime {scenario.create_time}, Date header {scenario.date}"
    yield f"account {scenario.rows}, commits {scenario.variants}"
    if scenario.new:
        yield f"without an id {scenario.new}, a second one of a name {'created' if scenario.twins else 'refused'}"
    for number, account in enumerate(scenario.accounts, start=1):
        yield f"a{number} of {scenario.jobs} at once:"
        yield from (f"  {line}" for line in _head(account))
    for machine, offset in scenario.machines:
        if offset:
            yield f"clock of {machine} is {offset:+.0f} s off"
    for step in scenario.steps:
        extra = " ".join(filter(None, (step.key, step.option)))
        yield f"  {step.at:9.3f}  {step.name}: {step.kind} from commit {step.commit} on {step.machine} {extra}".rstrip()
    for fault in scenario.faults:
        detail = f"{fault.seconds or ''} {fault.text}".strip()
        yield f"  fault      {fault.actor}: {fault.kind} {detail} at {fault.seam} number {fault.nth}"


def _tail(violations: list[Violation]) -> Iterator[str]:
    for found in violations:
        yield f"BROKEN ({found.number}) {found.kind}: {found.what}"


def kept() -> list[Path]:
    """Return the files of all kept cases; one that is put beside them is a case without further ado."""
    return sorted(CASES.glob("*.json"))


def load(path: Path) -> Scenario:
    """Return the scenario of a kept case."""
    return from_json(path.read_text(encoding="utf-8"))


def keep(scenario: Scenario, name: str, folder: Path = CASES) -> Path:
    """Keep a scenario as a case of its own, and return its file."""
    path = folder / f"{name}.json"
    path.write_text(scenario.to_json(), encoding="utf-8")
    return path
