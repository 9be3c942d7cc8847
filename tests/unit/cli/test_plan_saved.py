from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.account import review
from reconciler.sandbox.running import Sandbox
from tests.fixtures.commands import FAST, KEYS, Done, inside, process
from tests.fixtures.project import REGION, UIN, pending, write
from tests.fixtures.serving import accepted, serving

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1), pending(2), pending(3, image=3))


@pytest.fixture
def sandbox(top: Path) -> Iterator[Sandbox]:
    """The account, with a plan of its three changes saved as plan.json."""
    write(top, SIGNS)
    with serving(SIGNS) as running:
        done = inside("plan", "--out", "plan.json", "--endpoint", running.url, *FAST)
        assert done.code == 0
        yield running


def apply(sandbox: Sandbox, *more: str) -> Done:
    return inside("apply", "--yes", "--plan", "plan.json", "--format", "json", "--endpoint", sandbox.url, *FAST, *more)


def test_a_saved_plan_is_applied_as_it_is(sandbox: Sandbox) -> None:
    assert apply(sandbox).code == 0
    assert accepted(sandbox.requests) == Counter([1001, 1002, 1003])


def test_a_saved_plan_holds_no_image_and_no_key(sandbox: Sandbox, top: Path) -> None:
    text = (top / "plan.json").read_text()
    image = (top / "evidence" / "1.png").read_bytes()
    assert accepted(sandbox.requests) == Counter()
    for secret in (*KEYS.values(), base64.b64encode(image).decode()[:40]):
        assert secret not in text
    assert json.loads(text)["fingerprint"].startswith("sha256:")


def details(text: str) -> list[str]:
    """The lines of values below each signature."""
    lines = [line for line in text.splitlines() if line.startswith("      ")]
    reasons = ("pending", "rejected; no", "the account has no", "reviewer:", "->")
    return sorted(line for line in lines if not line.strip().startswith(reasons))


def test_a_saved_plan_says_which_site_it_is_for(sandbox: Sandbox, top: Path) -> None:
    head = inside("plan", "show", "plan.json").out.splitlines()[0]
    assert head == f"SANDBOX, not the vendor: account {UIN}, site international, region {REGION}"
    document = json.loads((top / "plan.json").read_text())
    del document["site"]  # as releases wrote it that did not keep it
    (top / "plan.json").write_text(json.dumps(document))
    head = inside("plan", "show", "plan.json").out.splitlines()[0]
    assert head == f"SANDBOX, not the vendor: account {UIN}, region {REGION}"
    assert apply(sandbox).code == 0


def test_a_saved_plan_shows_the_values_that_the_plan_showed(sandbox: Sandbox, top: Path) -> None:
    at = ("--endpoint", sandbox.url, *FAST)
    assert inside("apply", "--yes", *at).code == 0
    signs = [
        SIGNS[0]._replace(remark="Other", image=2),
        SIGNS[1]._replace(name="Newer 2"),
        SIGNS[2],
        pending(4, sign_id="new", name="First"),
    ]
    write(top, signs)
    plan = inside("plan", "--out", "plan.json", *at)
    shown = inside("plan", "show", "plan.json")
    assert details(shown.out) == details(plan.out)
    assert '"" -> "Other"' in shown.out
    assert "evidence/1.png" in shown.out
    assert 'sign_purpose   "self"' in shown.out
    assert [line.split()[:4] for line in shown.out.splitlines() if line.startswith("  ~")] == [
        ["~", "modify", "sign-1", "1001"],
        ["~", "modify", "sign-2", "1002"],
    ]


def test_a_saved_plan_of_digests_alone_is_shown_and_applied_as_before(sandbox: Sandbox, top: Path) -> None:
    document = json.loads((top / "plan.json").read_text())
    for operation in document["operations"]:
        for name in ("key", "sign_name", "changes", "values"):
            del operation[name]
    (top / "plan.json").write_text(json.dumps(document))
    done = inside("plan", "show", "plan.json")
    assert done.code == 0
    assert "sign_name=" in done.out
    assert apply(sandbox).code == 0
    assert accepted(sandbox.requests) == Counter([1001, 1002, 1003])


