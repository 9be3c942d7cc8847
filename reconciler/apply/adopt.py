"""Recording a definition as what was submitted: the way out where nobody else can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import check_lineage, from_where
from reconciler.apply.waiting import Watch
from reconciler.contract.api import Status
from reconciler.decision import transitions
from reconciler.decision.intents import is_ours
from reconciler.errors import Refusal
from reconciler.model.signature import LiveSignature, Signature, Subject
from reconciler.model.state import Entry, State, Submitted


class Adoption(NamedTuple):
    """A definition to be recorded as submitted, beside what is recorded of it."""

    signature: Signature
    seen: Entry
    own: Submitted


class AdoptionsRefused(Refusal):
    """Some of the chosen signatures cannot be what was submitted; ``problems`` says of each why."""

    def __init__(self, problems: Sequence[Refusal], count: int) -> None:
        super().__init__(
            "{refused} of {count} cannot be recorded as submitted, so none is",
            hint="correct what is said of them, or name only the others",
            refused=len(problems),
            count=count,
        )
        self.problems = tuple(problems)


def adopt(
    context: ApplyContext, wanted: Sequence[Signature], confirm: Callable[[Sequence[Adoption]], bool] | None = None
) -> bool:
    """Record each definition as submitted, with the row that the account shows, if ``confirm`` agrees.

    Returns whether it did. Raises Refusal, with nothing recorded and every problem in it, where the account shows
    something else than a definition says, StepRefused where a run recorded something else meanwhile.
    """
    watch = Watch(context)
    state = watch.await_turn().state
    check_lineage(context, state)
    found = _found(context, state, wanted)
    if confirm is not None and not confirm(found):
        return False

    def step(state: State) -> State:
        check_lineage(context, state)
        transitions.check_nobody_live(state, watch.waited_out, context.run)
        for signature, seen, own in found:
            transitions.check_as_seen(state, signature.sign_id, seen)
            # A person says what was submitted, so what this run has waited out is no longer a call that
            # may be under way.
            for intent in seen.perhaps:
                state = transitions.lapse(state, signature.sign_id, intent)
            state = transitions.adopt(state, signature.sign_id, signature.fields, own)
        return state._replace(commit=context.commit or state.commit, saved_at=context.clock.now())

    note = "; ".join(f"adopt {signature.key} ({signature.sign_id})" for signature in wanted)
    context.store.update(step, f"{note}\n{from_where(context)}")
    return True


def _found(context: ApplyContext, state: State, wanted: Sequence[Signature]) -> list[Adoption]:
    found, problems = list[Adoption](), list[Refusal]()
    for each in wanted:
        try:
            found.append(Adoption(each, state.entry(each.sign_id), _adopted(context, each)))
        except Refusal as problem:
            problems.append(problem)
    if problems:
        raise problems[0] if len(wanted) == 1 else AdoptionsRefused(problems, len(wanted))
    return found


def _adopted(context: ApplyContext, signature: Signature) -> Submitted:
    row = _checked(signature, _row(context, signature))
    skew = context.reader.skew
    # A `CreateTime` up to now, by the vendor's clock, can be that of the adopted submission. Without a `Date` of the
    # vendor's that clock is only known to be within 300 s of this one: requests that are further off are refused.
    until = context.clock.now() + 300.0 if skew is None else context.clock.now() - skew + 2.0
    return Submitted(
        signature.fields,
        context.clock.now(),
        commit=context.commit,
        adopted=True,
        shown=row,
        run=context.run,
        until=until,
        by=context.by,
        uncommitted=context.uncommitted,
    )


def _row(context: ApplyContext, signature: Signature) -> LiveSignature | None:
    if signature.is_new:
        return None
    return context.reader.row(signature.sign_id, international=signature.fields.international)


def _checked(signature: Signature, row: LiveSignature | None) -> LiveSignature:
    """Return the row where it can be what the definition says."""
    if signature.is_new:
        raise Refusal("{key} has no id yet", hint="write its id in place of `new`", key=signature.key)
    if row is None or row.status is Status.UNKNOWN:
        raise Refusal(
            "{key}: the account has no signature {sign_id} that could have been submitted so",
            key=signature.key,
            sign_id=signature.sign_id,
        )
    if not is_ours(signature.fields, row):
        raise Refusal(
            "{key}: the account shows the name {sign_name}",
            hint="apply submits it",
            key=signature.key,
            sign_name=repr(row.sign_name),
        )
    return row


def forget(context: ApplyContext, seen: Mapping[Subject, Entry]) -> None:
    """Forget these signatures, once no call for them can be under way.

    ``seen`` is what was known of each when that was decided. Raises StepRefused, with nothing forgotten, where a run
    recorded something else meanwhile.
    """
    watch = Watch(context)
    watch.await_turn()

    def step(state: State) -> State:
        transitions.check_nobody_live(state, watch.waited_out, context.run)
        for subject, entry in seen.items():
            transitions.check_as_seen(state, subject, entry)
            for intent in state.entry(subject).perhaps:
                state = transitions.lapse(state, subject, intent)
            state = transitions.forget(state, subject)
        return state._replace(saved_at=context.clock.now())

    note = "forget " + ", ".join(f"({subject})" for subject in sorted(seen, key=str))
    context.store.update(step, f"{note}\n{from_where(context)}")
