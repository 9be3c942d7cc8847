from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconciler.cli import github_run
from reconciler.errors import Exit
from tests.github.github_server import BOT, GitHub
from tests.render.documents import plan, signature
from tests.support.commands import KEYS, Done, inside, process
from tests.support.project import APPROVED, REJECTED, Sign, pending, write
from tests.support.serving import sent, serving

CHANGES = (pending(1), pending(2))
REFUSED = Sign("locked", 1900, "New", "Old", APPROVED)


class Step(NamedTuple):
    """A step of a workflow: its folder, and the environment that GitHub would give it."""

    top: Path
    environ: dict[str, str]

    def run(self, *arguments: str) -> Done:
        return process("github", "run", *arguments, "--folder", "out", cwd=self.top, env={**KEYS, **self.environ})

    @property
    def outputs(self) -> dict[str, str]:
        lines = Path(self.environ["GITHUB_OUTPUT"]).read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        return Path(self.environ["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.top / "out" / "document.json").read_text(encoding="utf-8"))
        return document


@pytest.fixture
def step(tmp_path: Path) -> Step:
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    top = tmp_path / "checkout"
    top.mkdir()
    return Step(top, files)


def outside_of_stop(log: str) -> list[str]:
    """The lines of a log in which GitHub would look for commands, by its own rule."""
    lines, word = [], ""
    for line in log.splitlines():
        if word:
            word = "" if line == f"::{word}::" else word
        elif line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        else:
            lines.append(line)
    return lines


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


def repository(top: Path) -> None:
    hub = top.parent / "hub.git"
    shutil.rmtree(top / ".git")
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "signatures.yaml", "evidence"),
        (*who, "commit", "-q", "-m", "Define"),
        ("init", "-q", "--bare", str(hub)),
        ("remote", "add", "origin", str(hub)),
        ("push", "-q", "origin", "main"),
    ):
        subprocess.run(["git", *command], cwd=top, check=True)


@pytest.mark.parametrize(
    ("branch", "wanted", "code", "told"),
    [
        ("", "", 2, "write state.branch into the definitions"),
        ("", "reconciler-state", 2, "write state.branch into the definitions"),
        ("elsewhere", "reconciler-state", 6, "on branch 'elsewhere', and this workflow expects 'reconciler-state'"),
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
    assert "title=locked (1900) refused::approved" in done.out


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
    done = process("github", "run", "plan", "--offline", cwd=step.top, env=step.environ)
    assert done.code in {0, 6}
    assert (step.top / "document.json").is_file()


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


def test_no_file_name_and_no_value_is_read_as_a_command(step: Step) -> None:
    hostile = step.top / "::set-output name=x::y"
    hostile.mkdir()
    odd = pending(1, name="::error::x [odd]")
    write(hostile, [odd])
    done = step.run("validate", "--paths", str(hostile.relative_to(step.top)))
    assert_only_annotations(done.out)
    assert not done.err


def assert_only_annotations(log: str) -> None:
    commands = [line for line in outside_of_stop(log) if "::" in line or "##[" in line]
    assert commands
    for line in commands:
        assert line.startswith(("::error file=", "::warning file="))
        assert "::set-output" not in line
        assert "##[" not in line


def test_words_of_the_command_stand_where_no_command_is_read(step: Step) -> None:
    hostile = step.top / "::set-output name=x::y.yaml"
    hostile.write_text("version: 1\n", encoding="utf-8")
    done = step.run("plan", "--paths", hostile.name)
    assert "not valid" in done.out
    assert_only_annotations(done.out)


def test_no_module_is_taken_from_the_checkout(step: Step) -> None:
    write(step.top, CHANGES)
    for name in ("json", "yaml", "click", "reconciler", "secrets"):
        (step.top / f"{name}.py").write_text("open('taken', 'w').close()\n", encoding="utf-8")
    script = Path(sys.executable).with_name("reconciler")
    command = [str(script), "github", "run", "validate", "--folder", "out"]
    subprocess.run(command, cwd=step.top, env={**os.environ, **step.environ}, check=True, capture_output=True)
    assert not (step.top / "taken").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_reaches_the_apply_which_finishes_its_call(step: Step, number: signal.Signals) -> None:
    write(step.top, CHANGES, branch="reconciler-state")
    repository(step.top)
    with serving(CHANGES, "ModifySmsSign:*:delay=2") as sandbox:
        command = [sys.executable, "-m", "reconciler", "github", "run", "apply", "--folder", "out"]
        child = subprocess.Popen(
            [*command, "--endpoint", sandbox.url],
            cwd=step.top,
            env={**os.environ, **KEYS, **step.environ},
            stdout=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: bool(sent(sandbox.requests)))
        child.send_signal(number)
        child.communicate(timeout=60)
    assert child.returncode == 7
    assert sum(sent(sandbox.requests).values()) == 1
    assert step.outputs["exit-reason"] == "unsettled"
    assert [item["outcome"] for item in step.document["signatures"]] == ["accepted", "not-attempted"]


def wait_until(reached: Callable[[], bool]) -> None:
    for _ in range(600):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("github", "::error title=The run ended early::no definition "),
        ("markdown", "### SMS signatures: the run ended early"),
    ],
)
def test_a_run_that_cannot_plan_says_so_in_the_format_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, told: str
) -> None:
    write(tmp_path, CHANGES)
    monkeypatch.chdir(tmp_path)
    with serving(CHANGES) as sandbox:
        done = inside("plan", "--format", form, "--only", "nobody", "--endpoint", sandbox.url)
    assert done.code == 2
    assert done.out.startswith(told), done.out


