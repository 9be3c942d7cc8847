"""What a schedule is drawn from: the plain one, and one kind of trouble each that may be added to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from reconciler.contract.error_codes import HTTP_STATUS
from tests.sim.scenario import FIRST_SIGN_ID, Fault, Scenario, Step

LATE_S: Final = 10.0
LAG_S: Final = 5.0
START_S: Final = 45.0
"""When the applies begin where a first one comes before them."""

_GAPS: Final = (0.0, 0.0, 0.5, 2.0, 5.0, 12.0, 20.0, 29.0, 34.0, 45.0)
_EDITS: Final = ("hidden", "hidden", "image", "name", "hidden2", "name2", "longer")
_CODES: Final = ("RequestLimitExceeded", "FailedOperation.OtherError", "InternalError", "ServiceUnavailable")

Draw = Callable[[Random, Scenario], Scenario]


def plain(rng: Random, made: Scenario) -> Scenario:
    """Draw the account, three commits and two to four applies; half of them find a record of a first one."""
    count = rng.choice((1, 1, 1, 2, 2, 3))
    rows = tuple((FIRST_SIGN_ID + n, rng.choice((1, -1)), "Acme" + (f" {n}" if n else "")) for n in range(count))
    first = tuple(rng.choice(("base", *_EDITS)) for _ in rows)
    second = tuple(rng.choice((one, *_EDITS)) for one in first)
    third = rng.choice((first, second, tuple(rng.choice((one, *_EDITS)) for one in second)))
    made = replace(made, rows=rows, variants=(first, second, third))
    at = 0.0
    steps: list[Step] = []
    if rng.random() < 0.5:  # one of two
        made, at, steps = _with_record(made)
    for n in range(rng.choice((2, 2, 3, 3, 4))):
        steps.append(Step(f"run{n + 1}", "apply", round(at, 3), f"m{n % 3 + 1}", rng.choice((1, 2, 2, 3))))
        at += rng.choice(_GAPS) + rng.uniform(0.0, 1.0)
    return replace(
        made,
        store=rng.choice(("file", "branch")),
        lag=rng.choice((0.0, 0.0, 0.0, 1.0)),
        create_time=rng.choice(("moves", "moves", "stays")),
        steps=tuple(steps),
    )


def _with_record(made: Scenario) -> tuple[Scenario, float, list[Step]]:
    """Let a first apply submit everything, so that what comes later has a record to differ from."""
    rejected = tuple((sign_id, -1, name) for sign_id, _, name in made.rows)
    return replace(made, rows=rejected), START_S, [Step("first", "apply", 0.0)]


def _runs(made: Scenario) -> list[Step]:
    return [step for step in made.steps if step.kind == "apply" and step.name != "first"]


def _fault(made: Scenario, *faults: Fault) -> Scenario:
    return replace(made, faults=(*made.faults, *faults))


def _with_steps(made: Scenario, *steps: Step) -> Scenario:
    return replace(made, steps=tuple(sorted((*made.steps, *steps), key=lambda step: step.at)))


def _moment(rng: Random, made: Scenario, least: int, most: int) -> float:
    """Return a time, counted from the first of the applies that meet trouble."""
    return round(_runs(made)[0].at + rng.uniform(least, most), 3)


def _someone(rng: Random, made: Scenario) -> str:
    return rng.choice(_runs(made)).name


def _some_runs(rng: Random, made: Scenario) -> list[Step]:
    runs = _runs(made)
    return rng.sample(runs, min(rng.choice((1, 1, 2)), len(runs)))


_CALL_SEAMS: Final = ("modify", "modify.check", "modify.sent", "modify.done")
_ANY_SEAM: Final = {
    "file": ("load", "save", "save.done", "describe", "describe.done", "planned", "wait", *_CALL_SEAMS),
    "branch": ("fetch", "fetch.done", "push", "push.done", "describe", "describe.done", "wait", *_CALL_SEAMS),
}
_STORE_DONE: Final = {"file": "save.done", "branch": "push.done"}


def _seam(rng: Random, made: Scenario) -> tuple[str, int]:
    """Return a seam and how many times it is passed first; those around the call come up most."""
    if rng.random() < 0.6:
        return rng.choice((*_CALL_SEAMS, _STORE_DONE[made.store])), rng.choice((1, 1, 1, 2))
    return rng.choice(_ANY_SEAM[made.store]), rng.choice((1, 1, 2, 2, 3, 4, 6))


def kill(rng: Random, made: Scenario) -> Scenario:
    for step in _some_runs(rng, made):
        seam, nth = _seam(rng, made)
        made = _fault(made, Fault(step.name, seam, nth, "kill"))
    return made


def lost(rng: Random, made: Scenario) -> Scenario:
    for _ in range(rng.choice((1, 2, 2))):
        kind = rng.choice(("lost", "answer-lost", "answer-lost", "not-made"))
        text = rng.choice(("", "Client.ConnectionLost", "InternalError")) if kind == "answer-lost" else ""
        nth, seconds = rng.choice((1, 1, 2)), rng.choice((0.0, 1.0, 5.0, 20.0))
        made = _fault(made, Fault(_someone(rng, made), "modify", nth, kind, seconds, text))
    return made


def late(rng: Random, made: Scenario) -> Scenario:
    late = round(rng.choice((rng.uniform(0.0, LATE_S), LATE_S - 0.1)), 3)
    code = rng.choice(("", "", HTTP_STATUS))
    fault = Fault(_someone(rng, made), "modify", rng.choice((1, 1, 2)), "late", late, code)
    return _fault(made, fault)


def slow_late(rng: Random, made: Scenario) -> Scenario:
    """Let a call begin and act as late as it may, and its run be gone: the next one waits just so long."""
    step = rng.choice(_runs(made))
    slow = round(rng.uniform(3.0, 4.8) if made.store == "file" else rng.uniform(4.5, 7.0), 3)
    late = round(LATE_S - rng.choice((0.0, 0.1, rng.uniform(0.0, 2.0))), 3)
    faults = [Fault(step.name, _STORE_DONE[made.store], 1, "slow", slow), Fault(step.name, "modify", 1, "late", late)]
    if rng.random() < 0.7:  # most of them
        faults.append(Fault(step.name, "modify.sent", 1, "kill"))
    made = _with_steps(made, Step("next", "apply", round(step.at + rng.uniform(0.5, 8.0), 3), "m2", 3))
    return _fault(made, *faults)


def same_console(rng: Random, made: Scenario) -> Scenario:
    """Let the console submit what a killed run had intended, at a time that cannot be the run's."""
    last = _runs(made)[-1]
    made = _fault(made, Fault(last.name, rng.choice(("modify", "modify.check")), 1, "kill"))
    step = Step("console", "console", last.at + 150.0, key="s1", option="hidden", commit=last.commit)
    return _with_steps(replace(made, create_time="moves"), step)


