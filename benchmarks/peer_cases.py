"""This tool beside what a user would use instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.commands import planning, reconciler
from benchmarks.definitions import AS_JSON, DEFINITIONS
from benchmarks.findings import PEAK, Finding, ratio
from benchmarks.paired import Pairs
from benchmarks.subject import Subject
from benchmarks.workshop import Workshop
from benchmarks.zone import CONFIG

_PEERS: Final = Path(__file__).with_name("peers")
SCHEMA: Final = Path(__file__).parents[1] / "schemas" / "signatures.schema.json"


def octodns_large(shop: Workshop) -> Iterator[Finding]:
    """Compare plans of 10,000 by time and by memory."""
    count, pairs = _octodns(shop, 10_000)
    yield ratio(f"plan {count:,} / octoDNS plan {count:,}", 0.15, pairs)
    yield ratio(f"peak memory of plan {count:,} / octoDNS", 0.9, pairs, PEAK)


def octodns_small(shop: Workshop) -> Iterator[Finding]:
    """Compare plans of 1,000, where starting up counts."""
    count, pairs = _octodns(shop, 1_000)
    yield ratio(f"plan {count:,} / octoDNS plan {count:,}", 0.45, pairs)


def _octodns(shop: Workshop, goal_size: int) -> tuple[int, Pairs]:
    count = shop.size(goal_size)
    folder = shop.definitions(count)
    zone = Subject(
        "octoDNS", (shop.environments.program("octodns", "octodns-sync"), "--config-file", CONFIG), shop.zone(count)
    )
    with shop.serving(folder) as url:
        return count, shop.pairs(Subject("plan", planning(url), folder), zone)


def check_jsonschema(shop: Workshop) -> Iterator[Finding]:
    """Hold the same file against the same schema."""
    count = shop.size(10_000)
    folder = shop.definitions(count)
    checker = shop.environments.program("check-jsonschema", "check-jsonschema")
    other = Subject("check-jsonschema", (checker, "--schemafile", str(SCHEMA), DEFINITIONS), folder)
    pairs = shop.pairs(Subject("validate", reconciler("validate", DEFINITIONS), folder), other, rounds=_few(shop))
    yield ratio(f"validate {count:,} / check-jsonschema", 0.15, pairs)


def naive_sdk(shop: Workshop) -> Iterator[Finding]:
    """Run beside a script with the vendor's SDK: safe_load, and one describe for each signature."""
    count = shop.size(10_000)
    folder = shop.definitions(count)
    with shop.serving(folder) as url:
        other = _script(shop, "naive_sdk.py", folder, DEFINITIONS, _address(url))
        pairs = shop.pairs(Subject("plan", planning(url), folder), other, rounds=_few(shop))
    yield ratio(f"plan {count:,} / naive SDK script", 0.06, pairs)


def tccli(shop: Workshop) -> Iterator[Finding]:
    """Run beside a loop over the vendor's command line tool."""
    count = shop.size(50)
    folder = shop.definitions(count)
    program = shop.environments.program("tccli", "tccli")
    with shop.serving(folder) as url:
        other = _script(shop, "tccli_loop.py", folder, program, AS_JSON, url)
        pairs = shop.pairs(Subject("plan", planning(url), folder), other, rounds=_few(shop))
    yield ratio(f"plan {count:,} / tccli describe loop", 0.015, pairs)


def composed_floor(shop: Workshop) -> Iterator[Finding]:
    """Run beside the same libraries that only read, check against the schema, and list."""
    yield from _floor(shop, "composed floor", "composed_floor.py", DEFINITIONS, 1.4)


def physical_floor(shop: Workshop) -> Iterator[Finding]:
    """Run beside JSON and bare HTTP."""
    yield from _floor(shop, "physical floor", "physical_floor.py", AS_JSON, 4.5)


def _floor(shop: Workshop, name: str, script: str, definitions: str, goal: float) -> Iterator[Finding]:
    count = shop.size(10_000)
    folder = shop.definitions(count)
    with shop.serving(folder) as url:
        other = _script(shop, script, folder, definitions, str(SCHEMA), _address(url))
        yield ratio(f"plan {count:,} / {name}", goal, shop.pairs(Subject("plan", planning(url), folder), other))


def _script(shop: Workshop, script: str, folder: Path, *arguments: str) -> Subject:
    python = shop.environments.program("sdk", "python")
    return Subject(script, (python, str(_PEERS / script), *arguments), folder)


def _address(url: str) -> str:
    return url.removeprefix("http://")


def _few(shop: Workshop) -> int:
    """Return the rounds of a comparison whose other side takes half a minute."""
    return max(2, shop.rounds // 2)
