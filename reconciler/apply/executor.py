"""An apply from its first look at the record to its last write: wait, settle, plan, ask, submit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from reconciler.apply.attempt import Attempt
from reconciler.apply.context import ApplyContext
from reconciler.apply.create import CreateAttempt
from reconciler.apply.journal import Journal, check_lineage
from reconciler.apply.results import ends_run, record_error, stopped
from reconciler.apply.waiting import Watch
from reconciler.decision import transitions
from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import after_rows
from reconciler.decision.new_signature import AccountRows, settled_creates
from reconciler.definitions.load import Definitions
from reconciler.errors import ErrorInfo, Refusal, StateError, VendorError
from reconciler.model.plan import Plan, Target, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import Subject
from reconciler.model.state import Entry, State
from reconciler.planning.planner import Described, describe, plan_from
from reconciler.state.store import Snapshot


class Steps(NamedTuple):
    """What the caller does between the plan and the first write, in this order.

    ``admit`` may narrow the plan to a saved one, ``present`` shows it, ``confirm`` asks; the first two may raise
    Refusal.
    """

    admit: Callable[[Plan], Plan]
    present: Callable[[Plan], None]
    confirm: Callable[[Plan], bool]


def run(context: ApplyContext, target: Target, definitions: Definitions, steps: Steps) -> ApplyReport | None:
    """Carry out what the definitions ask for. Returns None where the person said no.

    Raises Refusal for an older commit, a stale plan or one that is too large, StateError where the record cannot be
    used. Nothing was sent then.
    """
    watch = Watch(context)
    snapshot = _settled_record(context, watch, definitions)
    described = describe(context.reader, definitions.signatures, context.choice, snapshot.state)
    journal = Journal(context, watch, snapshot)
    settle_found(context, watch, journal, described)
    plan = plan_from(target, definitions, described, journal.state, DecisionTime(context.clock.now()), context.choice)
    plan = steps.admit(plan)
    steps.present(plan)
    if not plan.writes:
        return ApplyReport(plan, {}, _mark(context, journal))
    # Nobody is asked about a plan that would be refused; each intent checks it again, since a question may stay
    # open long.
    check_lineage(context, journal.state)
    if not steps.confirm(plan):
        return None
    return execute(plan, context, watch, journal)


def _settled_record(context: ApplyContext, watch: Watch, definitions: Definitions) -> Snapshot:
    """Return the record once nothing in it is newer than what a lagging row shows.

    Such a row would be taken for drift, and the same be sent again. A wait ends with another look at the record: others
    may have submitted meanwhile, and the rows are held against it.
    """
    chosen = [s for s in definitions.signatures if context.choice.takes(s.key)]
    subjects = [s.subject for s in chosen]
    is_creating = any(s.is_new for s in chosen)
    while True:
        snapshot = watch.await_turn()
        # What is created may have the name of what another run has created just now, under whichever key.
        creates = snapshot.state.creates if is_creating else snapshot.state.open_creates
        took_time = watch.await_shown(snapshot.state, [*subjects, *creates])
        if not took_time or context.stopped():
            return snapshot


def settle_found(context: ApplyContext, watch: Watch, journal: Journal, described: Described) -> None:
    """Store at once what was waited out and what the rows prove: whoever looks later may not see it any more."""
    state, now = journal.state, context.clock.now()
    waited = state._replace(
        entries={subject: watch.without_waited_out(subject, entry) for subject, entry in state.entries.items()}
    )
    settled: dict[Subject, Entry] = {}
    if waited.creates:
        settled.update(settled_creates(waited, AccountRows(described.rows, described.complete)))
    for sign_id, entry in waited.signatures.items():
        settled[sign_id] = after_rows(entry, described.rows.get(sign_id), now)
    found = {subject: entry for subject, entry in settled.items() if entry != state.entry(subject)}

    def step(newest: State) -> State:
        for subject, entry in found.items():
            newest = transitions.settle(newest, subject, state.entry(subject), entry)
        return newest

    if found:
        journal.store(step, f"settle {', '.join(sorted(map(str, found)))} by what the account shows")


def _mark(context: ApplyContext, journal: Journal) -> ErrorInfo | None:
    """Record the commit of an apply that found nothing to send, so that an older one cannot follow it."""
    if context.lineage is None:
        # Older ones are allowed: no commit is recorded, but a record that went back is the one to go on from now on.
        commit, is_needed = None, journal.went_back
    else:
        commit, is_needed = context.commit, context.commit not in (None, journal.state.commit)
    if not is_needed:
        return None

    def step(state: State) -> State:
        check_lineage(context, state)
        return transitions.mark(state, commit)

    try:
        journal.store(step, "nothing to submit")
    except StateError as error:
        return record_error(error)
    return None


def execute(plan: Plan, context: ApplyContext, watch: Watch, journal: Journal) -> ApplyReport:
    """Submit every signature that the plan says to modify, and return what became of each."""
    results: dict[str, Result] = {}
    ended = _each_in_turn(plan, context, watch, journal, results)
    try:
        journal.close()
    except StateError as error:
        ended = ended or record_error(error)
    # A run that ended early has not reached the look before its last write.
    if ended is not None:
        _look_again(plan, context, results)
    return ApplyReport(plan, results, ended)


def _each_in_turn(
    plan: Plan, context: ApplyContext, watch: Watch, journal: Journal, results: dict[str, Result]
) -> ErrorInfo | None:
    operations = plan.writes
    for number, planned in enumerate(operations, start=1):
        # The last write waits for its rate anyway, so these reads take no time of their own.
        if number == len(operations):
            _look_again(plan, context, results)
        if context.stopped():
            return stopped().error
        context.observer.begins(planned, number, len(operations))
        try:
            kind = CreateAttempt if planned.verdict is Verdict.CREATE else Attempt
            result = kind(context, watch, journal, planned).take()
        except (StateError, Refusal) as error:
            return record_error(error)  # what is queued is stored all the same
        results[planned.desired.key] = result
        context.observer.ended(planned, result)
        if ends_run(result):
            return result.error
    return None


def _look_again(plan: Plan, context: ApplyContext, results: dict[str, Result]) -> None:
    """Describe everything that was accepted once more, so that the report shows it as the vendor does now."""
    accepted = {
        result.sign_id or planned.desired.sign_id: planned.desired
        for planned in plan.writes
        if (result := results.get(planned.desired.key)) is not None and result.outcome is Outcome.ACCEPTED
    }
    asked = {sign_id: desired.fields.international for sign_id, desired in accepted.items()}
    # It only makes the report newer: what was accepted stays accepted without it.
    with suppress(VendorError):
        for sign_id, row in context.reader.rows(asked, everything=False).rows.items():
            key = accepted[sign_id].key
            results[key] = results[key]._replace(shown=row)