def lag(rng: Random, made: Scenario) -> Scenario:
    return replace(made, lag=round(rng.choice((LAG_S, rng.uniform(0.5, LAG_S))), 3))


def suspend(rng: Random, made: Scenario) -> Scenario:
    for step in _some_runs(rng, made):
        seam, nth = _seam(rng, made)
        if seam in ("modify.check", "modify.send"):
            seam = rng.choice(("modify", _STORE_DONE[made.store]))
        kind = rng.choice(("suspend:lid", "suspend:lid", "suspend:stop"))
        seconds = rng.choice((3.0, 9.0, 25.0, 40.0, 70.0, 120.0))
        made = _fault(made, Fault(step.name, seam, nth, kind, seconds))
    return made


def clocks(rng: Random, made: Scenario) -> Scenario:
    offsets = [(name, float(rng.choice((-295, -120, -20, 0, 20, 120, 295)))) for name, _ in made.machines]
    return replace(made, machines=tuple(offsets))


def names(rng: Random, made: Scenario) -> Scenario:
    spelt = tuple(
        tuple(rng.choice(("spelt", "spelt2", "name", variant)) for variant in commit) for commit in made.variants
    )
    return replace(made, names=rng.choice(("blanks", "case", "width", "brackets")), variants=spelt)


def refusals(rng: Random, made: Scenario) -> Scenario:
    for _ in range(rng.choice((1, 2))):
        fault = Fault(_someone(rng, made), "modify", rng.choice((1, 2)), "code", 0.0, rng.choice(_CODES))
        made = _fault(made, fault)
    return made