def test_a_refusal_after_the_annotations_is_one_more_annotation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [*CHANGES, REFUSED])
    monkeypatch.chdir(tmp_path)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with serving([*CHANGES, REFUSED]) as sandbox:
        arguments = ("--max-changes", "1", "--endpoint", sandbox.url)
        annotated = inside("plan", "--format", "github", *arguments)
        document = inside("plan", "--format", "json", *arguments)
    assert [
        line.partition("::")[2].partition("::")[0].partition("title=")[2] for line in annotated.out.splitlines()
    ] == [
        "locked (1900) refused",
        "The run ended early",
    ]
    assert len(document.document["signatures"]) == 3


@contextmanager
def workflow(hub: GitHub, folder: Path, event: object) -> Iterator[pytest.MonkeyPatch]:
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**hub.environment(), "GITHUB_EVENT_PATH": str(folder / "event.json")}.items():
            patch.setenv(name, value)
        yield patch


def stored(folder: Path, document: object) -> Path:
    file = folder / "document.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


PULL_REQUEST = {"pull_request": {"number": 7}}
FORK = {
    "workflow_run": {
        "id": 41,
        "event": "pull_request",
        "head_branch": "topic",
        "head_sha": "c" * 40,
        "head_repository": {"owner": {"login": "stranger"}},
    }
}


def test_a_second_plan_changes_the_comment_of_the_first(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, PULL_REQUEST):
        first = inside("github", "comment", stored(tmp_path, plan(signature())))
        second = inside("github", "comment", stored(tmp_path, plan(signature("refused"))))
    assert first.out == "comment on pull request 7: created\n"
    assert second.out == "comment on pull request 7: updated\n"
    [comment] = hub.comments[7]
    assert "1 refused" in comment["body"]


def test_a_large_plan_names_the_run_where_the_rest_is(hub: GitHub, tmp_path: Path) -> None:
    document = plan(*(signature("refused", key=f"a-{number}", sign_id=number) for number in range(1, 5001)))
    with workflow(hub, tmp_path, PULL_REQUEST):
        done = inside("github", "comment", stored(tmp_path, document))
    assert done.code == 0, done.err
    page = "https://github.example/acme/signatures/actions/runs/77"
    assert f"left out here: see the [summary and the artefact of the run]({page})" in hub.comments[7][0]["body"]


