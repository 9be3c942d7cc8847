"""All rules that one file can be held against by itself, once the run's site is known."""

from __future__ import annotations

from itertools import islice
from typing import Any

from reconciler.definitions.bounds import MAX_PROBLEMS
from reconciler.definitions.edition import edition_of
from reconciler.definitions.parsed import ParsedFile
from reconciler.definitions.schema_check import broken_rules, is_valid
from reconciler.definitions.site_advice import advise, advise_on_name

_ANY_REGION = "ap-singapore"


def check_file(file: ParsedFile, site: str | None) -> None:
    """Report every broken rule of a file. ``site`` is the run's, which may stand in another file."""
    if not file.readable or file.tree is None:
        return
    if not is_valid(_with_site(file.tree.data, site)):
        _check_rules(file, site)
    if site is not None:
        _advise(file, site)


def _check_rules(file: ParsedFile, site: str | None) -> None:
    assert file.tree is not None  # noqa: S101  # the caller looked
    from reconciler.definitions.rule_problems import RuleProblems  # noqa: PLC0415  # only where something is wrong

    writer = RuleProblems(file.tree, file.text.splitlines(), site)
    outside = list(islice(broken_rules(_without_signatures(file.tree.data)), MAX_PROBLEMS))
    file.problems += writer.write(outside)
    file.faulty_sections.update(broken.path[0] for broken in outside if broken.path)
    for key, signature in file.signatures().items():
        # One at a time: the validator that tells is a hundred times as slow, so it is to see the faulty ones only.
        document = _with_site({"version": 1, "signatures": {key: signature}}, site)
        if not is_valid(document):
            file.faulty_keys.add(key)
            if not file.overflows(key):
                file.problems += writer.write(islice(broken_rules(document), MAX_PROBLEMS))


def _with_site(document: dict[str, Any], site: str | None) -> dict[str, Any]:
    """Return the document with an account of the run's site where it has none itself."""
    if site is None or "account" in document:
        return document
    return {**document, "account": {"site": site, "region": _ANY_REGION}}


def _without_signatures(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "signatures": {}} if isinstance(document.get("signatures"), dict) else document


def _advise(file: ParsedFile, site: str) -> None:
    assert file.tree is not None  # noqa: S101  # the caller looked
    edition = edition_of(site)
    told = file.told()
    for key, signature in file.signatures().items():
        if key not in file.faulty_keys:
            for problem in advise(signature, edition, file.tree.marks):
                file.refuse(key, problem)
        elif not file.full and isinstance(signature, dict) and _names_are_sound(file, signature, told):
            file.problems += advise_on_name(signature, edition, file.tree.marks)


def _names_are_sound(file: ParsedFile, signature: dict[str, Any], told: set[tuple[int, int]]) -> bool:
    """Whether name and series of a faulty signature can be looked at, nothing having been said of them yet."""
    kinds = {"sign_name": str, "international": bool}
    return all(
        isinstance(signature.get(field), kind) and not told & file.places(signature, field)
        for field, kind in kinds.items()
    )
