"""A plan after an accepted apply asks for nothing, whichever way the vendor's undocumented habits go."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import after_rows, is_sent, must_show
from reconciler.decision.table import decide
from reconciler.decision.transitions import accept, as_lapsed
from reconciler.model.plan import Verdict
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Entry, Intent, State, Submitted
from tests.fixtures.strategies import Situation, modifiable_codes, situations
from tests.fixtures.values import ACME, MOMENT, NOW, row

SIGN_ID = 1110


class Habits(NamedTuple):
    """What no page tells: ``spelling`` is how names are kept, ``time_moves`` whether CreateTime follows a modify."""

    spelling: str
    time_moves: bool


AS_SENT = Habits("as sent", time_moves=False)
habits = st.builds(Habits, st.sampled_from(["as sent", "folded", "upper"]), st.booleans())


def spelled(name: str, spelling: str) -> str:
    match spelling:
        case "folded":
            return " ".join(name.split())
        case "upper":
            return name.upper() if name.upper().casefold() == name.casefold() else name
        case _:
            return name


def before_apply(case: Situation, habit: Habits = AS_SENT) -> Situation:
    """Return the situation as one that the vendor's habits can lead to, and in which a call can be made."""
    spelling = spelled(case.live.sign_name, habit.spelling)
    live = case.live._replace(international=case.wanted.international, sign_name=spelling)
    return case._replace(live=live._replace(create_time=min(live.create_time, int(NOW))))


def after(wanted: SignFields, before: LiveSignature, habit: Habits) -> LiveSignature:
    """Return the row of an accepted submission, made at NOW."""
    return before._replace(
        status_code=1,
        review_reply="",
        sign_name=spelled(wanted.sign_name, habit.spelling),
        create_time=int(NOW) if habit.time_moves else before.create_time,
        qualification_id=wanted.qualification_id if before.qualification_id is not None else None,
    )


def intended(case: Situation) -> Intent:
    """Return the intent of a call made at NOW, as apply keeps it."""
    return Intent(case.wanted, case.live, NOW, "this-run", None, case.entry.epoch + 1, NOW, 2.0, 26.0)


def recorded(case: Situation, live: LiveSignature) -> State:
    """Return the record after an apply that was shown ``live``, kept as apply keeps it."""
    intent = intended(case)
    certain = is_sent(intent, live) or not must_show(case.wanted, case.live)
    own = Submitted(
        case.wanted, NOW, "request-2", shown=live if certain else None, before=case.live,
        epoch=intent.epoch, run=intent.run, until=NOW + 2.0,
    )  # fmt: skip
    state = State("1", "ap-singapore", {SIGN_ID: case.entry})
    return accept(state, SIGN_ID, intent, own, in_window=True)


def killed(case: Situation) -> Entry:
    """Return the entry that a run leaves that was killed around its call, once others have waited for it."""
    lapsed = tuple(as_lapsed(intent) for intent in case.entry.perhaps)
    return Entry(case.entry.epoch + 1, case.entry.submitted, (*lapsed, as_lapsed(intended(case))))


def later(seconds: float) -> DecisionTime:
    return DecisionTime(NOW + seconds)


@given(situations(modifiable_codes), habits, st.booleans())
def test_the_next_plan_waits_for_the_review(case: Situation, habit: Habits, lagging: bool) -> None:
    case = before_apply(case, habit)
    new = after(case.wanted, case.live, habit)
    state = recorded(case, case.live if lagging else new)
    for seconds in (1.0, 86400.0):
        assert decide(case.wanted, new, state.entry(SIGN_ID), later(seconds)).verdict is Verdict.WAITING


@given(situations(modifiable_codes), habits, st.sampled_from([0, 2]), st.booleans())
def test_an_approval_leaves_it_in_sync(case: Situation, habit: Habits, code: int, lagging: bool) -> None:
    case = before_apply(case, habit)
    new = after(case.wanted, case.live, habit)
    state = recorded(case, case.live if lagging else new)
    approved = new._replace(status_code=code)
    assert decide(case.wanted, approved, state.entry(SIGN_ID), later(86400.0)).verdict is Verdict.IN_SYNC


@given(situations(modifiable_codes), habits, st.booleans())
def test_a_rejection_leaves_it_stuck(case: Situation, habit: Habits, lagging: bool) -> None:
    case = before_apply(case, habit)
    new = after(case.wanted, case.live, habit)
    state = recorded(case, case.live if lagging else new)
    rejected = new._replace(status_code=-1, review_reply="Blurred scan")
    assert decide(case.wanted, rejected, state.entry(SIGN_ID), later(86400.0)).verdict is Verdict.STUCK


@given(situations(modifiable_codes), habits)
def test_a_killed_apply_whose_call_shows_is_settled_and_not_repeated(case: Situation, habit: Habits) -> None:
    case = before_apply(case, habit)
    new = after(case.wanted, case.live, habit)
    assume(is_sent(intended(case), new))
    settled = after_rows(killed(case), new, NOW + 60)
    assert settled.perhaps == ()
    assert decide(case.wanted, new, settled, later(60)).verdict is Verdict.WAITING


@given(situations(modifiable_codes), habits)
def test_a_killed_apply_whose_call_is_hidden_is_not_repeated_by_itself(case: Situation, habit: Habits) -> None:
    case = before_apply(case, habit)
    name = spelled(case.wanted.sign_name, habit.spelling)
    case = case._replace(live=case.live._replace(status_code=1, sign_name=name))
    decision = decide(case.wanted, after(case.wanted, case.live, habit), killed(case), later(60))
    assert decision.verdict in {Verdict.UNVERIFIED, Verdict.WAITING}


@given(situations(modifiable_codes))
def test_a_killed_apply_whose_visible_call_never_left_is_repeated(case: Situation) -> None:
    case = before_apply(case)
    assume(must_show(case.wanted, case.live))
    left = killed(case)
    decision = decide(case.wanted, case.live, left, later(60))
    without = decide(case.wanted, case.live, left._replace(perhaps=left.perhaps[:-1]), later(60))
    assert decision.rule is without.rule


def test_an_adopted_definition_waits() -> None:
    adopted = Submitted(ACME, NOW, adopted=True, shown=row(), before=row(), epoch=1)
    assert decide(ACME, row(), Entry(1, adopted), MOMENT).verdict is Verdict.WAITING
