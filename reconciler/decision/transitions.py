"""How the record changes: each step of the protocol as a guarded function from the newest state to the next."""

# A step that finds its effect there already, or nothing to do, returns the state that it was given. One whose guard
# fails raises ``StepRefused``, and the run looks again.

from __future__ import annotations

from collections.abc import Collection, Mapping

from reconciler.errors import StateConflict
from reconciler.model.signature import SignFields, Subject
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted

Identity = tuple[Subject, int, str]


class StepRefused(StateConflict):
    """The record is not as it was when the step was decided on. Nothing was stored."""


def put(state: State, subject: Subject, entry: Entry) -> State:
    """Return the state with one entry replaced; the same state where nothing changes."""
    if state.entry(subject) == entry:
        return state
    return state._replace(entries={**state.entries, subject: entry})


def live_intents(state: State) -> dict[Identity, Intent]:
    """Return every live intent of the account by its identity."""
    return {
        (subject, *intent.identity): intent
        for subject, entry in state.entries.items()
        for intent in entry.perhaps
        if intent.is_live
    }


def check_nobody_live(state: State, waited_out: Collection[Identity], run: str) -> None:
    """Refuse the step while a call of another run may be under way."""
    for identity, intent in live_intents(state).items():
        if intent.run != run and identity not in waited_out:
            raise StepRefused("another run has a call under way", hint="run again when it has ended")


def intend(state: State, subject: Subject, seen: Entry, intent: Intent) -> State:
    """Note that a call is about to be made; older doubts stay, and an own intent that was not used is replaced."""
    entry = state.entry(subject)
    # The push had arrived although its answer was lost.
    if any(known.identity == intent.identity for known in entry.perhaps):
        return state
    check_as_seen(state, subject, seen)
    older = tuple(as_lapsed(known) for known in entry.perhaps if known.run != intent.run)
    return put(state._replace(commit=intent.commit or state.commit), subject,
               Entry(intent.epoch, entry.submitted, (*older, intent)))  # fmt: skip


def accept(state: State, sign_id: int, intent: Intent, own: Submitted, *, in_window: bool) -> State:
    """Note the acceptance of this run's own call, as far as the record does not know of something newer."""
    entry = state.entry(sign_id)
    if entry.submitted is not None and (entry.submitted.epoch, entry.submitted.run) == intent.identity:
        return state
    if entry.epoch < intent.epoch or (entry.epoch == intent.epoch and not _of_another(entry, intent)):
        return put(state, sign_id, Entry(intent.epoch, own, ()))
    if not in_window:
        return _late(state, sign_id, intent)
    is_recorded = any(known.identity == intent.identity for known in entry.perhaps)
    if is_recorded and (entry.submitted is None or entry.submitted.epoch < intent.epoch):
        # Whoever intended later decided on a record without this call, so their doubts outlive it.
        newer = tuple(known for known in entry.perhaps if known.epoch > intent.epoch)
        return put(state, sign_id, entry._replace(submitted=own, perhaps=newer))
    # An adopt or a forget since then hides a submission that did take place: only a person can say which one counts.
    moved_by_person = not entry.perhaps and (entry.submitted is None or entry.submitted.adopted)
    return _late(state, sign_id, intent) if moved_by_person else state


def _of_another(entry: Entry, intent: Intent) -> bool:
    """Return whether another run has the same epoch, as after the branch was moved back."""
    runs = {known.run for known in entry.perhaps if known.epoch == intent.epoch}
    if entry.submitted is not None and entry.submitted.epoch == intent.epoch:
        runs.add(entry.submitted.run)
    return bool(runs - {intent.run})


def _late(state: State, subject: Subject, intent: Intent) -> State:
    entry = state.entry(subject)
    if any((known.run, known.at, known.status) == (intent.run, intent.at, IntentState.LATE) for known in entry.perhaps):
        return state
    epoch = entry.epoch + 1
    others = tuple(known for known in entry.perhaps if known.identity != intent.identity)
    late = intent._replace(epoch=epoch, status=IntentState.LATE)
    return put(state, subject, entry._replace(epoch=epoch, perhaps=(*others, late)))


def created(state: State, key: str, intent: Intent, own: Submitted) -> State:
    """Note the signature that this run's own call created: the vendor named its id, so nothing else can be so."""
    entry = state.entry(key)
    others = tuple(known for known in entry.perhaps if known.identity != intent.identity)
    return note_created(state, key, Entry(max(entry.epoch, intent.epoch), own, others))


def note_created(state: State, key: str, entry: Entry) -> State:
    """Note what is known of a create under its key, and the submission under the id that it brought."""
    own = entry.submitted
    if own is not None and own.sign_id is not None and state.entry(own.sign_id) == Entry():
        state = put(state, own.sign_id, Entry(1, own._replace(sign_id=None), ()))
    return put(state, key, entry)


