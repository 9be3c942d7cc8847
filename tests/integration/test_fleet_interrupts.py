"""A fleet's apply that is killed or stopped at any moment: the next run settles it, and nothing is sent twice."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.commands import ended, launched, process
from tests.fixtures.fleets import write_fleet
from tests.fixtures.project import pending
from tests.fixtures.repositories import clone, git

ACCOUNTS, CHANGES = 6, 3
HUB = "100012345678"
QUICK = ("--modify-interval", "0.1", "--describe-rate", "1000", "--describe-lag", "0", "--request-timeout", "1")


def made(top: Path, *, branches: bool = False) -> Sequence[AccountData]:
    names = [f"merchant-{number}" for number in range(ACCOUNTS)]
    signs = tuple(pending(number) for number in range(1, CHANGES + 1))
    (top / ".git").mkdir(parents=True, exist_ok=True)
    return tuple(write_fleet(top / "accounts", dict.fromkeys(names, signs), roles=True, branches=branches).values())


def serving(seeds: Sequence[AccountData]) -> Options:
    return Options(seed=AccountData(HUB), others=tuple(seeds), limits=False, latency_s=0.02)


def command(sandbox: Sandbox) -> tuple[str, ...]:
    return ("fleet", "apply", "accounts", "--yes", "--endpoint", sandbox.url, *QUICK)


def of(action: str, sandbox: Sandbox) -> set[str]:
    """Return the accounts that such a request was made for."""
    return {entry["uin"] for entry in sandbox.requests if entry["action"] == action}


def sent(sandbox: Sandbox) -> Counter[tuple[str, int]]:
    """Count the submissions; a request whose sender was killed in the middle of it has no parameters and no effect."""
    writes = (entry for entry in sandbox.requests if entry["action"] == "ModifySmsSign" and entry["params"])
    return Counter((entry["uin"], entry["params"]["SignId"]) for entry in writes)


def killed_after(sandbox: Sandbox, top: Path, writes: int, extra_s: float) -> None:
    """Start an apply, and kill it a little after so many submissions of its own."""
    before = sent(sandbox).total()
    child = launched(*command(sandbox), cwd=top)
    end = time.monotonic() + 30
    while sent(sandbox).total() < before + writes and child.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(extra_s)
    child.kill()
    ended(child)


def settled(sandbox: Sandbox, top: Path) -> None:
    done = process(*command(sandbox), cwd=top)
    assert done.code == 0, done.out + done.err
    assert len(sent(sandbox)) == ACCOUNTS * CHANGES
    assert set(sent(sandbox).values()) == {1}


@pytest.mark.soak
def test_a_killed_apply_is_settled_by_the_next_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with running(serving(made(tmp_path))) as sandbox:
        killed_after(sandbox, tmp_path, 4, 0.005)
        settled(sandbox, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(12))
def test_kills_at_random_moments_send_nothing_twice(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  # a seed that can be named again
    with running(serving(made(tmp_path))) as sandbox:
        for _ in range(2):
            killed_after(sandbox, tmp_path, rng.randrange(1, 6), rng.random() * 0.05)
        settled(sandbox, tmp_path)


@pytest.mark.soak
def test_kills_with_a_branch_for_each_account_send_nothing_twice(tmp_path: Path) -> None:
    hub, work = tmp_path / "hub.git", tmp_path / "work"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(hub))
    clone(hub, work)
    seeds = made(work, branches=True)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Define")
    git(work, "push", "-q", "origin", "HEAD:main")
    with running(serving(seeds)) as sandbox:
        killed_after(sandbox, work, 3, 0.02)
        settled(sandbox, work)
    assert git(hub, "branch", "--list", "reconciler-state/*").count("merchant-") == ACCOUNTS


def test_an_interrupt_ends_what_is_under_way_and_leaves_the_rest_to_the_next_run(tmp_path: Path) -> None:
    with running(serving(made(tmp_path))) as sandbox:
        child = launched(*command(sandbox), "--jobs", "2", cwd=tmp_path)
        while not sent(sandbox) and child.poll() is None:
            time.sleep(0.002)
        child.send_signal(signal.SIGINT)
        done = ended(child)
        assert done.code == 7, done.out + done.err
        assert sent(sandbox).total() < ACCOUNTS * CHANGES
        assert "the run was stopped before" in done.out
        settled(sandbox, tmp_path)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, *(pytest.param(each, marks=pytest.mark.soak) for each in (signal.SIGTERM, signal.SIGHUP))]
)
@pytest.mark.parametrize("action", ["ModifySmsSign", "DescribeSmsSignList"])
def test_after_a_signal_no_account_is_begun_and_none_begins_a_write(
    tmp_path: Path, action: str, number: signal.Signals
) -> None:
    # Two accounts at a time wait for their answers when the signal comes, while they are planned or written.
    seeds = made(tmp_path)
    slow = tuple(parse_fault(f"{seed.uin}/{action}:1:delay=0.6") for seed in seeds)
    with running(replace(serving(seeds), faults=slow)) as sandbox:
        child = launched(*command(sandbox), "--jobs", "2", "--format", "json", cwd=tmp_path)
        while len(of(action, sandbox)) < 2 and child.poll() is None:
            time.sleep(0.002)
        child.send_signal(number)
        begun, looked = of(action, sandbox), len(sandbox.requests)
        done = ended(child)
        after = {entry["uin"] for entry in sandbox.requests[looked:]}
        writing = action == "ModifySmsSign"
        assert (len(begun), after <= begun) == (2, True)
        assert Counter(uin for uin, _ in sent(sandbox).elements()) == (dict.fromkeys(begun, 1) if writing else {})
        assert done.code == 7, done.out + done.err
        reported = [entry["report"] for entry in done.document["accounts"] if "report" in entry]
        codes = [entry["error"]["code"] for entry in done.document["accounts"] if "error" in entry]
        assert codes == ["Client.Stopped"] * (ACCOUNTS - len(reported))
        outcomes = [[row["outcome"] for row in report["signatures"]] for report in reported]
        assert outcomes == ([["accepted", "not-attempted", "not-attempted"]] * 2 if writing else [])
        settled(sandbox, tmp_path)


@pytest.mark.soak
def test_an_interrupt_ends_a_plan_at_once_though_servers_hang(tmp_path: Path) -> None:
    options = serving(made(tmp_path))
    hanging = Options(
        seed=options.seed,
        others=options.others,
        limits=False,
        faults=(parse_fault("DescribeSmsSignList:*:stall-before"),),
    )
    with running(hanging) as sandbox:
        child = launched("fleet", "plan", "accounts", "--endpoint", sandbox.url, cwd=tmp_path)
        while not sandbox.requests and child.poll() is None:
            time.sleep(0.01)
        time.sleep(0.5)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        try:
            done = ended(child, timeout=60)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
        assert done.code == 130
        # By itself it would take 40 s at least: four tries of ten seconds each.
        assert time.monotonic() - began < 30
