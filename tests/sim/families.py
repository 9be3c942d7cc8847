"""Families of schedules: each draws its actors and faults from a seed, around one kind of trouble.

A family stays within what the protocol assumes (effects at most D after the reset, lag at most L, nobody asleep between
the check in the socket and the last byte); R1 to R5 and R8 have families of their own that leave it on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from tests.sim import draws, draws_fleet
from tests.sim.draws import Draw
from tests.sim.scenario import Scenario


def scenario_of(family: str, seed: int) -> Scenario:
    """Return the scenario of a family for a seed."""
    rng = Random(f"{family}/{seed}")  # noqa: S311  # no secret hangs on it
    return (FAMILIES.get(family) or BEYOND[family])(rng, draws.plain(rng, Scenario(seed, family)))


def _both(*draws: Draw) -> Draw:
    def draw(rng: Random, made: Scenario) -> Scenario:
        for one in draws:
            made = one(rng, made)
        return made

    return draw


def _fleet(*draws: Draw) -> Draw:
    return _both(draws_fleet.fleet, *draws, draws_fleet.own_steps)


def _mixture(rng: Random, made: Scenario) -> Scenario:
    for one in rng.sample(_WITHIN, 3):
        made = one(rng, made)
    return made


_WITHIN: Final = (
    draws.kill, draws.lost, draws.late, draws.lag, draws.suspend, draws.clocks, draws.names, draws.refusals,
    draws.reviewer, draws.console, draws.push, draws.adopt, draws.plans, draws.stop, draws.hidden, draws.resubmit,
    draws.no_date,
)  # fmt: skip

_IN_ACCOUNTS: Final = (
    draws.kill, draws.lost, draws.late, draws.lag, draws.suspend, draws.names, draws.refusals, draws.reviewer,
    draws.console, draws.stop, draws.create, draws.no_date,
)  # fmt: skip

FAMILIES: Final[Mapping[str, Draw]] = {
    "plain": lambda _rng, made: made,
    "kill": draws.kill,
    "lost": draws.lost,
    "kill-lost": _both(draws.kill, draws.lost),
    "late": draws.late,
    "kill-late": _both(draws.late, draws.kill),
    "lag": _both(draws.lag, draws.plans),
    "slow-late": draws.slow_late,
    "slow-late-lag": _both(draws.slow_late, draws.lag),
    "clocks-late": _both(draws.clocks, draws.slow_late),
    "console-same": draws.same_console,
    "late-lag": _both(draws.late, draws.lag),
    "kill-lag": _both(draws.kill, draws.lag),
    "suspend": draws.suspend,
    "suspend-kill": _both(draws.suspend, draws.kill),
    "clocks": _both(draws.clocks, draws.kill),
    "names": _both(draws.names, draws.kill),
    "names-lag": _both(draws.names, draws.lag),
    "refusals": _both(draws.refusals, draws.kill),
    "reviewer": _both(draws.reviewer, draws.kill),
    "console": _both(draws.console, draws.kill),
    "question": draws.question,
    "question-kill": _both(draws.question, draws.kill),
    "push": draws.push,
    "push-kill": _both(draws.push, draws.kill),
    "adopt": _both(draws.adopt, draws.kill),
    "forget": _both(draws.forget, draws.kill),
    "hidden": _both(draws.hidden, draws.kill, draws.plans),
    "hidden-late": _both(draws.hidden, draws.late, draws.plans),
    "stop": _both(draws.stop, draws.lost),
    "resubmit": _both(draws.resubmit, draws.kill),
    "no-date": _both(draws.no_date, draws.clocks, draws.kill),
    "refused-kill": draws.refused_after_kill,
    "create": draws.create,
    "create-kill": _both(draws.create, draws.kill),
    "create-lost": _both(draws.create, draws.lost),
    "create-late": _both(draws.create, draws.late, draws.kill),
    "create-slow-late": _both(draws.create, draws.slow_late),
    "create-lag": _both(draws.create, draws.lag, draws.kill),
    "create-names": _both(draws.create, draws.names, draws.lost),
    "create-suspend": _both(draws.create, draws.suspend, draws.clocks),
    "create-push": _both(draws.create, draws.push, draws.kill),
    "create-console": _both(draws.create, draws.console_new, draws.kill),
    "create-renamed": _both(draws.create, draws.console_renames),
    "create-any": _both(draws.create, _mixture),
    "any": _mixture,
    "fleet": _fleet(),
    "fleet-kill": _fleet(draws_fleet.in_some(draws.kill)),
    "fleet-stop": _fleet(draws_fleet.in_some(draws.lost), draws_fleet.in_some(draws.stop, most=1)),
    "fleet-broken": _fleet(draws_fleet.broken),
    "fleet-asked": _fleet(draws_fleet.asked, draws_fleet.in_some(draws.kill, most=1)),
    "fleet-any": _fleet(draws_fleet.in_some(*_IN_ACCOUNTS), draws_fleet.in_some(*_IN_ACCOUNTS)),
}
"""Within the assumptions: no violation of any kind."""

BEYOND: Final[Mapping[str, Draw]] = {
    "R1-asleep": draws.asleep_in_call,
    "R1-hidden": _both(draws.hidden, draws.asleep_in_call),
    "R1-paused": draws.paused,
    "R2-late": draws.very_late,
    "R3-lag": _both(draws.long_lag, draws.lost),
    "R4-console": _both(draws.kill, draws.console_in_time),
    "R5-rejected": _both(draws.kill, draws.rejected_again),
    "R8-rollback": _both(draws.rollback, draws.kill),
    "clones": draws.clones,
}
"""Outside them, on purpose: only what the page on the protocol names may happen."""
