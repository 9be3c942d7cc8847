from __future__ import annotations

from typing import Any, cast

import pytest

from reconciler.render.document import AnyDocument, EntryDocument
from reconciler.render.fleet_github import fleet_markdown, shown_markdown
from tests.fixtures.documents import plan, signature

LONG = "客" * 60 + "-merchant"


def entry(name: str, **content: Any) -> EntryDocument:
    return cast("EntryDocument", {"name": name, "exit_code": 0, **content})


def planned(name: str, *verdicts: str, **differing: Any) -> EntryDocument:
    made = [signature(verdict, key=f"sign-{n}", review_reply="") for n, verdict in enumerate(verdicts)]
    return entry(name, plan=plan(*made, **{"diagnostics": [], "notes": [], "unmanaged": [], **differing}))


def failed(name: str) -> EntryDocument:
    return entry(name, error={"code": "Client.Timeout", "message": "no answer", "hint": "look at the network"})


def fleet(count: int, name: str, verdict: str = "in-sync") -> list[EntryDocument]:
    return [planned(f"{name}-{number:03}", verdict) for number in range(count)]


def test_what_needs_a_person_has_room_beside_five_hundred_accounts_with_long_names() -> None:
    entries = [*fleet(500, LONG), failed("slow"), planned("locked", "refused"), planned("changed", "modify")]
    text = fleet_markdown(entries, deleted=["gone"])
    assert len(text.encode()) <= 65_000
    assert "1 failed, 500 in-sync, 1 refused, 1 modify" in text
    for told in (
        "slow</code>: <code>Client.Timeout",
        "gone</code>: what",
        "locked</code>: **refused**",
        "changed</code> |",
    ):
        assert told in text, told
    places = [text.index(title) for title in ("without a result", "Deleted", "Refused", "Changes (", "Accounts (503)")]
    assert places == sorted(places)
    assert "more are left out here" in text[places[-1] :]


def test_a_note_on_each_of_many_accounts_leaves_room_for_what_needs_a_person() -> None:
    note = "offline: nothing is recorded for this account yet, and the account was not read"
    noted = [planned(f"acme-{number:03}", "unverified", notes=[note]) for number in range(500)]
    text = fleet_markdown([*noted, planned("locked", "refused")])
    assert text.index("locked</code>: **refused**") < text.index("Accounts (501)") < text.index("Notes (500)")
    text = fleet_markdown([noted[0], planned("locked", "refused")])
    assert text.index("**Notes (1)**") < text.index("locked</code>: **refused**")


def test_the_document_of_another_run_names_deleted_accounts_without_effect() -> None:
    document = {"version": 1, "accounts": [], "deleted": ["eu/acme", "<b>@all"], "summary": {}}
    text = shown_markdown(cast("AnyDocument", document))
    assert "**Deleted accounts (2)**" in text
    assert "- <code>eu/acme</code>: what the vendor has of it is left as it is" in text
    assert "<b>" not in text


def test_a_few_accounts_are_listed_before_what_needs_a_person() -> None:
    text = fleet_markdown([*fleet(14, "acme"), planned("locked", "refused")])
    assert text.index("**Accounts (15)**") < text.index("**Refused, blocked or stuck (1)**")


@pytest.mark.parametrize("limit", [8_000, 20_000, 65_000])
def test_a_long_report_stays_within_its_limit_whatever_the_accounts_are(limit: int) -> None:
    entries = [*fleet(300, LONG, "refused"), *(failed(f"{LONG}-{number}") for number in range(300))]
    assert len(fleet_markdown(entries, limit, deleted=[f"{LONG}-{number}" for number in range(300)]).encode()) <= limit


def test_what_follows_the_last_fold_is_markdown_too() -> None:
    stuck = signature("stuck", advice="`apply --only one` submits it")
    text = fleet_markdown([entry("acme", plan=plan(stuck, diagnostics=[], notes=[], unmanaged=[]))])
    assert "</details>\n\nCommands that are named here are for one account: give `plan`" in text
    assert text.endswith("\n")
