"""Planning: read the record, read the account, and hand both with the definitions to the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.clock import Clock
from reconciler.contract.api import MOST_SIGNATURES
from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import after_rows
from reconciler.decision.new_signature import AccountRows, decide_new
from reconciler.decision.plan import make_offline_plan, make_plan, row_of
from reconciler.definitions.load import Definitions
from reconciler.errors import Refusal, UsageError, said
from reconciler.files import OWN_FOLDER
from reconciler.model.plan import Plan, Planned, Selection, Target, Verdict
from reconciler.model.report import SignatureStatus, StatusReport
from reconciler.model.signature import LiveSignature, Signature, id_edit
from reconciler.model.state import OLD_INTENT_S, Lineage, State, holder_of
from reconciler.render.findings import number
from reconciler.state.local import FileStore
from reconciler.state.moves import check_single
from reconciler.state.store import Snapshot, StateReader, Store, record_name
from reconciler.tencent.api import Describer
from reconciler.text import joined, nearest, utc_time

if TYPE_CHECKING:
    from reconciler.state.git_repository import FetchedTogether

_OLDER: Final = {
    Lineage.OLDER: "the commit checked out is older than {commit}, which was applied last",
    Lineage.DIVERGED: "the commit checked out does not come after {commit}, which was applied last",
    Lineage.UNKNOWN: "the history here is too short to tell whether it holds {commit}, which was applied last",
    Lineage.ABSENT: "the history here does not hold {commit}, which was applied last; it is behind, or that commit was "
    "never pushed",
}
PARTIAL_LISTING: Final = (
    "unmanaged: not known; the account's whole list was not read, so rows that no definition names are not shown"
)


def store_for(
    root: Path,
    branch: str | None,
    target: Target,
    *,
    embedded: bool = False,
    alone: bool = True,
    learns: bool = True,
    fetched: FetchedTogether | None = None,
) -> Store:
    """Return the store of an account's record: the branch where the definitions name one, else a local file.

    The record of an embedded sandbox is local: it is nobody else's business. ``alone`` is false for a command that
    deals with a local record beside the branch, ``learns`` for one that leaves nothing behind; ``fetched`` holds the
    branches of a fleet. Raises Refusal where the account has another record besides.
    """
    if alone and not embedded and (root / OWN_FOLDER).exists():
        check_single(local_record(root, target), branch)
    if embedded or branch is None:
        return local_record(root, target)
    name = record_name(target.uin, target.account.region, sandbox=target.sandbox)
    from reconciler.state.branch import BranchStore  # noqa: PLC0415  # 4 ms, which a local record need not pay

    return BranchStore.with_memory(root, branch, name, learns=learns, fetched=fetched)


def local_record(root: Path, target: Target) -> FileStore:
    """Return the store of an account's record on this machine, whether the definitions keep it there or not."""
    return FileStore(root / OWN_FOLDER, record_name(target.uin, target.account.region, sandbox=target.sandbox))


# Templates of a refusal, and what ``doctor`` says.
_QUALIFICATION_LEFT_OUT: Final = (
    "{key}: the account shows qualification {id}, the definition has none: write `qualification_id: {id}`, "
    "or a modify may clear it"
)
_MANY: Final = "the account shows {held} signatures; the vendor's pages allow {most}"
_MANY_WITH_NEW: Final = (
    "the account shows {held} signatures and {created} more would be created; the vendor's pages allow {most}"
)

BELIEVED_REMEDY: Final = "allow sts:GetCallerIdentity, or take on a role of that account ({role}), or give {option}"


class Described(NamedTuple):
    """The account's rows as read for a plan; ``complete`` is false where only declared ids were asked for."""

    rows: Mapping[int, LiveSignature]
    complete: bool


class Run(NamedTuple):
    """What a planning run is about.

    ``lineage`` tells how HEAD relates to a commit, None where nobody else applies; ``lag`` is seconds, see
    ``DecisionTime``.
    """

    target: Target
    definitions: Definitions
    choice: Selection
    clock: Clock
    lineage: Callable[[str], Lineage] | None = None
    lag: float = 0.0


def describe(reader: Describer, desired: Sequence[Signature], choice: Selection, state: State) -> Described:
    """Read the rows that a plan needs: all, or only those that were chosen, and those that were created for them."""
    wanted = [signature for signature in desired if choice.takes(signature.key)]
    chosen = {signature.sign_id: signature.fields.international for signature in wanted if not signature.is_new}
    own = (state.entry(signature.key).submitted for signature in wanted if signature.is_new)
    chosen |= {each.sign_id: each.fields.international for each in own if each is not None and each.sign_id is not None}
    # Whether a signature must be created hangs on everything that the account holds.
    everything = not choice.only or any(signature.is_new for signature in wanted)
    return Described(*reader.rows(chosen, everything=everything))


