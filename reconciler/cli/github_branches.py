"""The records of a fleet's accounts on a runner: each on a branch that outlives it, or its account is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.cli.validate import here
from reconciler.definitions.load import load_definitions
from reconciler.definitions.messages import BRANCH_MISSING, BRANCH_UNEXPECTED
from reconciler.diagnostics import Diagnostic
from reconciler.errors import Exit, ReconcilerError, Refusal
from reconciler.fleet.accounts import FleetAccount, Narrowing, is_asked, look_below, parse_shard
from reconciler.fleet.changed import changed_since
from reconciler.planning.saved_plan import read_fleet_plan
from reconciler.render.document import EntryDocument, FleetDocument
from reconciler.render.serialize import VERSION, problem_document
from reconciler.text import quoted

# Where a workflow names no pattern.
_USUAL: Final = "reconciler-state/*"


class Scope(NamedTuple):
    """What narrows a run over a fleet, as the step was given it; empty for what was not given."""

    saved: str = ""
    shard: str = ""
    changed_since: str = ""


class Divided(NamedTuple):
    """The accounts of an apply: those that are applied, and what is wrong with the record of each other one."""

    kept: tuple[FleetAccount, ...]
    refused: Mapping[str, Diagnostic]


def divided(folders: Sequence[str], expected: str, scope: Scope) -> Divided:
    """Return which accounts of an apply keep their record on a branch that fits ``expected``, or on any where empty."""
    accounts = [account for folder in folders for account in _in_scope(folder, scope)]
    found = {account: branch_problem(account, expected) for account in accounts}
    kept = tuple(account for account, problem in found.items() if problem is None)
    return Divided(kept, {account.name: problem for account, problem in found.items() if problem is not None})


def _in_scope(folder: str, scope: Scope) -> Sequence[FleetAccount]:
    accounts = look_below(folder, cwd=here()).accounts
    try:
        narrowing = Narrowing(shard=parse_shard(scope.shard) if scope.shard else None)
        planned = read_fleet_plan(Path(scope.saved)) if scope.saved else None
        asked = tuple(each for each in accounts if is_asked(each.name, narrowing) and _is_planned(each, planned))
        ref = scope.changed_since
        return changed_since(asked, ref, folder=folder, cwd=here()) if ref else asked
    except ReconcilerError:
        return accounts  # the command itself says what is wrong, and ends before it reads an account


def _is_planned(account: FleetAccount, planned: Collection[str] | None) -> bool:
    return planned is None or account.name in planned


def branch_problem(account: FleetAccount, expected: str) -> Diagnostic | None:
    """Return why no apply of a workflow may write this account; ``None`` too where its definitions are not valid."""
    definitions = load_definitions((account.path,), cwd=here(), evidence=False)
    place, branch = definitions.branch_place, definitions.branch
    if not definitions.valid or place is None:
        return None  # the command itself reports what is wrong, and does not open the account
    example = _example(account.name, expected)
    if branch is None:
        return Diagnostic(place, BRANCH_MISSING.given(example=example))
    if expected and not fnmatchcase(branch, expected):
        given = {"branch": quoted(branch), "expected": quoted(expected), "example": example}
        return Diagnostic(place, BRANCH_UNEXPECTED.given(**given))
    return None


def _example(name: str, expected: str) -> str:
    pattern = expected or _USUAL
    filled = pattern.replace("*", name, 1)
    return filled if fnmatchcase(filled, pattern) else pattern


def with_refusals(document: FleetDocument | None, refused: Mapping[str, Diagnostic]) -> FleetDocument:
    """Return the document of an apply with the accounts that it left out."""
    entries = [*(document["accounts"] if document else ()), *map(_refusal, refused.items())]
    summary = document["summary"] if document else {"accounts": 0, "failed": 0, "exit_code": 0, "counts": {}}
    whole: FleetDocument = {
        "version": VERSION,
        "accounts": sorted(entries, key=lambda entry: entry["name"]),
        "summary": {
            "accounts": len(entries),
            "failed": summary["failed"] + len(refused),
            "exit_code": max(summary["exit_code"], Exit.REFUSED.value),
            "counts": summary["counts"],
        },
    }
    if document is not None and "deleted" in document:
        whole["deleted"] = document["deleted"]
    return whole


def _refusal(refused: tuple[str, Diagnostic]) -> EntryDocument:
    name, problem = refused
    return {
        "name": name,
        "exit_code": Exit.REFUSED.value,
        "error": {
            "code": Refusal.code,
            "message": problem.message,
            "hint": problem.hint,
            "diagnostics": [problem_document(problem)],
        },
    }


def foretell_refusals(document: FleetDocument, folder: str, expected: str) -> bool:
    """Add to the plans of a document what an apply will refuse them for, and return whether there is any."""
    found = False
    for entry in document["accounts"]:
        account = FleetAccount(entry["name"], str(Path(folder, entry["name"])))
        if "plan" in entry and (problem := branch_problem(account, expected)) is not None:
            entry["plan"]["diagnostics"].append(problem_document(problem))
            entry["exit_code"] = max(entry["exit_code"], Exit.REFUSED.value)
            document["summary"]["exit_code"] = max(document["summary"]["exit_code"], Exit.REFUSED.value)
            found = True
    return found
