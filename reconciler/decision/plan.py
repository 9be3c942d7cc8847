"""A plan from definitions, rows and record, or the record alone; its fingerprint, and what of a saved one holds."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reconciler.contract.api import APPROVED, Status
from reconciler.decision.compare import DecisionTime
from reconciler.decision.new_signature import AccountRows, decide_new, is_same, trailing_row, with_created
from reconciler.decision.rules import Rule
from reconciler.decision.table import decide
from reconciler.errors import said
from reconciler.model.plan import EVERYTHING, WRITES, Decision, Plan, Planned, Selection, Target, Verdict
from reconciler.model.signature import FIELD_NAMES, FieldValue, Image, LiveSignature, Signature, SignFields
from reconciler.model.state import Entry, IntentState, State
from reconciler.text import joined

Operation = Mapping[str, object]
_DIGEST_PREFIX: Final = "sha256:"
_HELD: Final = frozenset({Rule.NAME_HELD, Rule.NAME_REJECTED})
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def fingerprint(target: Target, signatures: Iterable[Planned]) -> str:
    """Return ``sha256:...`` over account, region and the sorted operations: not over time, commit or wording."""
    operations = sorted(operations_of(signatures), key=lambda operation: str(_identity(operation)))
    return _digest({"uin": target.uin, "region": target.account.region, "operations": operations})


def operations_of(signatures: Iterable[Planned]) -> list[Operation]:
    """Return each planned write as verdict, id, status seen and one digest per field."""
    return [operation_of(planned) for planned in signatures if planned.verdict in WRITES]


def operation_of(planned: Planned) -> Operation:
    """Return one planned write as plain data; an image is the digest of its bytes."""
    return {
        "verdict": planned.verdict.value,
        "sign_id": None if planned.desired.is_new else planned.desired.sign_id,
        "status": planned.decision.status.value,
        "fields": field_digests(planned.desired.fields),
    }


def _identity(operation: Operation) -> object:
    """Return what tells an operation from every other one: the id, or what is created."""
    fields = operation["fields"]
    if operation["sign_id"] is not None or not isinstance(fields, Mapping):
        return operation["sign_id"]
    return fields["sign_name"], fields["international"]


def field_digests(fields: SignFields) -> dict[str, str]:
    """Return ``sha256:...`` of each field's value."""
    return {name: _value_digest(getattr(fields, name)) for name in FIELD_NAMES}


def document_digest(value: object) -> str:
    """Return the digest of a field's value as documents hold it."""
    return _digest({"sha256": value.get("sha256")} if isinstance(value, Mapping) else value)


@lru_cache(maxsize=1024, typed=True)
def _value_digest(value: FieldValue) -> str:
    # Kept, since most values are the same few words and images; by type too, since `True` equals 1.
    return _digest({"sha256": value.sha256} if isinstance(value, Image) else value)


def _digest(value: object) -> str:
    return _DIGEST_PREFIX + hashlib.sha256(_ENCODER.encode(value).encode()).hexdigest()


# Holding a saved plan against a fresh one: what was reviewed is what may be sent, and nothing else.


class SavedValues(NamedTuple):
    """What a file shows of one operation to people: what changes, old to new, or every value where that is not known.

    Values are as in documents. Each new one has the digest of its field; nobody can hold an old one against anything.
    """

    key: str
    name: str
    changes: tuple[tuple[str, Any, Any], ...]
    values: tuple[tuple[str, Any], ...]


class SavedPlan(NamedTuple):
    """A plan as a file keeps it: operations as ``operations_of`` makes them, and the keys it was narrowed to.

    ``values`` are those of the operations, in their order; ``None`` for files of releases that kept digests alone.
    ``site`` is shown only; ``None`` for files of releases that did not keep it.
    """

    uin: str
    region: str
    sandbox: bool
    fingerprint: str
    only: tuple[str, ...]
    operations: tuple[Mapping[str, Any], ...]
    values: tuple[SavedValues | None, ...] = ()
    site: str | None = None

    def is_for(self, target: Target) -> bool:
        """Return whether the plan was made for this account and region."""
        return (self.uin, self.region, self.sandbox) == (target.uin, target.account.region, target.sandbox)