def plan_from(
    target: Target,
    definitions: Definitions,
    described: Described,
    state: State,
    moment: DecisionTime,
    choice: Selection,
) -> Plan:
    """Decide on what was read, and add what the plan tells about the run as a whole."""
    plan = make_plan(target, definitions.signatures, described.rows, state, moment, choice, complete=described.complete)
    notes = () if described.complete or choice.only else (said(PARTIAL_LISTING),)
    return plan._replace(
        # A narrowed plan has not read the others, so it cannot tell which of them no definition names.
        unmanaged=() if choice.only else plan.unmanaged,
        diagnostics=definitions.diagnostics,
        notes=(
            notes
            + _live_note(state, moment.now)
            + _no_longer_managed(plan, state)
            + _swapped(plan)
            + _account_notes(plan, len(described.rows))
            + id_notes(plan.signatures, definitions.signatures)
        ),
    )


def _no_longer_managed(plan: Plan, state: State) -> tuple[str, ...]:
    """Warn of what this tool submitted and now only watches: so a change could be hidden."""
    notes = []
    for planned in plan.signatures:
        sent = state.entry(planned.desired.subject).submitted
        if planned.desired.observed and sent is not None and not sent.adopted:
            when = utc_time(sent.at)
            words = "{key}: no longer managed: submitted {when}, and only observed now"
            notes.append(said(words, key=planned.desired.key, when=when))
    return tuple(notes)


def _account_notes(plan: Plan, held: int) -> tuple[str, ...]:
    """Return what the rows tell beside their review state: qualifications, and that ``held`` signatures are many."""
    notes = []
    for key, desired, live in ((one.desired.key, one.desired.fields, one.live) for one in plan.signatures):
        if live is None:
            continue
        if live.qualification_problem is not None:
            words = "{key}: qualification {id} {problem}"
            notes.append(said(words, key=key, id=live.qualification_id, problem=live.qualification_problem))
        # An observed definition has no type, and nothing of it is ever sent.
        if live.qualification_id and desired.qualification_id is None and desired.sign_type:
            notes.append(said(_QUALIFICATION_LEFT_OUT, key=key, id=live.qualification_id))
    created = plan.summary[Verdict.CREATE]
    if held + created > MOST_SIGNATURES:
        words = _MANY_WITH_NEW if created else _MANY
        notes.append(said(words, held=held, created=created, most=MOST_SIGNATURES))
    return tuple(notes)


def id_notes(planned: Sequence[Planned], desired: Sequence[Signature]) -> tuple[str, ...]:
    """Return the edit to make for each signature that was created, and whose definition still says ``new``."""
    new = {signature.key: signature for signature in desired if signature.is_new}
    return tuple(
        id_edit(new[each.desired.key], each.desired.sign_id)
        for each in planned
        if each.desired.key in new and not each.desired.is_new
    )


def _swapped(plan: Plan) -> tuple[str, ...]:
    """Return a warning for each two definitions of which one has the other's name in the account."""
    names = {planned.live.sign_name: planned for planned in plan.signatures if planned.live is not None}
    notes = []
    for planned in plan.signatures:
        other = names.get(planned.desired.fields.sign_name)
        # Of each pair only the one with the lower id, or it would be reported twice.
        if planned.live is None or other is None or planned.desired.sign_id >= other.desired.sign_id:
            continue
        if planned.live.sign_name == other.desired.fields.sign_name != planned.desired.fields.sign_name:
            words = "{one} and {other} have each other's name: is sign_id swapped?"
            notes.append(said(words, one=planned.desired.key, other=other.desired.key))
    return tuple(notes)


def _live_note(state: State, now: float) -> tuple[str, ...]:
    """Say who is at work, or was cut off: nobody waits for a call that is so old that it cannot act any more."""
    live = [intent for entry in state.entries.values() for intent in entry.perhaps if intent.is_live]
    if not live:
        return ()
    latest = max(live, key=lambda intent: intent.at)
    if now - latest.at > latest.window + OLD_INTENT_S:
        return (said("an apply was cut off ({who}); the next apply settles what it left", who=holder_of(latest)),)
    words = "another apply is at work ({who}), or was just cut off; the next apply waits for it"
    return (said(words, who=holder_of(latest)),)


def lineage_refusal(lineage: Callable[[str], Lineage] | None, state: State) -> Refusal | None:
    """Return why an apply from this checkout could undo a newer one, None where it could not."""
    if lineage is None or state.commit is None:
        return None
    found = lineage(state.commit)
    if found is Lineage.DESCENDANT:
        return None
    return Refusal(
        _OLDER[found],
        hint="git pull, or allow it with {option}",
        commit=state.commit[:12],
        option="--allow-older",
    )


def believed_refusal(target: Target) -> Refusal | None:
    """Return why nothing is written where nothing but the definitions says whose keys these are, else None."""
    if not target.believed:
        return None
    return Refusal(
        "nothing proves that the keys belong to account {uin}: the vendor does not say, only account.uin does",
        hint=BELIEVED_REMEDY,
        uin=target.uin,
        role="account.role",
        option="--believe-uin",
    )


