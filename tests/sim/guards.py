"""The guards of the protocol, each of which can be taken out: the simulator must then find what it was there for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize

from reconciler.apply import attempt, create, executor, journal, waiting
from reconciler.apply.context import ApplyContext
from reconciler.cli import fleet_apply
from reconciler.cli.fleet_run import FleetReport
from reconciler.decision import intents, new_signature, transitions
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted
from reconciler.state import store

Patch = tuple[object, str, Any]


@dataclass(frozen=True)
class Guard:
    """A guard: what takes its place, the families that find its absence, and what they find.

    ``beyond`` may be found with the guard in place, where only a schedule outside the assumptions shows its absence.
    """

    patches: Callable[[], tuple[Patch, ...]]
    families: tuple[str, ...]
    kinds: frozenset[str]
    beyond: frozenset[str] = frozenset()


@contextmanager
def removed(name: str) -> Iterator[None]:
    """Take a guard out for a while."""
    kept: list[Patch] = []
    try:
        for place, attribute, instead in GUARDS[name].patches():
            kept.append((place, attribute, place.__dict__[attribute]))
            setattr(place, attribute, instead)
        yield
    finally:
        for place, attribute, before in reversed(kept):
            setattr(place, attribute, before)


def _accept(state: State, sign_id: int, intent: Intent, own: Submitted, **_in_window: bool) -> State:
    epoch = max(intent.epoch, state.entry(sign_id).epoch)
    return transitions.put(state, sign_id, Entry(epoch, own, ()))


def _intend_on_anything() -> tuple[Patch, ...]:
    real = transitions.intend

    def intend(state: State, sign_id: int, _seen: Entry, intent: Intent) -> State:
        entry = state.entry(sign_id)
        return real(state, sign_id, entry, intent._replace(epoch=max(intent.epoch, entry.epoch + 1)))

    return ((transitions, "intend", intend),)


def _one_intent() -> tuple[Patch, ...]:
    real = transitions.intend

    def intend(state: State, sign_id: int, seen: Entry, intent: Intent) -> State:
        after = real(state, sign_id, seen, intent)
        entry = after.entry(sign_id)
        return transitions.put(after, sign_id, entry._replace(perhaps=entry.perhaps[-1:]))

    return ((transitions, "intend", intend),)


def _no_wait() -> tuple[Patch, ...]:
    def none_left(watch: Any, state: State) -> tuple[float, Intent | None]:
        watch.waited_out |= set(transitions.live_intents(state))
        return 0.0, None

    return (
        (waiting.Watch, "_longest_wait", none_left),
        (transitions, "check_nobody_live", lambda *_: None),
    )


def _foreign_wall() -> tuple[Patch, ...]:
    def left_by_wall(watch: Any, state: State) -> tuple[float, Intent | None]:
        longest, holder = 0.0, None
        for identity, intent in transitions.live_intents(state).items():
            left = intent.at + intent.window - watch._clock.now()
            if intent.run != watch._context.run and left <= 0:
                watch.waited_out.add(identity)
            elif intent.run != watch._context.run and left > longest:
                longest, holder = left, intent
        return longest, holder

    return ((waiting.Watch, "_longest_wait", left_by_wall),)


def _monotonic() -> tuple[Patch, ...]:
    def start(watch: Any, clock: Any) -> None:
        watch._clock, watch._begun = clock, clock.monotonic()

    return (
        (waiting.Stopwatch, "__init__", start),
        (waiting.Stopwatch, "passed", lambda watch: watch._clock.monotonic() - watch._begun),
    )


def _as_lapsed(intent: Intent) -> Intent:
    return intent._replace(status=IntentState.LAPSED)


def _rows_settle_late() -> tuple[Patch, ...]:
    sent, not_sent = intents.is_sent, intents.is_not_sent
    return (
        (intents, "is_sent", lambda intent, live: sent(_as_lapsed(intent), live)),
        (intents, "is_not_sent", lambda intent, live, now: not_sent(_as_lapsed(intent), live, now)),
    )


def _own_at_once() -> tuple[Patch, ...]:
    real = attempt.Attempt._settle

    def settle(turn: Any, *given: Any) -> Any:
        context = turn._context
        turn._context = context._replace(timing=context.timing._replace(late=0.0, lag=0.0))
        try:
            return real(turn, *given)
        finally:
            turn._context = context

    return ((attempt.Attempt, "_settle", settle),)


def _forgotten_where_refused() -> tuple[Patch, ...]:
    mark = executor._mark

    def settle(context: Any, watch: Any, journal: Any, described: Any) -> None:
        at_once = journal.store
        journal.store = journal.later
        try:
            settle_found(context, watch, journal, described)
        finally:
            journal.store = at_once

    def close_and_mark(context: Any, journal: Any) -> Any:
        journal.close()
        return mark(context, journal)

    settle_found = executor.settle_found
    return ((executor, "settle_found", settle), (executor, "_mark", close_and_mark))


def _same_name(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())


def _window(*parts: str) -> Callable[[], tuple[Patch, ...]]:
    def window(self: waiting.Timing) -> float:
        return float(sum(getattr(self, part) for part in parts)) + 1.0

    return lambda: ((waiting.Timing, "window", property(window)),)


def _plain(place: object, name: str, instead: Any) -> Callable[[], tuple[Patch, ...]]:
    return lambda: ((place, name, instead),)


_ASLEEP: Final = frozenset({"NO INTENT", "TWO CALLS", "DUP", "OLDER", "WAS SENT"})
"""What may happen to a run that sleeps between the check in the socket and the last byte."""


def _guard(patches: Callable[[], tuple[Patch, ...]], families: str, kinds: str) -> Guard:
    named = tuple(families.split())
    beyond = _ASLEEP if named[0].startswith("R1") else frozenset[str]()
    return Guard(patches, named, frozenset(kind.replace("-", " ") for kind in kinds.split()), beyond)


_SENT_TWICE: Final = "DUP OLDER TWO-CALLS WAS-SENT"

GUARDS: Final[Mapping[str, Guard]] = {
    "epoch-at-acceptance": _guard(
        _plain(transitions, "accept", _accept), "suspend suspend-kill", "RECORD FALSE DUP OLDER"
    ),
    "entry-at-intent": _guard(_intend_on_anything, "question plain lost push", "DUP OLDER"),
    "waiting-for-others": _guard(_no_wait, "late hidden-late", _SENT_TWICE),
    "late-in-the-window": _guard(_window("start", "call"), "slow-late late kill-late hidden-late", _SENT_TWICE),
    "start-in-the-window": _guard(_window("call", "late"), "slow-late-lag slow-late", _SENT_TWICE),
    "check-in-the-socket": _guard(_plain(waiting, "may_start", lambda *_: True), "suspend suspend-kill", "DUP OLDER"),
    "sleep-proof-clock": _guard(_monotonic, "suspend suspend-kill", "DUP OLDER"),
    "monotonic-waiter": _guard(_foreign_wall, "clocks-late", _SENT_TWICE),
    "lineage-in-the-step": _guard(
        _plain(journal, "check_lineage", lambda *_: None), "question question-kill", "OLDER COMMIT"
    ),
    "mark": _guard(_plain(executor, "_mark", lambda *_: None), "plain question", "OLDER-RUN"),
    "list-of-doubts": _guard(_one_intent, "hidden hidden-late refusals", "LOST-DOUBT RECORD FALSE"),
    "name-in-the-proof": _guard(_plain(intents, "is_ours", lambda *_: True), "console", "NEVER-SENT FALSE"),
    "time-in-the-proof": _guard(_plain(intents, "is_foreign", lambda *_: False), "console-same", "NEVER-SENT FALSE"),
    "letters-and-digits": _guard(_plain(intents, "key", _same_name), "names names-lag", "DUP NOT-QUIET WAS-SENT"),
    "lag-at-settling": _guard(
        _plain(waiting.Watch, "_lapses", lambda *_: []), "slow-late-lag late-lag", "DUP WAS-SENT RECORD"
    ),
    "lag-after-an-outcome": _guard(
        _plain(waiting.Watch, "_outcomes", lambda *_: []), "lag kill-lag names-lag", "DUP NEVER-SENT FALSE"
    ),
    "late-note": _guard(_plain(transitions, "_late", lambda state, *_: state), "R1-hidden R1-asleep", "RECORD FALSE"),
    "late-item-stays": _guard(_rows_settle_late, "R1-asleep R1-hidden", "RECORD FALSE NEVER-SENT"),
    "proof-at-once": _guard(_forgotten_where_refused, "refused-kill", "DUP WAS-SENT"),
    "own-run-waits": _guard(_own_at_once, "late hidden-late kill-late", "WAS-SENT REPORT DUP RECORD"),
    "waiting-for-creates": _guard(_no_wait, "create-late create-slow-late", "TWICE TWO-CALLS WAS-SENT"),
    "own-create-waits": _guard(_own_at_once, "create-late create-lag create-lost", "TWICE WAS-SENT REPORT RECORD"),
    "name-as-submitted": _guard(_plain(new_signature, "_submitted", lambda *_: {}), "create-names", "TWICE NOT-QUIET"),
    "known-ids": _guard(
        _plain(create.CreateAttempt, "_known_ids", lambda _turn: ()),
        "create-lost create-kill",
        "UNSETTLED NOT-QUIET",
    ),
    "name-of-a-new-row": _guard(
        _plain(new_signature, "is_ours", lambda *_: True),
        "create-console",
        "NEVER-SENT FALSE RECORD ID",
    ),
    "rows-without-an-owner": _guard(
        _plain(new_signature, "_is_explained", lambda *_: True), "create-renamed", "TWICE WAS-SENT RECORD NOT-QUIET"
    ),
    "record-by-account": _guard(
        _plain(store, "record_name", lambda *_, **__: "100000000001-ap-singapore"),
        "fleet fleet-kill",
        "RECORD FALSE DUP NO-INTENT UNSETTLED",
    ),
    "caught-by-itself": _guard(
        _plain(FleetReport, "_guarded", lambda report, work, account: report._rendered(account, work(account))),
        "fleet-broken",
        "CRASH OTHERS",
    ),
    "as-it-was-shown": _guard(
        _plain(fleet_apply, "_admit", lambda _saved, _dropped, plan: plan), "fleet-asked", "UNSEEN"
    ),
    "nothing-after-a-stop": _guard(
        _plain(ApplyContext, "stopped", property(lambda _context: lambda: False)), "fleet-stop", "AFTER-STOP"
    ),
    "whole-list": _guard(_plain(new_signature, "_holder", lambda *_: None), "create create-kill", "TWICE NOT-QUIET"),
}
"""By name. The kinds are what its absence may show as; any other kind would be a fault of its own."""
