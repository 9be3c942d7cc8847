"""A project whose first definitions were submitted and recorded, with changes to make and the account they meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.support.commands import FAST, Done
from tests.support.forks import Forks
from tests.support.project import APPROVED, REJECTED, Sign, account
from tests.support.record_places import FilePlace
from tests.support.serving import accepted

RENAMED, RESUBMITTED, HIDDEN, SETTLED = 1001, 1002, 1003, 1004
BEFORE: Final = (
    Sign("renamed", RENAMED, "Alpha", "Alfa"),
    Sign("resubmitted", RESUBMITTED, "Beta", "Bita"),
    Sign("hidden", HIDDEN, "Gamma", "Gama"),
    Sign("settled", SETTLED, "Delta", status=APPROVED),
)
AFTER: Final = (
    BEFORE[0]._replace(name="Omega"),
    BEFORE[1]._replace(remark="Login codes"),
    BEFORE[2]._replace(remark="Payment codes"),
    BEFORE[3],
)
"""A new name, a rejected one with another remark, a pending one with another remark, and one that is approved."""
WRITES: Final = (RENAMED, RESUBMITTED, HIDDEN)


class Scene(NamedTuple):
    """A project and its account. ``timeout`` is what runs in it are given for a request, in seconds."""

    place: FilePlace
    seed: AccountData
    timeout: float

    def apply(self, sandbox: Sandbox, *more: str) -> tuple[str, ...]:
        """Return the arguments of an apply, as fast as it goes."""
        where = ("--endpoint", sandbox.url, "--request-timeout", str(self.timeout))
        return ("apply", "--yes", "--format", "json", *where, *FAST, *more)

    @contextmanager
    def serving(self, faults: tuple[Fault, ...] = ()) -> Iterator[Sandbox]:
        """Serve the account."""
        with running(Options(seed=self.seed, faults=faults, limits=False)) as sandbox:
            yield sandbox

    def copy(self, folder: Path) -> Scene:
        """Return the scene with a project and a record of its own."""
        return self._replace(place=self.place.copy(folder))

    def check(self, sandbox: Sandbox, done: Done) -> None:
        """What the last run leaves: each change taken once, or said to be unverified where nothing can tell."""
        assert done.code == 0, done
        takes = accepted(sandbox.requests)
        assert (takes[RENAMED], takes[RESUBMITTED], takes[SETTLED]) == (1, 1, 0)
        state = self.place.state()
        open_still = [sign_id for sign_id, entry in state.entries.items() if entry.perhaps]
        if done.by_key("verdict")["hidden"] == "unverified":
            assert (takes[HIDDEN] <= 1, open_still) == (True, [HIDDEN])
        else:
            assert (takes[HIDDEN], open_still) == (1, [])
        assert not any(intent.is_live for entry in state.entries.values() for intent in entry.perhaps)
        self._check_agreement(sandbox, open_still)

    def _check_agreement(self, sandbox: Sandbox, open_still: list[int]) -> None:
        """State and live agree in every field, but for a hidden one that nothing can tell."""
        state = self.place.state()
        for sign in AFTER[:3]:
            own, row = state.entry(sign.sign_id).submitted, sandbox.account.row(sign.sign_id)
            assert own is not None
            assert row is not None
            assert row.submitted is not None
            agreed = (own.fields.sign_name, own.fields.remark) == (row.sign_name, row.submitted.remark)
            assert agreed or sign.sign_id in open_still
            assert (row.sign_name, row.status_code) == (sign.name, 1)


def made(place: FilePlace, started: Forks, timeout: float) -> Scene:
    """Submit the first definitions, let the reviewer reject one, and write the second ones."""
    place.make()
    place.define(BEFORE)
    scene = Scene(place, account(BEFORE), timeout)
    with scene.serving() as sandbox:
        done = started.run(*scene.apply(sandbox), cwd=place.top)
        assert done.code == 0, done
        seed = _rejected(sandbox.account.data)
    place.define(AFTER)
    return scene._replace(seed=seed)


def _rejected(data: AccountData) -> AccountData:
    rows = tuple(replace(row, status_code=REJECTED) if row.sign_id == RESUBMITTED else row for row in data.signatures)
    return replace(data, signatures=rows)