def withdraw(state: State, subject: Subject, intent: Intent) -> State:
    """Note that this run's own intended call certainly was not made or not taken."""
    entry = state.entry(subject)
    kept = tuple(known for known in entry.perhaps if known.identity != intent.identity)
    return put(state, subject, entry._replace(perhaps=kept))


def as_lapsed(intent: Intent) -> Intent:
    """Return an intent whose call cannot act any more."""
    return intent._replace(status=IntentState.LAPSED) if intent.is_live else intent


def lapse(state: State, subject: Subject, intent: Intent) -> State:
    """Note that a call cannot act any more, so that nobody waits for it again."""
    entry = state.entry(subject)
    perhaps = tuple(as_lapsed(known) if known.identity == intent.identity else known for known in entry.perhaps)
    return put(state, subject, entry._replace(perhaps=perhaps))


def leave_open(state: State, subject: Subject, intent: Intent) -> State:
    """Note that this run could not find out what became of its own call.

    Where others took the intent out meanwhile, they concluded that too early: it is put back as one that came late.
    """
    entry = state.entry(subject)
    if any(known.identity == intent.identity for known in entry.perhaps):
        return lapse(state, subject, intent)
    if entry.submitted is not None and (entry.submitted.epoch, entry.submitted.run) == intent.identity:
        return state
    return _late(state, subject, intent)


def settle(state: State, subject: Subject, seen: Entry, settled: Entry) -> State:
    """Store what the account proved, only where the entry still is the one that it was held against."""
    if state.entry(subject) != seen:
        return state
    return note_created(state, subject, settled) if isinstance(subject, str) else put(state, subject, settled)


def adopt(state: State, sign_id: int, fields: SignFields, own: Submitted) -> State:
    """Note that somebody says what was submitted."""
    _check_not_live(state, sign_id)
    epoch = state.entry(sign_id).epoch + 1
    return put(state, sign_id, Entry(epoch, own._replace(fields=fields, epoch=epoch), ()))


def forget(state: State, subject: Subject) -> State:
    """Note that nothing is known of a signature; its epoch goes on."""
    _check_not_live(state, subject)
    return put(state, subject, Entry(state.entry(subject).epoch + 1))


def _check_not_live(state: State, subject: Subject) -> None:
    if any(intent.is_live for intent in state.entry(subject).perhaps):
        raise StepRefused("a call for this signature may be under way", hint="run again when it has ended")


def check_whole(state: State, seen: Mapping[Subject, Entry], intent: Intent) -> None:
    """Raise StepRefused where a create was decided on another record, unless this intent is in it already."""
    # Whether a signature must be created hangs on all that was submitted, under whatever key.
    is_stored = any(known.identity == intent.identity for entry in state.creates.values() for known in entry.perhaps)
    if not is_stored and state.entries != seen:
        raise StepRefused("another run changed the record", hint="run again")


def check_as_seen(state: State, subject: Subject, seen: Entry) -> None:
    """Raise StepRefused where the record of a signature is not the one that somebody decided on."""
    if state.entry(subject) != seen:
        raise StepRefused("another run changed the record of this signature", hint="run again")


def take_over(state: State, other: State) -> State:
    """Return the state with what another record of the account knows beyond it: newer submissions, and its doubts."""
    for subject, entry in other.entries.items():
        state = put(state, subject, _joined(state.entry(subject), entry))
    return state if state.commit is not None or other.commit is None else state._replace(commit=other.commit)


def _joined(here: Entry, there: Entry) -> Entry:
    if here == Entry():
        return there
    since = here.submitted.at if here.submitted is not None else 0.0
    known = {intent.identity for intent in here.perhaps}
    doubts = tuple(i for i in there.perhaps if i.identity not in known and i.at > since)
    is_newer = there.submitted is not None and there.submitted.at > since
    if not (is_newer or doubts):
        return here
    # Whoever decided on either entry looks again: the epoch is one that neither had.
    submitted = there.submitted if is_newer else here.submitted
    # The run that was at work when the record was moved: its intent went first, its outcome came after it.
    closed = (submitted.epoch, submitted.run) if submitted is not None else None
    kept = tuple(intent for intent in here.perhaps if intent.identity != closed)
    return Entry(max(here.epoch, there.epoch) + 1, submitted, (*kept, *doubts))


def mark(state: State, commit: str | None) -> State:
    """Note the commit of an apply that found nothing to send."""
    return state if commit is None or commit == state.commit else state._replace(commit=commit)


def settle_sent(state: State, sign_id: int, intent: Intent, own: Submitted) -> State:
    """Note that a row proved this run's own call, if the intent is still the newest thing known of the signature.

    Else the row may show another's call, so this one stays open.
    """
    entry = state.entry(sign_id)
    if entry.epoch != intent.epoch or entry.newest is None or entry.newest.identity != intent.identity:
        return leave_open(state, sign_id, intent)
    return put(state, sign_id, Entry(entry.epoch, own, ()))