@pytest.mark.parametrize("command", [("plan", "show", "plan.json"), ("apply", "--yes", "--plan", "plan.json")])
@pytest.mark.parametrize("field", ["sign_name", "changes"])
def test_a_saved_plan_that_shows_other_values_than_it_stands_for_is_none(
    sandbox: Sandbox, top: Path, command: tuple[str, ...], field: str
) -> None:
    document = json.loads((top / "plan.json").read_text())
    first = document["operations"][0]
    if field == "changes":
        first["changes"][0]["new"] = "Harmless"
    else:
        first["sign_name"] = "Harmless"
    (top / "plan.json").write_text(json.dumps(document))
    at = ("--endpoint", sandbox.url, *FAST) if command[0] == "apply" else ()
    done = inside(*command, *at)
    assert done.code == 2
    assert "is not a saved plan" in done.err
    assert accepted(sandbox.requests) == Counter()


def test_the_fingerprint_is_the_same_for_the_same_plan(sandbox: Sandbox, top: Path) -> None:
    saved = json.loads((top / "plan.json").read_text())["fingerprint"]
    again = inside("plan", "--format", "json", "--endpoint", sandbox.url, *FAST)
    assert again.document["fingerprint"] == saved


def test_what_is_in_place_meanwhile_leaves_a_subset_to_apply(sandbox: Sandbox) -> None:
    assert inside("apply", "--yes", "--only", "sign-1", "--endpoint", sandbox.url, *FAST).code == 0
    assert apply(sandbox).code == 0
    assert accepted(sandbox.requests) == Counter([1001, 1002, 1003])


def test_a_new_change_is_refused_by_name_and_nothing_is_sent(sandbox: Sandbox, top: Path) -> None:
    write(top, [*SIGNS, pending(4)])
    with serving([*SIGNS, pending(4)]) as grown:
        done = apply(grown)
        assert (done.code, accepted(grown.requests)) == (6, Counter())
    assert "sign-4 (1004): not in the saved plan" in done.document["error"]["message"]
    assert accepted(sandbox.requests) == Counter()


@pytest.mark.parametrize(
    ("change", "field"), [({"name": "Newer"}, "sign_name"), ({"remark": "x"}, "remark"), ({"image": 9}, "proof_image")]
)
def test_a_changed_definition_is_refused_by_its_field(
    sandbox: Sandbox, top: Path, change: dict[str, Any], field: str
) -> None:
    write(top, [SIGNS[0]._replace(**change), *SIGNS[1:]])
    done = apply(sandbox)
    assert (done.code, accepted(sandbox.requests)) == (6, Counter())
    assert f"sign-1 (1001): {field} changed since the plan" in done.document["error"]["message"]


def test_a_changed_image_file_is_noticed(sandbox: Sandbox, top: Path) -> None:
    (top / "evidence" / "3.png").write_bytes((top / "evidence" / "1.png").read_bytes())
    done = apply(sandbox)
    assert (done.code, accepted(sandbox.requests)) == (6, Counter())
    assert "sign-3 (1003): proof_image changed" in done.document["error"]["message"]


def test_what_was_approved_since_drops_out_and_the_rest_runs(sandbox: Sandbox) -> None:
    review(sandbox.account, 1002, "approve")
    done = apply(sandbox)
    assert (done.code, accepted(sandbox.requests)) == (6, Counter([1001, 1003]))
    assert "sign-2" in done.err or done.by_key("verdict")["sign-2"] == "refused"


def test_what_was_rejected_since_is_another_operation(sandbox: Sandbox) -> None:
    review(sandbox.account, 1002, "reject")
    done = apply(sandbox)
    assert (done.code, accepted(sandbox.requests)) == (6, Counter())
    assert "was pending, is rejected now" in done.document["error"]["message"]


def test_a_narrowed_plan_is_applied_narrowed(sandbox: Sandbox) -> None:
    inside("plan", "--only", "sign-2", "--out", "plan.json", "--endpoint", sandbox.url, *FAST)
    assert apply(sandbox).code == 0
    assert accepted(sandbox.requests) == Counter([1002])


def test_a_plan_of_another_account_is_refused(sandbox: Sandbox, top: Path) -> None:
    document = json.loads((top / "plan.json").read_text())
    (top / "plan.json").write_text(json.dumps(document | {"uin": "100000000002"}))
    done = apply(sandbox)
    assert (done.code, accepted(sandbox.requests)) == (6, Counter())


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "nonsense", '{"version": 2}', "[" * 100_000, '{"version": 1, "kind": "sms-signature-plan"}'],
    ids=["empty", "list", "object", "text", "version", "deep", "hollow"],
)
def test_a_file_that_is_no_plan_is_a_usage_error(sandbox: Sandbox, top: Path, text: str) -> None:
    (top / "plan.json").write_text(text)
    done = apply(sandbox)
    assert (done.code, "is not a saved plan" in done.err) == (2, True)