def test_a_forks_plan_comes_from_its_artefact_and_says_that_nobody_checked_it(hub: GitHub, tmp_path: Path) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
    hub.add_artifact(41, "signatures", {"document.json": json.dumps(plan(signature())).encode()})
    with workflow(hub, tmp_path, FORK):
        done = inside("github", "comment", "--from-run", "signatures")
    assert done.out == "comment on pull request 8: created\n"
    [comment] = hub.comments[8]
    assert "Nobody has checked it." in comment["body"].splitlines()[1]
    assert "### SMS signatures: 1 modify" in comment["body"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": 1, "signatures": [{"key": "<!-- x -->"}]}'])
def test_a_hostile_artefact_is_not_posted(hub: GitHub, tmp_path: Path, content: bytes) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
    hub.add_artifact(41, "signatures", {"document.json": content})
    with workflow(hub, tmp_path, FORK):
        done = inside("github", "comment", "--from-run", "signatures")
    assert done.code == 6
    assert not hub.writes()
    assert "<!--" not in done.err


def test_without_a_pull_request_or_an_artefact_nothing_is_posted(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, FORK):
        stale = inside("github", "comment", "--from-run", "signatures")
        hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
        without = inside("github", "comment", "--from-run", "signatures")
    assert (stale.code, without.code) == (0, 0)
    assert "no open pull request" in stale.err
    assert "left no plan" in without.err
    assert not hub.writes()


@pytest.mark.parametrize("arguments", [(), ("document.json", "--from-run", "signatures")])
def test_a_comment_needs_one_source(arguments: tuple[str, ...]) -> None:
    done = inside("github", "comment", *arguments)
    assert done.code == 2
    assert "either a DOCUMENT or --from-run" in done.err


def test_a_rejection_opens_an_issue_that_says_what_the_reviewer_said_and_where_to_change(
    hub: GitHub, tmp_path: Path
) -> None:
    rejected = signature(reason="rejected", advice="", drift=[], changes=[], review_reply="Blurred `scan`")
    place = {"file": "sms/signatures.yaml", "line": 12, "column": 3}
    document = plan(rejected | {"location": place})
    document["account"] |= {"uin": "100000000001", "region": "ap-singapore"}
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.out == "issues: 1 opened, 0 updated, 0 closed\n"
    [issue] = hub.issues
    assert issue["title"] == "SMS signature acme-otp (1110): rejected"
    assert "The reviewer says: <code>Blurred &#96;scan&#96;</code>" in issue["body"]
    blob = f"https://github.example/acme/signatures/blob/{'a' * 40}/sms/signatures.yaml#L12"
    assert f"[<code>sms/signatures.yaml&#58;12</code>]({blob})" in issue["body"]
    assert issue["user"] == {"login": BOT}


@pytest.mark.parametrize(
    ("differing", "opened"),
    [
        ({"verdict": "stuck"}, 1),
        ({"verdict": "refused", "status": "approved"}, 1),
        ({"verdict": "blocked", "status": "missing"}, 1),
        ({"verdict": "modify", "status": "pending", "drift": ["sign_name"]}, 1),
        ({"verdict": "modify", "status": "pending", "drift": []}, 0),
        ({"verdict": "waiting", "status": "pending", "drift": []}, 0),
        ({"verdict": "in-sync", "status": "approved", "drift": []}, 0),
    ],
)
def test_an_issue_is_for_what_needs_somebody(
    hub: GitHub, tmp_path: Path, differing: dict[str, object], opened: int
) -> None:
    document = plan(signature() | differing)
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.out.startswith(f"issues: {opened} opened")


def test_an_issue_is_closed_once_its_signature_is_approved_and_not_before(hub: GitHub, tmp_path: Path) -> None:
    states = [("modify", "rejected"), ("waiting", "pending"), ("in-sync", "approved")]
    said = []
    with workflow(hub, tmp_path, {}) as patch:
        patch.delenv("GITHUB_SHA")
        for verdict, status in states:
            document = plan(signature(verdict, status=status, drift=[]))
            said.append(inside("github", "issues", stored(tmp_path, document)).out)
    assert said == [
        "issues: 1 opened, 0 updated, 0 closed\n",
        "issues: 0 opened, 1 updated, 0 closed\n",
        "issues: 0 opened, 0 updated, 1 closed\n",
    ]
    assert "](" not in hub.issues[0]["body"]


def test_many_rejections_are_left_to_the_next_run(hub: GitHub, tmp_path: Path) -> None:
    document = plan(*(signature(key=f"a-{number}", sign_id=number) for number in range(1, 24)))
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.out == "issues: 20 opened, 0 updated, 0 closed; 3 more are for the next run\n"


@pytest.mark.parametrize(
    "document",
    [
        {"version": 1, "valid": False, "diagnostics": []},
        plan(signature(), error={"code": "", "message": "ended", "hint": ""}),
        plan({name: value for name, value in signature().items() if name != "verdict"}),
    ],
)
def test_a_document_that_is_no_whole_plan_closes_no_issue(
    hub: GitHub, tmp_path: Path, document: dict[str, Any]
) -> None:
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.code == 2
    assert not hub.requests


def test_a_document_that_is_not_there_is_told(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, PULL_REQUEST):
        done = inside("github", "comment", tmp_path / "missing.json")
    assert done.code == 2
    assert "cannot be read: No such file" in done.err


def test_rejected_signatures_of_a_real_plan_become_issues(hub: GitHub, step: Step, tmp_path: Path) -> None:
    rejected = pending(1, status=REJECTED)
    write(step.top, [rejected])
    with serving([rejected]) as sandbox:
        assert step.run("plan", "--endpoint", sandbox.url, "--tolerate-refusals").code == 0
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", step.top / "out" / "document.json")
    assert done.out == "issues: 1 opened, 0 updated, 0 closed\n"
    assert "<!-- sms-signature-reconciler issue 100000000001-ap-singapore 1001 -->" in hub.issues[0]["body"]
