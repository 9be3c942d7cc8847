"""``python -m benchmarks``: measure this tool beside what a user would use instead."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import fleets, growth, own_cases, peer_cases, report
from benchmarks.findings import Finding
from benchmarks.workshop import Workshop

Case = Callable[[Workshop], Iterator[Finding]]
_ROUNDS: Final = 5
_QUICK_ROUNDS: Final = 2


def cases(output: Path) -> Mapping[str, Case]:
    """Return every comparison by its name; ``output`` is where a chart goes."""
    return {
        "start": own_cases.start,
        "octodns-10000": peer_cases.octodns_large,
        "octodns-1000": peer_cases.octodns_small,
        "naive-sdk": peer_cases.naive_sdk,
        "tccli": peer_cases.tccli,
        "check-jsonschema": peer_cases.check_jsonschema,
        "composed-floor": peer_cases.composed_floor,
        "physical-floor": peer_cases.physical_floor,
        "tenfold": own_cases.tenfold,
        "images": own_cases.images,
        "apply": own_cases.apply,
        "many-files": own_cases.many_files,
        "fleet": fleets.fleet,
        "fleet-apply": fleets.fleet_apply,
        "vendor-limit": growth.vendor_limit,
        "growth": partial(growth.growth, output=output),
    }


def main() -> None:
    """Run the comparisons that were asked for. Ends with 1 where a goal is not met."""
    options = _options()
    about = report.machine()
    print("\n".join(f"{name}: {value}" for name, value in about.items()), end="\n\n", flush=True)
    with _folder(options.work) as folder:
        rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
        shop = Workshop(folder / "fixtures", folder / "environments", rounds=rounds, quick=options.quick)
        findings = list(_findings(shop, options.only, options.output))
        versions = shop.environments.versions
    print("", *(f"{name}: {version}" for name, version in versions.items()), sep="\n")
    if options.json:
        options.json.write_text(report.as_json(findings, versions, about) + "\n", encoding="utf-8")
    sys.exit(any(finding.met is False for finding in findings))


def _findings(shop: Workshop, only: Sequence[str], output: Path) -> Iterator[Finding]:
    for name, case in cases(output).items():
        if only and name not in only:
            continue
        for finding in case(shop):
            # A goal speaks of one size; a tenth of it shows that all still works, and nothing else.
            judged = replace(finding, goal=None) if shop.quick else finding
            print(report.line(judged), flush=True)
            yield judged


@contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    if work is not None:
        yield work.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        yield Path(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join(cases(Path()))
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help=f"one of: {names}; may be repeated")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, two rounds, no goal judged")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"how often each pair runs (default {_ROUNDS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the findings there too")
    parser.add_argument("--output", type=Path, default=Path(), metavar="FOLDER", help="where the chart goes")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keep fixtures and environments there")
    options = parser.parse_args()
    unknown = set(options.only) - set(cases(Path()))
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {names}")
    return options


if __name__ == "__main__":
    main()