class Staleness(NamedTuple):
    """How a fresh plan departs from a saved one. ``differing`` stop everything, ``approved`` drop out of it."""

    differing: tuple[str, ...]
    approved: tuple[Planned, ...]


def hold_against(saved: SavedPlan, fresh: Plan) -> Staleness:
    """Return what is new or different in a fresh plan, in words, and what was approved since. A subset is fine."""
    known = {_identity(operation): operation for operation in saved.operations}
    writes = fresh.writes
    differing = [words for planned in writes if (words := _difference(planned, known)) is not None]
    approved = (
        planned
        for planned in fresh.signatures
        if planned.desired.sign_id in known and planned.decision.status in APPROVED
    )
    return Staleness(tuple(differing), tuple(approved))


def _difference(planned: Planned, known: Mapping[Any, Mapping[str, Any]]) -> str | None:
    fresh = operation_of(planned)
    saved = known.get(_identity(fresh))
    name = f"{planned.desired.key} ({planned.desired.id_text})"
    if saved is None:
        return said("{name}: not in the saved plan", name=name)
    if saved == fresh:
        return None
    if saved["status"] != fresh["status"]:
        return said("{name}: was {old}, is {new} now", name=name, old=saved["status"], new=fresh["status"])
    fields = joined(_fields(saved["fields"], fresh["fields"]))
    return said("{name}: {fields} changed since the plan", name=name, fields=fields)


def _fields(saved: Mapping[str, Any], fresh: Any) -> Sequence[str]:
    return [name for name in fresh if saved.get(name) != fresh[name]]


# From the three inputs to a plan: one decision per signature, and the rows that no definition names.


def make_plan(
    target: Target,
    desired: Sequence[Signature],
    live: Mapping[int, LiveSignature],
    state: State,
    moment: DecisionTime,
    choice: Selection = EVERYTHING,
    *,
    complete: bool = True,
) -> Plan:
    """Decide on every chosen signature. ``live`` maps ids to rows; an id without a row is missing in the account.

    Where the rows are not ``complete``, nothing can be created.
    """
    account = AccountRows(live, complete)
    chosen = [signature for signature in desired if choice.takes(signature.key)]
    decided = [_planned(target, each, account, state, moment, choice) for each in chosen]
    defined = _defined(desired, account, state)
    planned = tuple(_once([_beside(defined, each) for each in decided]))
    named = {signature.sign_id for signature in desired} | {each.desired.sign_id for each in planned}
    return Plan(target, planned, _unmanaged(live, named), fingerprint=fingerprint(target, planned))


def _planned(
    target: Target, signature: Signature, account: AccountRows, state: State, moment: DecisionTime, choice: Selection
) -> Planned:
    if signature.is_new:
        found = decide_new(signature, account, state)
        if isinstance(found, Planned):
            return found
        signature, state = found, with_created(state, signature, account)
    row = row_of(signature, account.rows, state, moment)
    rows = {} if row is None else {signature.sign_id: row}
    return Planned(signature, row, _decide(target, signature, rows, state, moment, choice))


def row_of(
    signature: Signature, rows: Mapping[int, LiveSignature], state: State, moment: DecisionTime
) -> LiveSignature | None:
    """Return a signature's row, also one that was created just now and need not show yet."""
    return rows.get(signature.sign_id) or trailing_row(signature.sign_id, state.entry(signature.sign_id), moment)


def _defined(desired: Iterable[Signature], account: AccountRows, state: State) -> Mapping[int, str]:
    """Return which definition is about which id, the recorded ids of those without one among them."""
    found = [decide_new(each, account, state) if each.is_new else each for each in desired]
    return {each.sign_id: each.key for each in found if isinstance(each, Signature)}