def test_a_plan_that_is_not_there_is_a_usage_error(sandbox: Sandbox, top: Path) -> None:
    (top / "plan.json").unlink()
    assert apply(sandbox).code == 2


def test_a_plan_that_cannot_be_saved_is_told_after_it_was_shown(sandbox: Sandbox) -> None:
    done = inside("plan", "--out", "nowhere/plan.json", "--format", "json", "--endpoint", sandbox.url, *FAST)
    assert (done.code, done.document["summary"]["modify"]) == (2, 3)
    assert "cannot be saved" in done.err


def test_a_plan_is_saved_to_stdout_with_its_text_on_stderr(sandbox: Sandbox, top: Path) -> None:
    done = inside("plan", "--out", "-", "--endpoint", sandbox.url, *FAST)
    assert (done.code, done.out) == (0, (top / "plan.json").read_text())
    assert "Plan: 3 to modify" in done.err
    assert not (top / "-").exists()
    assert inside("plan", "--out", "-", "--format", "json", "--endpoint", sandbox.url, *FAST).code == 2


@pytest.mark.parametrize("kind", ["pipe", "link", "dangling link"])
def test_only_a_plain_file_is_replaced(sandbox: Sandbox, top: Path, kind: str) -> None:
    target = top / "target"
    out = top / "out"
    if kind == "pipe":
        os.mkfifo(out)
    else:
        out.symlink_to(target)
        if kind == "link":
            target.write_text("kept", encoding="utf-8")
    before = out.lstat()
    done = inside("plan", "--out", "out", "--endpoint", sandbox.url, *FAST)
    assert (done.code, "not a plain file" in done.err) == (2, True)
    assert (out.lstat().st_ino, out.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert not target.exists() or target.read_text(encoding="utf-8") == "kept"


def test_nothing_is_written_through_a_name_that_can_be_guessed(sandbox: Sandbox, top: Path) -> None:
    victim = top / "victim"
    (top / f".out.{os.getpid()}.tmp").symlink_to(victim)
    assert inside("plan", "--out", "out", "--endpoint", sandbox.url, *FAST).code == 0
    assert not victim.exists()


def test_a_saved_plan_is_shown_for_people(top: Path) -> None:
    write(top, [pending(1), pending(2)])
    with serving([pending(1), pending(2)]) as sandbox:
        inside("plan", "--out", "saved.json", "--endpoint", sandbox.url, *FAST)
    done = inside("plan", "show", "saved.json")
    assert done.code == 0
    assert "modify  sign-1  1001  New 1  was pending" in done.out
    assert "Plan: 2 to modify\nFingerprint: sha256:" in done.out
    assert inside("plan", "show", "signatures.yaml").code == 2


@pytest.mark.parametrize(
    "name",
    [
        "signatures.yaml",
        "evidence/1.png",
        "other/../signatures.yaml",
        ".reconciler/100000000001-x.json",
        ".git/config",
        ".git/new",
        "other/.git",
    ],
)
def test_a_plan_is_not_saved_over_what_the_run_needs(sandbox: Sandbox, top: Path, name: str) -> None:
    (top / "other").mkdir()
    before = {file: file.read_bytes() for file in top.rglob("*") if file.is_file()}
    calls = len(sandbox.requests)
    done = inside("plan", "--out", name, "--endpoint", sandbox.url, *FAST)
    assert (done.code, f"--out names {name}, which the run itself needs" in done.err) == (2, True)
    assert {file: file.read_bytes() for file in before} == before
    assert len(sandbox.requests) == calls


def test_a_saved_plan_is_shown_from_stdin_too(sandbox: Sandbox, top: Path) -> None:
    plan = (top / "plan.json").read_text()
    shown = process("plan", "show", "-", cwd=top, text=plan)
    assert (shown.code, shown.out) == (0, inside("plan", "show", "plan.json").out)
    assert accepted(sandbox.requests) == Counter()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show",), "plan show prints one saved plan"),
        (("show", "plan.json", "plan.json"), "plan show prints one saved plan"),
        (("show", "plan.json", "--format", "json"), "plan show prints text"),
        (("show", "signatures.yaml"), "is not a saved plan"),
    ],
)
def test_what_cannot_be_shown_is_said(sandbox: Sandbox, words: tuple[str, ...], told: str) -> None:
    done = inside("plan", *words)
    assert (done.code, told in done.err) == (2, True)
    assert accepted(sandbox.requests) == Counter()
