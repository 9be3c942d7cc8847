"""This tool beside itself, an import, or the least that the work costs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.commands import planning, reconciler
from benchmarks.definitions import ACCOUNT_FILE, DEFINITIONS, write_definitions
from benchmarks.findings import PEAK, Finding, plain, ratio
from benchmarks.pictures import scans
from benchmarks.servers import sandbox
from benchmarks.subject import Run, Subject
from benchmarks.workshop import Workshop

_CHANGES: Final = 30
_INTERVAL_S: Final = 1.0
_LATENCY_S: Final = 0.04
"""Of the sandbox; with its own work a round trip stays below 50 ms."""
_LIMIT_ERROR: Final = "RequestLimitExceeded"


def start(shop: Workshop) -> Iterator[Finding]:
    """Measure what every command pays before it does anything."""
    folder = shop.folder("start")
    other = Subject("import click", (sys.executable, "-c", "import click"), folder)
    pairs = shop.pairs(Subject("help", reconciler("--help"), folder), other, rounds=4 * shop.rounds)
    yield ratio("--help / python -c 'import click'", 1.5, pairs)


def tenfold(shop: Workshop) -> Iterator[Finding]:
    """Plan ten times as many signatures."""
    large, small = shop.size(100_000), shop.size(10_000)
    folders = shop.definitions(large), shop.definitions(small)
    with shop.serving(folders[0]) as url_large, shop.serving(folders[1]) as url_small:
        ours = Subject("large plan", planning(url_large), folders[0])
        pairs = shop.pairs(
            ours, Subject("small plan", planning(url_small), folders[1]), rounds=max(2, shop.rounds // 2)
        )
    yield ratio(f"plan {large:,} / plan {small:,}", 11, pairs)


def many_files(shop: Workshop) -> Iterator[Finding]:
    """Check the same signatures in a hundred files and in one."""
    count, files = shop.size(10_000), shop.size(100)
    one, many = shop.definitions(count), shop.definitions(count, files=files)
    names = sorted(path.name for path in many.glob("part-*.yaml"))
    ours = Subject("many files", reconciler("validate", *names), many)
    other = Subject("one file", reconciler("validate", DEFINITIONS), one)
    yield ratio(f"validate {count:,} in {files} files / in one", None, shop.pairs(ours, other))


def images(shop: Workshop) -> Iterator[Finding]:
    """Check scans that are not in the system's cache, against reading, digesting and decoding them."""
    count = shop.size(1_000)
    folder = shop.folder("images")
    write_definitions(folder / "definitions", 1)
    scans(folder / "evidence", count)
    (folder / DEFINITIONS).write_text(_with_scans(count), encoding="utf-8")

    def forget() -> None:
        _drop_from_cache(folder / "evidence")

    ours = Subject("validate", reconciler("validate", DEFINITIONS), folder, before=forget)
    floor = Path(__file__).with_name("peers") / "image_floor.py"
    other = Subject("floor", (sys.executable, str(floor), "evidence"), folder, before=forget)
    pairs = shop.pairs(ours, other)
    yield ratio(f"validate of {count:,} images of 500 KB, cold / floor", 1.5, pairs)
    yield plain("its peak memory in MB", 150, pairs.ours, PEAK)


def _with_scans(count: int) -> str:
    lines = ["version: 1", "account: {site: international, region: ap-singapore}", "signatures:"]
    fixed = "sign_type: company, document_type: business-license, international: true, sign_purpose: self"
    for number in range(count):
        image = f"proof_image: evidence/{number:04}.jpg"
        lines.append(f"  brand-{number:04}: {{sign_id: {number + 1}, sign_name: Brand{number:04}, {fixed}, {image}}}")
    return "\n".join(lines) + "\n"


def _drop_from_cache(folder: Path) -> None:
    """Let the system forget the files, where it can be asked to."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in folder.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def apply(shop: Workshop) -> Iterator[Finding]:
    """Apply at the vendor's pace of one change a second, from less than 50 ms away, with its limits on."""
    count = shop.size(_CHANGES)
    runs, errors = [], 0
    for number in range(1 if shop.quick else 3):
        run, refused = _applied(shop, f"apply-{number}", count)
        runs.append(run)
        errors += refused
    least = (count - 1) * _INTERVAL_S
    goal = 1.07 if errors == 0 else 0.0
    name = f"apply of {count} changes / ({count - 1} x {_INTERVAL_S:g} s)"
    scaled = [Run(run.wall / least, run.cpu, run.peak) for run in runs]
    yield plain(name, goal, scaled, note=f"{errors} limit errors")


def _applied(shop: Workshop, name: str, count: int) -> tuple[Run, int]:
    folder = write_definitions(shop.folder(name) / "run", count, account=dict.fromkeys(range(count), -1))
    log = folder / "requests.jsonl"
    with sandbox(folder / ACCOUNT_FILE, "--latency", str(_LATENCY_S), "--log", str(log)) as url:
        run = Subject("apply", reconciler("apply", "--yes", "--endpoint", url, DEFINITIONS), folder).run()
    codes = [json.loads(line)["code"] or "" for line in log.read_text(encoding="utf-8").splitlines()]
    return run, sum(code.startswith(_LIMIT_ERROR) for code in codes)