def _refusal_notes(run: Run, snapshot: Snapshot) -> tuple[str, ...]:
    older = lineage_refusal(run.lineage, snapshot.state)
    notes = [] if older is None else [said("apply would refuse: {why} - git pull", why=older.message)]
    if (unproven := believed_refusal(run.target)) is not None:
        notes.append(said("apply would refuse: {why}", why=unproven.message))
    if snapshot.moved is not None:
        words = "apply would refuse: {why} - push that commit back from a clone that has it"
        notes.append(said(words, why=snapshot.moved.message))
    return tuple(notes)


def plan_online(reader: Describer, record: StateReader, run: Run) -> Plan:
    """Plan against the account as it is now. Can only read."""
    snapshot = record.load()
    described = describe(reader, run.definitions.signatures, run.choice, snapshot.state)
    moment = DecisionTime(run.clock.now(), run.lag)
    plan = plan_from(run.target, run.definitions, described, snapshot.state, moment, run.choice)
    return plan._replace(notes=plan.notes + _refusal_notes(run, snapshot))


def plan_offline(record: StateReader, run: Run) -> Plan:
    """Plan against the record alone, and say how old it is."""
    snapshot = record.load()
    state = snapshot.state
    plan = make_offline_plan(run.target, run.definitions.signatures, state, DecisionTime(run.clock.now()), run.choice)
    return plan._replace(
        diagnostics=run.definitions.diagnostics, notes=(_age(state, run.clock.now()), *_refusal_notes(run, snapshot))
    )


def _age(state: State, now: float) -> str:
    if state.saved_at is None:
        return said("offline: nothing is recorded for this account yet, and the account was not read")
    words = "offline: the account was not read; the record is of {when}, {age} old"
    return said(words, when=utc_time(state.saved_at), age=_ago(now - state.saved_at))


def _ago(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    days, hours = minutes // 1440, minutes // 60
    if days > 1:
        return said("{count} days", count=days)
    if hours > 1:
        return said("{count} hours", count=hours)
    return said("{count} minutes", count=minutes) if minutes != 1 else said("a minute")


def check_keys(choice: Selection, definitions: Definitions) -> None:
    """Raise UsageError for a chosen key that no definition has, or a pattern that fits none."""
    known = {signature.key for signature in definitions.signatures}
    patterns = {pattern for pattern in choice.only if any(fnmatchcase(key, pattern) for key in known)}
    watched = sorted(one.key for one in definitions.signatures if one.observed and one.key in choice.resubmit)
    if watched:
        raise UsageError(
            "{keys} is observed, so it is never submitted",
            hint="remove `observe: true` and write the other fields to manage it",
            keys=joined(watched),
        )
    # Patterns are for --only: a signature that is submitted again regardless has to be named.
    unknown = sorted((choice.only | choice.resubmit) - known - (patterns - choice.resubmit))
    if not unknown:
        return
    near = joined([near for key in unknown if (near := nearest(key, tuple(sorted(known)))) is not None])
    hint = "did you mean {near}?" if near else "keys are the names below `signatures:`"
    raise UsageError("no definition has the key {keys}", hint=hint, keys=joined(unknown), near=near)


def check_size(plan: Plan, most: int | None) -> None:
    """Raise Refusal for a plan with more writes than ``most``."""
    writes = len(plan.writes)
    if most is not None and writes > most:
        raise Refusal(
            "the plan holds {changes}, {option} allows {most}",
            hint="look at the plan first",
            changes=number(writes, "change"),
            option="--max-changes",
            most=most,
        )


def status_report(
    target: Target,
    definitions: Definitions,
    described: Described,
    choice: Selection,
    state: State,
    moment: DecisionTime,
) -> StatusReport:
    """Put the chosen signatures beside their rows, and what the record says of them."""
    rows = described.rows
    account = AccountRows(rows, complete=described.complete)
    # The record knows the id of one that was created, or a plan says why there is none yet.
    found = [decide_new(each, account, state) if each.is_new else each for each in definitions.signatures]
    desired = [each.desired if isinstance(each, Planned) else each for each in found]
    named = {signature.sign_id for signature in desired}
    creations = {each.desired.key: each for each in found if isinstance(each, Planned)}

    def reviewed(signature: Signature) -> SignatureStatus:
        entry = state.entry(signature.subject)
        row = row_of(signature, rows, state, moment)
        settled = entry if row is None else after_rows(entry, row, moment.now)
        return SignatureStatus(
            signature,
            row,
            entry.submitted,
            bool(settled.perhaps),
            site=target.account.site,
            now=moment.now,
            creation=creations.get(signature.key),
        )

    return StatusReport(
        target,
        tuple(reviewed(signature) for signature in desired if choice.takes(signature.key)),
        () if choice.only else tuple(row for sign_id, row in sorted(rows.items()) if sign_id not in named),
    )
