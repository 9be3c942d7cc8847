from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.commands import KEYS, inside
from tests.fixtures.project import pending, write
from tests.fixtures.serving import sent, serving
from tests.fixtures.steps import (
    CHANGES,
    REFUSED,
    Step,
    assert_only_annotations,
    repository,
    wait_until,
)


def test_no_file_name_and_no_value_is_read_as_a_command(step: Step) -> None:
    hostile = step.top / "::set-output name=x::y"
    hostile.mkdir()
    odd = pending(1, name="::error::x [odd]")
    write(hostile, [odd])
    done = step.run("validate", "--paths", str(hostile.relative_to(step.top)))
    assert_only_annotations(done.out)
    assert not done.err


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


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.soak),
        pytest.param(signal.SIGHUP, marks=pytest.mark.soak),
    ],
)
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


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("github", "::error title=SMS signatures%2C the run ended early::no definition "),
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
        "SMS signature New%2C locked (1900) refused",
        "SMS signatures%2C the run ended early",
    ]
    assert len(document.document["signatures"]) == 3