def reviewer(rng: Random, made: Scenario) -> Scenario:
    for n in range(rng.choice((1, 1, 2))):
        key = f"s{rng.randrange(len(made.rows)) + 1}"
        option = rng.choice(("approve", "reject Blurred scan", "reject Blurred scan", "reject Other words"))
        # A second rejection in the same words after a killed run is R5, which has a family of its own.
        option += f", look {n + 1}" if option != "approve" else ""
        made = _with_steps(made, Step(f"review{n + 1}", "review", _moment(rng, made, 0, 90), key=key, option=option))
    return made


def console(rng: Random, made: Scenario) -> Scenario:
    key = f"s{rng.randrange(len(made.rows)) + 1}"
    step = Step("console", "console", _moment(rng, made, 0, 90), key=key, option="name", commit=rng.choice((1, 2)))
    return _with_steps(made, step)


def question(rng: Random, made: Scenario) -> Scenario:
    """Leave a question open while others go on."""
    steps = [
        replace(step, answers_after=rng.choice((0.0, 3.0, 15.0, 60.0)), option=rng.choice(("", "", "", "no")))
        if step in _runs(made)
        else step
        for step in made.steps
    ]
    return replace(made, steps=tuple(steps), store="branch")


def push(rng: Random, made: Scenario) -> Scenario:
    made = replace(made, store="branch")
    for _ in range(rng.choice((1, 2, 2))):
        kind = rng.choice(("lost", "answer-lost", "answer-lost", "slow"))
        seconds, text = rng.choice((0.5, 2.0, 6.0, 12.0, 40.0)), rng.choice(("", "timeout"))
        made = _fault(made, Fault(_someone(rng, made), "push", rng.choice((1, 1, 2, 3)), kind, seconds, text))
    return made


def adopt(rng: Random, made: Scenario) -> Scenario:
    key = f"s{rng.randrange(len(made.rows)) + 1}"
    at = _moment(rng, made, 0, 60)
    return _with_steps(made, Step("adopter", "adopt", at, "m3", commit=rng.choice((1, 2, 3)), key=key))


def forget(rng: Random, made: Scenario) -> Scenario:
    key = f"s{rng.randrange(len(made.rows)) + 1}"
    return _with_steps(made, Step("forgetter", "forget", _moment(rng, made, 0, 60), "m3", key=key))


def plans(rng: Random, made: Scenario) -> Scenario:
    for n in range(rng.choice((1, 2, 3))):
        at = _moment(rng, made, 0, 60)
        made = _with_steps(made, Step(f"plan{n + 1}", "plan", at, "m3", commit=rng.choice((1, 2, 3))))
    return made


def stop(rng: Random, made: Scenario) -> Scenario:
    seam, nth = _seam(rng, made)
    return _fault(made, Fault(_someone(rng, made), seam, nth, "stop"))


def hidden(rng: Random, made: Scenario) -> Scenario:
    """Make every edit one that no row shows."""
    hidden = tuple(tuple(rng.choice(("hidden", "hidden2", "image")) for _ in commit) for commit in made.variants)
    made = replace(made, variants=hidden, rows=tuple((i, -1, name) for i, _, name in made.rows))
    if made.steps[0].name == "first":
        return made
    made, begin, first = _with_record(made)
    return replace(made, steps=(*first, *(replace(step, at=round(step.at + begin, 3)) for step in made.steps)))


def resubmit(rng: Random, made: Scenario) -> Scenario:
    chosen = _someone(rng, made)
    return replace(made, steps=tuple(replace(s, option="resubmit") if s.name == chosen else s for s in made.steps))


_NEW: Final = (
    (("base",), ("base",), ("base",)),
    (("base",), ("hidden",), ("image",)),
    (("base",), ("name2",), ("name2",)),
    (("",), ("base",), ("hidden",)),
    (("base", "name"), ("base", "name"), ("hidden", "name")),
    (("base", ""), ("", "base"), ("", "base")),
    (("base", "name"), ("name", "base"), ("name", "base")),
)
"""What commits define without an id: as it was, edited, renamed, added later, two, a name that changes its key."""


def create(rng: Random, made: Scenario) -> Scenario:
    """Define signatures without an id; half of the vendors would create one of a name twice."""
    return replace(made, new=rng.choice(_NEW), twins=rng.random() < 0.5)  # one of two


def console_new(rng: Random, made: Scenario) -> Scenario:
    """Let the console create another signature, while the applies create theirs or after one was cut off."""
    return _with_steps(made, Step("console", "console", _moment(rng, made, 0, 60), key="s1", option="new"))


