"""Warnings about a signature that obeys the schema: its name, its qualification, words that are on their way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.definitions.edition import Edition, Withdrawal, series_of
from reconciler.definitions.marks import Marks
from reconciler.definitions.names import name_problems
from reconciler.definitions.problem import Problem
from reconciler.model.source import Severity


def advise(signature: Mapping[str, Any], edition: Edition, marks: Marks) -> list[Problem]:
    """Return what the edition has to say of a signature beyond the schema."""
    problems = advise_on_name(signature, edition, marks)
    series = series_of(signature["international"])
    if edition.qualification == series and "qualification_id" not in signature:
        problems.append(_without_qualification(*marks.value(signature, "international")))
    for entry in edition.deprecated:
        if signature[entry.field] in entry.words and series in entry.series:
            problems.append(_deprecated(signature[entry.field], entry, *marks.value(signature, entry.field)))
    return problems


def advise_on_name(signature: Mapping[str, Any], edition: Edition, marks: Marks) -> list[Problem]:
    """Return what the edition has to say of a signature's name, which needs no other field than ``international``."""
    series = series_of(signature["international"])
    return [
        Problem(*marks.value(signature, "sign_name"), found.code, found.message, found.hint, found.severity)
        for found in name_problems(signature["sign_name"], edition.names[series], series)
    ]


def _without_qualification(line: int, column: int) -> Problem:
    message = "a mainland signature has no `qualification_id`"
    hint = "add the id of the approved qualification; the vendor asks for it since SDK 3.0.1300 (2025-01)"
    return Problem(line, column, "qualification-missing", message, hint, Severity.WARNING)


def _deprecated(word: str, entry: Withdrawal, line: int, column: int) -> Problem:
    message = f"for mainland SMS `{word}` is withdrawn elsewhere since {entry.since} ({entry.source})"
    hint = "this site's page still allows it; expect the reviewers to ask for another"
    return Problem(line, column, "deprecated-combination", message, hint, Severity.WARNING)
