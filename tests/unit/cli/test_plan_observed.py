"""``observe: true``: seen in everything, submitted by nothing."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from reconciler.model.state import Entry, IntentState, State
from reconciler.schemas import first_mismatch
from reconciler.state.local import FileStore
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import APPROVED, CODES, REGION, REJECTED, UIN, Sign, pending, write
from tests.fixtures.record_places import NAME
from tests.fixtures.serving import modifies, serving
from tests.fixtures.values import ACME, SIGN_ID, intent, row

pytestmark = pytest.mark.usefixtures("keys")


def observed(top: Path, *signs: Sign) -> Path:
    """Write definitions that only watch: three fields of each, and an image that is not there."""
    file = top / "signatures.yaml"
    head = f"version: 1\naccount: {{site: international, region: {REGION}}}\nsignatures:\n"
    file.write_text(head + "".join(map(_watched, signs)))
    return file


def _watched(sign: Sign) -> str:
    return (
        f"  {sign.key}:\n    observe: true\n    sign_id: {sign.sign_id}\n    sign_name: {sign.name}\n"
        f"    international: {str(sign.international).lower()}\n    proof_image: evidence/none.png\n"
    )


def every_state() -> list[Sign]:
    return [Sign(f"s-{number}", 1000 + number, f"Name {number}", status=code) for number, code in enumerate(CODES)]


def run(url: str, *arguments: str) -> Done:
    return inside(*arguments, "--endpoint", url, *FAST)


def test_no_state_of_the_account_makes_an_observed_signature_be_sent(top: Path) -> None:
    signs = every_state()
    observed(top, *(sign._replace(name="Another") for sign in signs))
    with serving(signs) as sandbox:
        plan = run(sandbox.url, "plan", "--format", "json")
        assert set(plan.by_key("verdict").values()) == {"observed", "blocked"}, "a row that is missing blocks"
        assert plan.by_key("verdict")[f"s-{CODES.index(None)}"] == "blocked"
        assert first_mismatch("plan", plan.document) is None
        assert set(plan.by_key("after").values()) == {None}
        run(sandbox.url, "apply", "--yes")
        assert modifies(sandbox.requests) == []


def test_another_name_is_drift(top: Path) -> None:
    signs = [Sign("same", 1001, "Same"), Sign("other", 1002, "Wanted", "Shown", status=REJECTED)]
    observed(top, *signs)
    with serving(signs) as sandbox:
        plan = run(sandbox.url, "plan", "--format", "json")
        text = run(sandbox.url, "plan").out
    assert plan.code == 0
    assert plan.by_key("drift") == {"same": [], "other": ["sign_name"]}
    assert plan.by_key("rule") == {"same": "observed", "other": "observed-drifted"}
    assert "the account shows the name Shown" in text
    assert "2 observed" in text


def test_review_state_and_reply_are_shown(top: Path) -> None:
    sign = Sign("one", 1001, "One", status=REJECTED)
    observed(top, sign)
    with serving([sign]) as sandbox:
        assert run(sandbox.url, "status", "--format", "json").by_key("status") == {"one": "rejected"}


def test_what_was_submitted_and_is_only_observed_now_is_a_warning_in_plan_and_comment(top: Path) -> None:
    sign = pending(1)
    write(top, [sign])
    with serving([sign]) as sandbox:
        assert run(sandbox.url, "apply", "--yes").code == 0
        observed(top, sign)
        for output in ("text", "markdown", "json"):
            assert "no longer managed" in run(sandbox.url, "plan", "--format", output).out, output


def test_an_open_intent_of_an_observed_signature_is_settled_all_the_same(top: Path) -> None:
    sign = Sign("acme", SIGN_ID, ACME.sign_name, status=APPROVED)
    observed(top, sign)
    store = FileStore(top / ".reconciler", NAME)
    made = intent(ACME, row(), ago=0.0, status=IntentState.LIVE)._replace(at=time.time() - 7200)
    store.update(partial(State._replace, entries={SIGN_ID: Entry(1, None, (made,))}), "intend")
    with serving([sign]) as sandbox:
        assert run(sandbox.url, "apply", "--yes").code == 0
        assert modifies(sandbox.requests) == []
    assert not any(each.is_live for each in FileStore(top / ".reconciler", NAME).load().state.entry(SIGN_ID).perhaps)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("apply", "--yes", "--only", "one", "--resubmit", "one"), 2),
        (("adopt", "--yes", "one"), 2),
        (("adopt", "--yes", "--all"), 2),
    ],
)
def test_asking_for_more_than_watching_is_refused_with_the_way_to_manage_it(
    top: Path, arguments: tuple[str, ...], code: int
) -> None:
    sign = Sign("one", 1001, "One")
    observed(top, sign)
    with serving([sign]) as sandbox:
        done = run(sandbox.url, *arguments)
        assert done.code == code
        assert "remove `observe: true`" in done.err
        assert modifies(sandbox.requests) == []


def test_adopting_all_leaves_observed_ones_out(top: Path) -> None:
    watched, managed = Sign("one", 1001, "One"), Sign("two", 1002, "Two")
    file = write(top, [managed])
    lines = observed(top.parent, watched).read_text().split("signatures:\n")[1]
    file.write_text(file.read_text() + lines)
    with serving([watched, managed]) as sandbox:
        done = run(sandbox.url, "adopt", "--yes", "--all")
    assert done.code == 0
    assert set(FileStore(top / ".reconciler", f"sandbox-{UIN}-{REGION}").load().state.entries) == {1002}
