"""What a fleet's schedule is drawn from: processes that apply all accounts, and trouble in some of them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

from tests.sim import draws
from tests.sim.draws import Draw
from tests.sim.scenario import Fault, Scenario, Step

_FIRST_UIN: Final = 100000000001
_GAPS: Final = (0.0, 0.5, 5.0, 20.0, 34.0, 45.0)
_LASTING: Final = (
    ("read", "invalid", ""), ("read", "bug", ""), ("open", "keys", ""), ("open", "bug", ""), ("describe", "lost", ""),
    ("modify", "code", "FailedOperation.OtherError"), ("modify", "lost", ""),
)  # fmt: skip
"""Seam, kind and code of what an account is broken by for good."""


def fleet(rng: Random, made: Scenario) -> Scenario:
    """Draw two to four accounts and the processes that apply them; half of them find records."""
    recorded = rng.random() < 0.5  # one of two
    at, steps = (draws.START_S, [Step("first", "apply", 0.0)]) if recorded else (0.0, [])
    for n in range(rng.choice((1, 2, 2, 3))):
        steps.append(Step(f"run{n + 1}", "apply", round(at, 3), f"m{n % 3 + 1}", rng.choice((1, 2, 2, 3))))
        at += rng.choice(_GAPS) + rng.uniform(0.0, 1.0)
    count = rng.choice((2, 2, 3, 3, 4))
    store = rng.choice(("file", "branch", "branch", "one-branch"))
    accounts = tuple(_account(rng, number, tuple(steps), store, recorded=recorded) for number in range(count))
    jobs = rng.choice((1, 2, count, count))
    return replace(made, store=store, accounts=accounts, jobs=jobs, steps=tuple(steps), rows=(), variants=((), (), ()))


def _account(rng: Random, number: int, steps: tuple[Step, ...], store: str, *, recorded: bool) -> Scenario:
    account = draws.plain(rng, Scenario(rng.randrange(1 << 30), "account", uin=str(_FIRST_UIN + number)))
    rows = tuple((sign_id, -1 if recorded else status, name) for sign_id, status, name in account.rows)
    return replace(account, rows=rows, steps=steps, store="file" if store == "file" else "branch")


def in_some(*kinds: Draw, most: int = 4) -> Draw:
    """Return what draws trouble of these kinds for some of the accounts."""

    def draw(rng: Random, made: Scenario) -> Scenario:
        accounts = list(made.accounts)
        for place in rng.sample(range(len(accounts)), min(rng.choice((1, 1, 2, most)), len(accounts))):
            accounts[place] = rng.choice(kinds)(rng, accounts[place])
        return replace(made, accounts=tuple(accounts))

    return draw


def broken(rng: Random, made: Scenario) -> Scenario:
    """Let one process meet accounts that are broken for good, all but one of them."""
    made = replace(made, steps=made.steps[:1])
    accounts = [replace(account, steps=made.steps) for account in made.accounts]
    for place in rng.sample(range(len(accounts)), len(accounts) - 1):
        seam, kind, code = rng.choice(_LASTING)
        lasting = Fault(made.steps[0].name, seam, 0, kind, 0.0, code)
        accounts[place] = replace(accounts[place], faults=(lasting,))
    return replace(made, accounts=tuple(accounts))


def asked(rng: Random, made: Scenario) -> Scenario:
    """Leave the question open while somebody else goes on in an account."""
    steps = tuple(replace(step, answers_after=rng.choice((0.0, 3.0, 15.0, 60.0))) for step in made.steps)
    return in_some(draws.console, draws.reviewer)(rng, replace(made, steps=steps))


def own_steps(_rng: Random, made: Scenario) -> Scenario:
    """Take the fleet's steps out of the accounts, where the draws of one account needed them."""
    accounts = (replace(a, steps=tuple(s for s in a.steps if s.kind != "apply")) for a in made.accounts)
    return replace(made, accounts=tuple(accounts))
