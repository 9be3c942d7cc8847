"""A plan as a file: what would be sent, by digest, and beside it the values for people. No image, and no key."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from reconciler.decision.plan import SavedPlan, SavedValues, document_digest, hold_against, operation_of
from reconciler.errors import Exit, Refusal, UsageError, said, system_words
from reconciler.files import replace_plain
from reconciler.model.plan import Plan, Planned, Selection
from reconciler.model.signature import FIELD_NAMES
from reconciler.render.layout import value_document
from reconciler.text import joined

_VERSION: Final = 1
# It holds nothing that a plan in a pull request does not show; the umask decides.
_MODE: Final = 0o666
_KIND: Final = "sms-signature-plan"
_FLEET_KIND: Final = "sms-signature-fleet-plan"
_STDIN: Final = "-"
_MAX_BYTES: Final = 64 * 1024 * 1024

_OPERATION: Final[dict[str, tuple[type, ...]]] = {
    "verdict": (str,),
    "sign_id": (int, type(None)),
    "status": (str,),
    "fields": (dict,),
}

_IMAGE: Final = {"file": str, "sha256": str, "bytes": int, "width": int, "height": int, "format": str}


def plan_text(plan: Plan, choice: Selection) -> str:
    """Return a plan as it is saved: one JSON document."""
    return json.dumps(plan_document(plan, choice), indent=1)


def plan_document(plan: Plan, choice: Selection) -> dict[str, Any]:
    """Return a plan as a saved one holds it."""
    return {
        "version": _VERSION,
        "kind": _KIND,
        "uin": plan.target.uin,
        "site": plan.target.account.site,
        "region": plan.target.account.region,
        "sandbox": plan.target.sandbox,
        "fingerprint": plan.fingerprint,
        "only": sorted(choice.only),
        "operations": [{**operation_of(planned), **_values_of(planned)} for planned in plan.writes],
    }


def _values_of(planned: Planned) -> dict[str, Any]:
    changes = [] if planned.is_whole else planned.decision.changes
    fields = planned.desired.fields if planned.is_whole else None
    return {
        "key": planned.desired.key,
        "sign_name": planned.desired.fields.sign_name,
        "changes": [
            {"field": change.field, "old": value_document(change.old), "new": value_document(change.new)}
            for change in changes
        ],
        "values": {name: value_document(getattr(fields, name)) for name in FIELD_NAMES} if fields is not None else {},
    }


def write_plan(path: Path, plan: Plan, choice: Selection) -> None:
    """Save a plan, replacing a plain file in one step. Raises UsageError where it cannot be written."""
    _write(path, plan_text(plan, choice))


def fleet_plan_text(plans: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the saved plans of a fleet's accounts, as ``plan_document`` makes them, by name."""
    return json.dumps({"version": _VERSION, "kind": _FLEET_KIND, "accounts": plans}, indent=1)


def write_fleet_plan(path: Path, plans: Mapping[str, Mapping[str, Any]]) -> None:
    """Save the plans of a fleet's accounts, as ``fleet_plan_text`` takes them; raises as ``write_plan``."""
    _write(path, fleet_plan_text(plans))


def _write(path: Path, text: str) -> None:
    try:
        replace_plain(path, f"{text}\n".encode(), mode=_MODE)
    except OSError as error:
        raise UsageError(
            "the plan cannot be saved to {path}: {problem}", path=path, problem=system_words(error)
        ) from None


def read_plan(path: Path) -> SavedPlan:
    """Read a saved plan. Raises UsageError for a file that is none; ``-`` is stdin."""
    document = _read(path)
    try:
        return _saved(document)
    except (KeyError, TypeError, ValueError):
        _refuse(path)


def read_fleet_plan(path: Path) -> dict[str, SavedPlan]:
    """Read the saved plans of a fleet by account. Raises UsageError for a file that is none; ``-`` is stdin."""
    document = _read(path)
    if not _is_fleets(document):
        _refuse(path)
    return _of_fleet(document, path)


