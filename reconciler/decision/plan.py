"""A plan's fingerprint: the operations and nothing else, so that it holds as long as apply would do just the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reconciler.contract.api import APPROVED, Status
from reconciler.decision.compare import DecisionTime
from reconciler.decision.table import Rule, decide
from reconciler.model.plan import EVERYTHING, Decision, Plan, Planned, Selection, Target, Verdict
from reconciler.model.signature import FIELD_NAMES, FieldValue, Image, LiveSignature, Signature, SignFields
from reconciler.model.state import Entry, IntentState, State

Operation = Mapping[str, object]
_DIGEST_PREFIX: Final = "sha256:"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def fingerprint(target: Target, signatures: Iterable[Planned]) -> str:
    """Return ``sha256:...`` over account, region and the sorted operations: not over time, commit or wording."""
    operations = sorted(operations_of(signatures), key=lambda operation: str(operation["sign_id"]))
    return _digest({"uin": target.uin, "region": target.account.region, "operations": operations})


def operations_of(signatures: Iterable[Planned]) -> list[Operation]:
    """Return each planned write as verdict, id, status seen and one digest per field."""
    return [operation_of(planned) for planned in signatures if planned.verdict is Verdict.MODIFY]


def operation_of(planned: Planned) -> Operation:
    """Return one planned write as plain data; an image is the digest of its bytes."""
    return {
        "verdict": planned.verdict.value,
        "sign_id": planned.desired.sign_id,
        "status": planned.decision.status.value,
        "fields": field_digests(planned.desired.fields),
    }


def field_digests(fields: SignFields) -> dict[str, str]:
    """Return ``sha256:...`` of each field's value."""
    return {name: _value_digest(getattr(fields, name)) for name in FIELD_NAMES}


@lru_cache(maxsize=1024, typed=True)
def _value_digest(value: FieldValue) -> str:
    # Kept, since most values are the same few words and images; by type too, since `True` equals 1.
    return _digest({"sha256": value.sha256} if isinstance(value, Image) else value)


def _digest(value: object) -> str:
    return _DIGEST_PREFIX + hashlib.sha256(_ENCODER.encode(value).encode()).hexdigest()


# Holding a saved plan against a fresh one: what was reviewed is what may be sent, and nothing else.


class SavedPlan(NamedTuple):
    """A plan as a file keeps it: operations as ``operations_of`` makes them, and the keys it was narrowed to."""

    uin: str
    region: str
    sandbox: bool
    fingerprint: str
    only: tuple[str, ...]
    operations: tuple[Mapping[str, Any], ...]

    def is_for(self, target: Target) -> bool:
        """Return whether the plan was made for this account and region."""
        return (self.uin, self.region, self.sandbox) == (target.uin, target.account.region, target.sandbox)


class Staleness(NamedTuple):
    """How a fresh plan departs from a saved one. ``differing`` stop everything, ``approved`` drop out of it."""

    differing: tuple[str, ...]
    approved: tuple[Planned, ...]


def hold_against(saved: SavedPlan, fresh: Plan) -> Staleness:
    """Return what is new or different in a fresh plan, in words, and what was approved since. A subset is fine."""
    known = {operation["sign_id"]: operation for operation in saved.operations}
    writes = [planned for planned in fresh.signatures if planned.verdict is Verdict.MODIFY]
    differing = [words for planned in writes if (words := _difference(planned, known)) is not None]
    approved = (
        planned
        for planned in fresh.signatures
        if planned.desired.sign_id in known and planned.decision.status in APPROVED
    )
    return Staleness(tuple(differing), tuple(approved))


def _difference(planned: Planned, known: Mapping[Any, Mapping[str, Any]]) -> str | None:
    fresh = operation_of(planned)
    saved = known.get(planned.desired.sign_id)
    name = f"{planned.desired.key} ({planned.desired.sign_id})"
    if saved is None:
        return f"{name}: not in the saved plan"
    if saved == fresh:
        return None
    if saved["status"] != fresh["status"]:
        return f"{name}: was {saved['status']}, is {fresh['status']} now"
    return f"{name}: {', '.join(_fields(saved['fields'], fresh['fields']))} changed since the plan"


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
) -> Plan:
    """Decide on every chosen signature. ``live`` maps ids to rows; an id without a row is missing in the account."""
    planned = tuple(
        Planned(signature, live.get(signature.sign_id), _decide(target, signature, live, state, moment, choice))
        for signature in desired
        if choice.takes(signature.key)
    )
    return Plan(
        target,
        planned,
        _unmanaged(live, {signature.sign_id for signature in desired}),
        fingerprint=fingerprint(target, planned),
    )


def _decide(
    target: Target,
    signature: Signature,
    live: Mapping[int, LiveSignature],
    state: State,
    moment: DecisionTime,
    choice: Selection,
) -> Decision:
    entry = state.entry(signature.sign_id)
    return decide(
        signature.fields,
        live.get(signature.sign_id),
        entry,
        moment,
        resubmit=signature.key in choice.resubmit,
        site=target.account.site,
        observed=signature.observed,
    )


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
    planned = tuple(
        Planned(
            signature, shown.get(signature.sign_id), _decide_offline(target, signature, shown, state, moment, choice)
        )
        for signature in desired
        if choice.takes(signature.key)
    )
    return Plan(target, planned, fingerprint=fingerprint(target, planned))


def _recorded_rows(state: State) -> dict[int, LiveSignature]:
    newest = ((sign_id, _newest_row(entry)) for sign_id, entry in state.entries.items())
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
    if signature.sign_id in shown:
        return _decide(target, signature, shown, state, moment, choice)
    return Decision(Rule.NOT_READ, Status.UNKNOWN)
