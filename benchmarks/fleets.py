"""A fleet beside as many single commands, beside the least that its work costs, and as it grows."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.commands import reconciler
from benchmarks.definitions import write_account
from benchmarks.findings import CPU, PEAK, Finding, plain, ratio
from benchmarks.servers import sandboxes
from benchmarks.subject import Run, Subject
from benchmarks.workshop import Workshop

ACCOUNTS: Final = "accounts"
_ACCOUNTS: Final = 200
_FEW: Final = 20
_SIGNATURES: Final = 50
_CHANGES: Final = 10
_LATENCY_S: Final = 0.06
_FIRST_UIN: Final = 200_000_000_000
_SEEDS: Final = "seeds"
_PEERS: Final = Path(__file__).with_name("peers")
_SCHEMA: Final = Path(__file__).parents[1] / "schemas/signatures.schema.json"


def write_fleet(folder: Path, accounts: int, signatures: int, *, changed: int | None = None) -> Path:
    """Write a fleet of accounts, each with a role to take on, and what the vendor has of each; return the folder."""
    (folder / _SEEDS).mkdir(parents=True)
    for number in range(accounts):
        uin = str(_FIRST_UIN + number)
        seed = folder / _SEEDS / f"{uin}.yaml"
        write_account(folder / ACCOUNTS / f"merchant-{number:04}", signatures, seed, uin, changed)
    return folder


@contextmanager
def _serving(folder: Path, *options: str) -> Iterator[str]:
    with sandboxes(sorted((folder / _SEEDS).glob("*.yaml")), "--latency", str(_LATENCY_S), *options) as url:
        yield url


def _fleet(command: str, url: str, *options: str) -> tuple[str, ...]:
    return reconciler("fleet", command, ACCOUNTS, "--endpoint", url, *options)


def fleet(shop: Workshop) -> Iterator[Finding]:
    """Plan a fleet in one process, beside two single plans at a time, the floor, and a tenth of the fleet."""
    count = shop.size(_ACCOUNTS)
    folder = write_fleet(shop.folder("fleet") / "run", count, _SIGNATURES)
    few = write_fleet(shop.folder("fleet-few") / "run", max(2, count // 10), _SIGNATURES)
    rounds = max(2, shop.rounds // 2)
    with _serving(folder, "--no-limits") as url, _serving(few, "--no-limits") as url_of_few:
        ours = Subject("fleet plan", _fleet("plan", url, "--describe-rate", "100000"), folder)
        single = shlex.join(reconciler("plan", "--endpoint", url, "--describe-rate", "100000", "--format", "text"))
        each = f"ls {ACCOUNTS} | xargs -P 2 -I{{}} {single} {ACCOUNTS}/{{}}"
        pairs = shop.pairs(ours, Subject("single plans", ("/bin/sh", "-c", each), folder), rounds=rounds, warm=False)
        name = f"fleet plan {count} x {_SIGNATURES}"
        yield ratio(f"{name} / {count} plans, two at a time", 0.08, pairs)
        yield ratio("its processor time", 0.15, pairs, CPU)
        yield plain("its peak memory in MB", 300, pairs.ours, PEAK)
        python = shop.environments.program("sdk", "python")
        script = str(_PEERS / "fleet_floor.py")
        floor = Subject("floor", (python, script, ACCOUNTS, str(_SCHEMA), url.removeprefix("http://")), folder)
        yield ratio(f"{name} / composed floor", 2.0, shop.pairs(ours, floor))
        small = Subject("small fleet", _fleet("plan", url_of_few, "--describe-rate", "100000"), few)
        yield ratio(f"{name} / {max(2, count // 10)} x {_SIGNATURES}", 10, shop.pairs(ours, small))


def fleet_apply(shop: Workshop) -> Iterator[Finding]:
    """Apply ten changes in each of twenty accounts, beside ten changes in one, with the vendor's limits."""
    count, errors = max(2, shop.size(_FEW)), 0
    runs = []
    for accounts in (count, 1):
        folder = write_fleet(shop.folder(f"fleet-apply-{accounts}") / "run", accounts, _CHANGES, changed=_CHANGES)
        log = folder / "requests.jsonl"
        with _serving(folder, "--log", str(log)) as url:
            runs.append(Subject("fleet apply", _fleet("apply", url, "--yes"), folder).run())
        codes = [json.loads(line)["code"] or "" for line in log.read_text(encoding="utf-8").splitlines()]
        errors += sum(code.startswith("RequestLimitExceeded") for code in codes)
    many, one = runs
    name = f"fleet apply of {count} x {_CHANGES} changes / one account's"
    scaled = [Run(many.wall / one.wall, many.cpu, many.peak)]
    yield plain(name, 1.15 if errors == 0 else 0.0, scaled, note=f"{errors} limit errors; {one.wall:.1f} s for one")