def console_renames(rng: Random, made: Scenario) -> Scenario:
    """Let the console rename a signature that a killed run had just created."""
    step = rng.choice(_runs(made))
    killed = Fault(step.name, rng.choice(("modify.sent", "modify.done")), rng.choice((1, 2)), "kill")
    renamed = Step("console", "console", round(step.at + rng.uniform(8.0, 30.0), 3), key="s1", option="renamed")
    # With its key kept: under another one a name that the account holds no more is rightly created.
    made = replace(made, new=rng.choice(_NEW[:2]))
    return _with_steps(_fault(made, killed), renamed)


def refused_after_kill(rng: Random, made: Scenario) -> Scenario:
    """Let a run that is then refused find the proof of a killed run's call, and the reviewer undo what it saw."""
    seen = round(rng.uniform(8.0, 25.0), 3)
    refused = rng.choice((
        Step("refused", "apply", seen, "m2", 1),
        Step("refused", "apply", seen, "m2", 3, option="no"),
    ))  # fmt: skip
    # After the window, the lag and the push: before, nobody has seen the proof, which is R5.
    rejected = seen + rng.uniform(45.0, 90.0)
    steps = (
        Step("run1", "apply", 0.0, "m1", 2),
        refused,
        Step("review", "review", round(rejected, 3), key="s1", option="reject"),
        Step("run2", "apply", round(rejected + rng.uniform(1.0, 60.0), 3), "m3", 2),
    )
    variants = tuple((name,) for name in rng.sample(("hidden", "hidden2", "image"), 3))
    killed = Fault("run1", rng.choice(("modify.sent", "modify.done")), rng.choice((1, 2)), "kill")
    return replace(
        made, store="branch", rows=((FIRST_SIGN_ID, -1, "Acme"),), variants=variants, create_time="stays",
        steps=steps, faults=(killed,),
    )  # fmt: skip


def no_date(_rng: Random, made: Scenario) -> Scenario:
    return replace(made, date=False)


def rollback(rng: Random, made: Scenario) -> Scenario:
    kind, back = rng.choice((("rollback", "1"), ("rollback", "2"), ("rollback", "3"), ("delete-branch", "")))
    made = replace(made, store="branch", beyond=("R8",))
    return _with_steps(made, Step("force", kind, _moment(rng, made, 2, 60), option=back))


def clones(_rng: Random, made: Scenario) -> Scenario:
    return replace(made, store="clones", beyond=("two clones",))


def asleep_in_call(rng: Random, made: Scenario) -> Scenario:
    kind = rng.choice(("suspend:lid", "suspend:stop", "suspend:vm"))
    seconds = rng.choice((25.0, 32.0, 40.0, 70.0, 120.0))
    made = replace(made, beyond=("R1",))
    return _fault(made, Fault(_someone(rng, made), "modify.send", rng.choice((1, 1, 2)), kind, seconds))


def paused(rng: Random, made: Scenario) -> Scenario:
    seam, nth = _seam(rng, made)
    made = replace(made, beyond=("R1",))
    return _fault(made, Fault(_someone(rng, made), seam, nth, "suspend:vm", rng.choice((25.0, 40.0, 120.0))))


def very_late(rng: Random, made: Scenario) -> Scenario:
    late = rng.choice((15.0, 25.0, 40.0, 90.0))
    made = replace(made, beyond=("R2",))
    return _fault(made, Fault(_someone(rng, made), "modify", rng.choice((1, 1, 2)), "late", late))


def long_lag(rng: Random, made: Scenario) -> Scenario:
    return replace(made, beyond=("R3",), lag=rng.choice((10.0, 30.0, 60.0)))


def console_in_time(rng: Random, made: Scenario) -> Scenario:
    key = f"s{rng.randrange(len(made.rows)) + 1}"
    step = Step("console", "console", _moment(rng, made, 0, 60), key=key, option="hidden", commit=rng.choice((1, 2)))
    return _with_steps(replace(made, beyond=("R4",)), step)


def rejected_again(rng: Random, made: Scenario) -> Scenario:
    made = replace(made, beyond=("R5",), create_time="stays")
    for n in range(2):
        at = _moment(rng, made, 5, 90)
        made = _with_steps(made, Step(f"review{n + 1}", "review", at, key="s1", option="reject"))
    return replace(made, rows=tuple((i, -1, name) for i, _, name in made.rows))