def read_plans(path: Path) -> dict[str, SavedPlan]:
    """Read a saved plan, called by an empty name, or those of a fleet by account; raises as ``read_plan``."""
    document = _read(path)
    if _is_fleets(document):
        return _of_fleet(document, path)
    try:
        return {"": _saved(document)}
    except (KeyError, TypeError, ValueError):
        _refuse(path)


def _is_fleets(document: Any) -> bool:
    return isinstance(document, dict) and (document.get("version"), document.get("kind")) == (_VERSION, _FLEET_KIND)


def _of_fleet(document: Any, path: Path) -> dict[str, SavedPlan]:
    try:
        return {_typed(name, str): _saved(plan) for name, plan in document["accounts"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        _refuse(path)


def _read(path: Path) -> Any:
    try:
        if str(path) == _STDIN:
            return json.loads(sys.stdin.buffer.read(_MAX_BYTES))
        with path.open("rb") as file:
            return json.loads(file.read(_MAX_BYTES))
    except OSError as error:
        raise UsageError("the plan {path} cannot be read: {problem}", path=path, problem=system_words(error)) from None
    except (ValueError, RecursionError):
        _refuse(path)


def _saved(document: Any) -> SavedPlan:
    if (document["version"], document["kind"]) != (_VERSION, _KIND):
        raise ValueError
    operations = tuple(_operation(operation) for operation in document["operations"])
    values = tuple(_values(operation) if "key" in operation else None for operation in document["operations"])
    return SavedPlan(
        uin=_typed(document["uin"], str),
        region=_typed(document["region"], str),
        sandbox=_typed(document["sandbox"], bool),
        fingerprint=_typed(document["fingerprint"], str),
        only=tuple(_typed(key, str) for key in document["only"]),
        operations=operations,
        values=values,
        site=_typed(document.get("site"), str, type(None)),
    )


def _operation(operation: Any) -> dict[str, Any]:
    found = {name: _typed(operation[name], *kinds) for name, kinds in _OPERATION.items()}
    if found["sign_id"] is None and not {"sign_name", "international"} <= found["fields"].keys():
        raise KeyError("sign_name")
    return found


def _values(operation: Any) -> SavedValues:
    """Return the values of an operation. Raises ValueError where one has another digest than its field."""
    changes = tuple(
        (_typed(each["field"], str), _value(each["old"]), _value(each["new"])) for each in operation["changes"]
    )
    values = tuple((_typed(name, str), _value(value)) for name, value in _typed(operation["values"], dict).items())
    sign_name = _typed(operation["sign_name"], str)
    for name, value in (("sign_name", sign_name), *((name, new) for name, _, new in changes), *values):
        if operation["fields"][name] != document_digest(value):
            raise ValueError
    return SavedValues(_typed(operation["key"], str), sign_name, changes, values)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _typed(value[name], kind) for name, kind in _IMAGE.items()}
    return _typed(value, str, bool, int, type(None))


def _typed(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise TypeError
    return value


def _refuse(path: Path) -> NoReturn:
    raise UsageError(
        "{path} is not a saved plan",
        hint="make one with `reconciler plan {option} FILE`",
        path=path,
        option="--out",
    ) from None


def admit_saved(saved: SavedPlan, fresh: Plan) -> tuple[Plan, Exit]:
    """Return the part of a saved plan that still holds, and the exit code that what dropped out asks for.

    Raises Refusal, naming every difference, where the fresh plan holds anything that the saved one does not.
    """
    if not saved.is_for(fresh.target):
        raise Refusal(
            "the saved plan is for account {saved} in {region}, this is {uin} in {here}",
            saved=saved.uin,
            region=saved.region,
            uin=fresh.target.uin,
            here=fresh.target.account.region,
        )
    stale = hold_against(saved, fresh)
    if stale.differing:
        raise Refusal(
            "the saved plan is stale: {differences}",
            hint="plan again and have it reviewed",
            differences=joined(stale.differing, "; "),
        )
    if not stale.approved:
        return fresh, Exit.DONE
    names = joined([planned.desired.key for planned in stale.approved])
    note = said("approved since the plan was saved, so dropped from it: {names}", names=names)
    return fresh._replace(notes=(*fresh.notes, note)), Exit.REFUSED
