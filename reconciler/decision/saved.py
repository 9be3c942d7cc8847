"""Holding a saved plan against a fresh one: what was reviewed is what may be sent, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.contract.status import APPROVED
from reconciler.decision.fingerprint import operation_of
from reconciler.model.plan import Plan, Planned, Target, Verdict


class SavedPlan(NamedTuple):
    """A plan as a file keeps it: operations as ``operations_of`` makes them, and the keys it was narrowed to."""

    uin: str
    region: str
    sandbox: bool
    fingerprint: str
    only: tuple[str, ...]
    operations: tuple[Mapping[str, Any], ...]

    def is_for(self, target: Target) -> bool:
        """Tell whether the plan was made for this account and region."""
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
