"""Long searches: ``python -m tests.sim --schedules 200000``, or one schedule: ``python -m tests.sim --seed 7 FAMILY``.

A violation ends the run with exit code 1, after the first one was made small, told and, with ``--keep NAME``, kept.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.sim.families import BEYOND, FAMILIES, scenario_of
from tests.sim.finding import explain, keep, shrunk
from tests.sim.judge import judge
from tests.sim.schedule import run
from tests.sim.search import Tally, search_all, table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="default: all within the assumptions")
    parser.add_argument("--schedules", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--seed", type=int, help="run this one seed and show its trace")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--beyond", action="store_true", help="the families outside the assumptions")
    parser.add_argument("--keep", metavar="NAME", help="keep what was found as a case of that name")
    parser.add_argument("--kind", help="shrink towards this kind of violation")
    return parser.parse_args()


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    options = _options()
    families = options.families or list(BEYOND if options.beyond else FAMILIES)
    if options.seed is not None:
        return _one(families[0], options.seed, options)
    begun = time.monotonic()
    tallies: list[Tally] = []
    for tally in search_all(families, options.schedules, options.first, options.jobs):
        tallies.append(tally)
        sys.stderr.write(f"{tally.family}: {dict(tally.kinds) or 'no violation'}" + "\n")
    sys.stdout.write(table(tallies) + "\n")
    seconds = time.monotonic() - begun
    sys.stdout.write(f"{sum(t.schedules for t in tallies)} schedules in {seconds:.0f} s" + "\n")
    return 1 if any(tally.kinds for tally in tallies) and not options.beyond else 0


def _one(family: str, seed: int, options: argparse.Namespace) -> int:
    """Run one seed; what it breaks is made small first."""
    scenario = scenario_of(family, seed)
    violations = judge(run(scenario))
    if violations:
        kind = options.kind or violations[0].kind
        scenario = shrunk(scenario, kind)
        if options.keep:
            sys.stderr.write(f"kept as {keep(scenario, options.keep)}" + "\n")
    history = run(scenario)
    sys.stdout.write(explain(history, judge(history)) + "\n")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