def _beside(defined: Mapping[int, str], planned: Planned) -> Planned:
    """Return a decision; that the name is held is told otherwise where another definition is about the holder."""
    decision = planned.decision
    other = defined.get(planned.live.sign_id) if planned.live is not None else None
    if decision.rule not in _HELD or other is None:
        return planned
    params = {"sign_id": decision.params["sign_id"], "other": other}
    return planned._replace(decision=decision._replace(rule=Rule.NAME_DEFINED, params=params))


def _once(planned: Sequence[Planned]) -> Iterator[Planned]:
    """Yield the decisions, of several definitions that create the same the first alone."""
    first: list[Signature] = []
    for each in planned:
        if each.verdict is Verdict.CREATE:
            fields = each.desired.fields
            other = next((one.key for one in first if is_same(one.fields, fields)), None)
            if other is not None:
                yield each._replace(decision=Decision(Rule.NAME_TWICE, Status.MISSING, {"other": other}))
                continue
            first.append(each.desired)
        yield each


def _decide(
    target: Target,
    signature: Signature,
    live: Mapping[int, LiveSignature],
    state: State,
    moment: DecisionTime,
    choice: Selection,
) -> Decision:
    return decide(
        signature.fields,
        live.get(signature.sign_id),
        state.entry(signature.sign_id),
        moment,
        resubmit=signature.key in choice.resubmit,
        site=target.account.site,
        observed=signature.observed,
    )


def decide_known(signature: Signature, live: LiveSignature | None, state: State, now: float, *, site: str) -> Decision:
    """Return the decision on a signature that turned out to have been created. ``now`` is unix seconds."""
    return decide(signature.fields, live, state.entry(signature.sign_id), DecisionTime(now), site=site)


def _unmanaged(live: Mapping[int, LiveSignature], named: Collection[int]) -> tuple[LiveSignature, ...]:
    return tuple(row for sign_id, row in sorted(live.items()) if sign_id not in named)


def make_offline_plan(
    target: Target,
    desired: Sequence[Signature],
    state: State,
    moment: DecisionTime,
    choice: Selection = EVERYTHING,
) -> Plan:
    """Decide against the newest rows that the record holds. A signature without one is ``unverified``: nobody looked.

    Such a row is older than an open intent, so it proves nothing about what became of it.
    """
    shown = _recorded_rows(state)
    state = state._replace(entries={sign_id: _unsettled(entry) for sign_id, entry in state.entries.items()})
    resolved = [_with_recorded_id(signature, state) for signature in desired if choice.takes(signature.key)]
    planned = tuple(
        Planned(
            signature, shown.get(signature.sign_id), _decide_offline(target, signature, shown, state, moment, choice)
        )
        for signature in resolved
    )
    return Plan(target, planned, fingerprint=fingerprint(target, planned))


def _with_recorded_id(signature: Signature, state: State) -> Signature:
    found = decide_new(signature, AccountRows({}, complete=False), state) if signature.is_new else signature
    return found if isinstance(found, Signature) else signature


def _recorded_rows(state: State) -> dict[int, LiveSignature]:
    newest = ((sign_id, _newest_row(entry)) for sign_id, entry in state.signatures.items())
    return {sign_id: row for sign_id, row in newest if row is not None}


def _unsettled(entry: Entry) -> Entry:
    return entry._replace(perhaps=tuple(intent._replace(status=IntentState.LIVE) for intent in entry.perhaps))


def _newest_row(entry: Entry) -> LiveSignature | None:
    if entry.newest is not None:
        return entry.newest.before
    return entry.submitted.shown if entry.submitted is not None else None


def _decide_offline(
    target: Target,
    signature: Signature,
    shown: Mapping[int, LiveSignature],
    state: State,
    moment: DecisionTime,
    choice: Selection,
) -> Decision:
    if not signature.is_new and signature.sign_id in shown:
        return _decide(target, signature, shown, state, moment, choice)
    return Decision(Rule.NOT_READ, Status.UNKNOWN)
