from __future__ import annotations

import json
import shutil

import pytest

from reconciler.cli import github_run
from reconciler.errors import Exit
from tests.fixtures.commands import inside, process
from tests.fixtures.project import pending, write
from tests.fixtures.serving import sent, serving
from tests.fixtures.steps import (
    CHANGES,
    REFUSED,
    Step,
    outside_of_stop,
    repository,
)


def test_a_plan_leaves_outputs_a_summary_a_document_and_a_saved_plan(step: Step) -> None:
    write(step.top, CHANGES)
    with serving(CHANGES) as sandbox:
        done = step.run("plan", "--endpoint", sandbox.url, "--max-changes", "5")
    assert done.code == 0, done.out
    outputs = step.outputs
    assert (outputs["changes"], outputs["modify"], outputs["refused"]) == ("2", "2", "0")
    assert (outputs["exit-code"], outputs["exit-reason"]) == ("0", "done")
    assert outputs["fingerprint"] == step.document["fingerprint"]
    assert json.loads((step.top / outputs["plan-file"]).read_text(encoding="utf-8"))["fingerprint"]
    assert step.summary.startswith("### SMS signatures: 2 modify\n")
    page = (step.top / "out" / "plan.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count('<article class="row modify">') == 2


def test_the_saved_plan_is_what_an_apply_carries_out(step: Step) -> None:
    write(step.top, CHANGES, branch="reconciler-state")
    repository(step.top)
    with serving(CHANGES) as sandbox:
        assert step.run("plan", "--endpoint", sandbox.url).code == 0
        saved = shutil.move(step.top / step.outputs["plan-file"], step.top / "saved.json")
        done = step.run("apply", "--endpoint", sandbox.url, "--plan", str(saved), "--state-branch", "reconciler-state")
    assert done.code == 0, done.out
    assert sent(sandbox.requests) == {1001: 1, 1002: 1}
    assert "2 accepted" in step.summary


@pytest.mark.parametrize(
    ("branch", "wanted", "code", "told"),
    [
        ("", "", 2, "add state.branch to the definitions"),
        ("", "reconciler-state", 2, "add state.branch to the definitions"),
        ("elsewhere", "reconciler-state", 6, "on branch 'elsewhere', but this workflow expects 'reconciler-state'"),
    ],
)
def test_an_apply_without_the_record_on_its_branch_is_refused(
    step: Step, branch: str, wanted: str, code: int, told: str
) -> None:
    write(step.top, CHANGES, branch=branch)
    with serving(CHANGES) as sandbox:
        done = step.run("apply", "--endpoint", sandbox.url, "--state-branch", wanted)
        assert not sandbox.requests
    assert done.code == code
    assert told in done.err


def test_an_apply_of_invalid_definitions_is_told_their_problems(step: Step) -> None:
    (step.top / "signatures.yaml").write_text("version: 1\n", encoding="utf-8")
    done = step.run("apply")
    assert done.code == 4
    assert outside_of_stop(done.out)[0].startswith("::error file=signatures.yaml,line=1")
    assert step.outputs["exit-reason"] == "invalid"


@pytest.mark.parametrize(("option", "code"), [("--fail-on-refusals", 6), ("--tolerate-refusals", 0)])
def test_a_refusal_fails_the_step_unless_it_is_tolerated(step: Step, option: str, code: int) -> None:
    write(step.top, [*CHANGES, REFUSED])
    with serving([*CHANGES, REFUSED]) as sandbox:
        done = step.run("plan", "--endpoint", sandbox.url, option)
    assert done.code == code
    assert (step.outputs["refused"], step.outputs["exit-reason"]) == ("1", "refused")
    assert "locked (1900) refused::approved" in done.out


def test_warnings_are_annotated_once(step: Step) -> None:
    odd = pending(1, name="A [odd] one")
    write(step.top, [odd])
    validated = step.run("validate")
    with serving([odd]) as sandbox:
        planned = step.run("plan", "--endpoint", sandbox.url)
    assert validated.out.count("::warning ") == 1
    assert planned.out.count("::warning ") == 0
    assert "**Problems of the definitions (1)**" in step.summary


def test_a_status_and_an_offline_plan_are_steps_too(step: Step) -> None:
    write(step.top, CHANGES, uin="100000000001")
    with serving(CHANGES) as sandbox:
        assert step.run("status", "--endpoint", sandbox.url).code == 0
    assert step.summary.startswith("### SMS signatures: 2 pending\n")
    done = step.run("plan", "--offline")
    assert done.code in {0, 6}
    assert (step.top / "out" / "document.json").is_file()


def test_paths_are_given_one_a_line_and_none_is_an_option(step: Step) -> None:
    write(step.top / "a b", CHANGES)
    done = step.run("validate", "--paths", "\n a b/signatures.yaml \n\n--strict\n")
    assert done.code == 4
    assert "--strict" in json.dumps(step.document["diagnostics"])
    assert len(step.document["diagnostics"]) == 1


def test_a_run_without_a_result_says_so(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_run, "run_quietly", lambda *_: Exit.UNEXPECTED)
    for name, value in step.environ.items():
        monkeypatch.setenv(name, value)
    assert inside("github", "run", "plan", "--folder", step.top / "out").code == 1
    assert step.summary.startswith("### SMS signatures: no result")
    assert step.outputs["exit-reason"] == "unexpected"
    assert step.outputs["changes"] == "0"


def test_a_wrong_option_is_told_in_the_summary(step: Step) -> None:
    write(step.top, CHANGES)
    assert step.run("plan", "--max-changes", "many").code == 2
    assert "'many'" in step.summary
    assert step.outputs["exit-reason"] == "usage"


def test_an_old_saved_plan_is_not_handed_on(step: Step) -> None:
    write(step.top, CHANGES)
    (step.top / "out").mkdir()
    (step.top / "out" / "plan.json").write_text("{}", encoding="utf-8")
    assert step.run("validate").code == 0
    assert step.outputs["plan-file"] == ""


def test_results_have_no_place_inside_a_checkout_by_default(step: Step) -> None:
    write(step.top, CHANGES)
    refused = process("github", "run", "validate", cwd=step.top, env=step.environ)
    assert refused.code == 2
    assert "--folder" in refused.err
    runner = step.top.parent / "runner"
    environ = {**step.environ, "RUNNER_TEMP": str(runner)}
    assert process("github", "run", "validate", cwd=step.top, env=environ).code == 0
    assert (runner / "reconciler" / "document.json").is_file()


def test_a_link_in_the_place_of_a_result_is_not_followed(step: Step) -> None:
    write(step.top, CHANGES)
    precious = step.top.parent / "precious"
    precious.write_text("keep")
    (step.top / "out").mkdir()
    (step.top / "out" / "document.json").symlink_to(precious)
    assert step.run("validate").code == 0
    assert precious.read_text() == "keep"
