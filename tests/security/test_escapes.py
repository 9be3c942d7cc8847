"""What others write comes out as text and has no effect: on a terminal, in a comment, in a job's log, in JSON."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler import text
from reconciler.render import annotations as annotation_lines
from reconciler.render import markdown_escape, serialize
from reconciler.sandbox import service
from reconciler.sandbox.model import AccountData, ApiError, RowData
from reconciler.sandbox.running import Sandbox
from reconciler.state import codec
from tests.fixtures import images
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import APPROVED, REJECTED, UIN, Sign, account, pending, write
from tests.fixtures.repositories import hub_and_clone
from tests.fixtures.serving import serving

HOSTILE: Final = (
    "\x1b[31mred\x1b]0;title\x07\x9b2Jgone\b\x7f\u202ertl\u2066\u200bin\u2028two\x85three\r\n"
    "::error file=a::b%0A::add-mask::c\n##[add-mask]d</details><img src=x>@everyone [a](http://b) | `c` <!-- \ud800"
)
IN_NAMES: Final = "::error::\x1b[31m##[add-mask]x\u202e\x9b @all `y`"
"""As much of it as a file name can hold."""
FORMATS: Final = ("text", "json", "markdown", "github")
BRANCH: Final = "reconciler-state"
SIGNS: Final = (
    pending(1),
    Sign("sign-2", 1002, "Second", status=REJECTED),
    Sign("sign-3", 1003, "Third", "Drei", APPROVED),
    Sign("sign-4", 1004, "Fourth", status=7),
)
pytestmark = pytest.mark.usefixtures("_warped")
_ANNOTATION: Final = re.compile(r"::(error|warning|notice) (\w+=[^,:]*)(,\w+=[^,:]*)*::")


def hostile_account() -> AccountData:
    """The account with the hostile text wherever the vendor or a reviewer can put one."""
    data = account(SIGNS, RowData(9001, HOSTILE, True, 1))
    rows = [replace(row, review_reply=HOSTILE) for row in data.signatures]
    rows[0] = replace(rows[0], sign_name=HOSTILE)
    return replace(data, signatures=tuple(rows))


def steering(text: str) -> set[str]:
    """What a terminal, or the runner of a workflow, would obey in a text."""
    found = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}
    found |= {line for line in text.split("\n") if line.lstrip().startswith("::")}
    return found | set(re.findall(r".*##\[.*", text))


def effects(done: Done, form: str) -> set[str]:
    """What of a run's output has an effect beyond being read; an annotation of this tool's own has a right to."""
    out = done.out
    if form == "github":
        out = "\n".join(_ANNOTATION.sub("", line) for line in out.split("\n"))
    if form == "json":
        json.loads(out)
    if form == "markdown":
        raw = re.findall(r"<img|</details>(?=\S)|@everyone|\[a\]\(|`c`|<!-- [^-]", out)
        return set(raw) | steering(out) | steering(done.err)
    return steering(out) | steering(done.err)


@pytest.fixture(autouse=True)
def _own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDsandbox")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "sandbox-secret")


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.chdir(write(tmp_path / "work", SIGNS).parent)
    with serving(hostile_account()) as served:
        yield served


def all_effects(sandbox: Sandbox, form: str) -> set[str]:
    found = set()
    for command in (("plan",), ("status",), ("apply", "--yes"), ("plan",)):
        done = inside("-vv", *command, "--format", form, "--endpoint", sandbox.url, *FAST)
        assert done.code == 6 or command == ("status",)
        found |= effects(done, form)
    return found


@pytest.mark.parametrize("form", FORMATS)
def test_names_and_replies_of_the_vendor_have_no_effect(sandbox: Sandbox, form: str) -> None:
    assert all_effects(sandbox, form) == set()


def test_a_program_gets_the_very_text(sandbox: Sandbox) -> None:
    found = inside("status", "--format", "json", "--endpoint", sandbox.url, *FAST).document
    assert found["unmanaged"][0]["sign_name"] == HOSTILE.replace("\ud800", "?")


@pytest.mark.parametrize("form", FORMATS)
def test_errors_and_request_ids_of_the_vendor_have_no_effect(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def failing(error: ApiError) -> dict[str, Any]:
        return {"Error": {"Code": error.code, "Message": HOSTILE}}

    def answered(answer: dict[str, Any], _: str) -> bytes:
        return json.dumps({"Response": {**answer, "RequestId": "##[add-mask]1"}}).encode()

    monkeypatch.setattr(service, "error_answer", failing)
    monkeypatch.setattr(service, "envelope", answered)
    assert all_effects(sandbox, form) == set()
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "wrong")
    for command in ("plan", "doctor"):
        known = form if command == "plan" or form == "json" else "text"
        done = inside("-vv", command, "--format", known, "--endpoint", sandbox.url)
        assert "AuthFailure.SignatureFailure" in done.out + done.err
        assert effects(done, known) == set()


def files_of_a_pull_request(top: Path) -> None:
    """Files whose names and content are hostile, wherever a name or a value is quoted."""
    (top / "evidence" / f"{IN_NAMES}.png").write_bytes(images.png(3, (8, 8))[:-20])
    (top / "evidence" / "::x\x1b.gif").write_bytes(images.png(3))
    values = json.dumps(HOSTILE.replace("\ud800", ""))
    fields = f"sign_id: {values}\n    sign_name: {values}\n    sign_type: {values}\n    {values}: 1\n"
    image = f"proof_image: {json.dumps(f'evidence/{IN_NAMES}.png')}\n    commission_image: {values}\n"
    (top / f"{IN_NAMES}.yaml").write_text(
        f"version: 1\n{values}: 1\nsignatures:\n  {values}: {{}}\n  one:\n    {fields}    {image}", encoding="utf-8"
    )
    (top / "::warning::broken.yaml").write_text(f"a: [{values}", encoding="utf-8")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", ["validate", "plan"])
def test_files_of_a_pull_request_have_no_effect(sandbox: Sandbox, form: str, command: str) -> None:
    files_of_a_pull_request(Path.cwd())
    done = inside("-vv", command, "--format", form, ".", *(("--endpoint", sandbox.url) if command == "plan" else ()))
    assert done.code == 4
    assert effects(done, form) == set()


def test_an_image_is_named_and_told_without_effect(sandbox: Sandbox) -> None:
    top = Path.cwd()
    name = "::error::##[add-mask]x @all `y`.png"
    (top / "evidence" / name).write_bytes(images.png(3))
    text = (top / "signatures.yaml").read_text()
    (top / "signatures.yaml").write_text(text.replace("evidence/1.png", json.dumps(f"evidence/{name}"), 1))
    for form in FORMATS:
        done = inside("plan", "--format", form, "--endpoint", sandbox.url, *FAST)
        assert (done.code, effects(done, form)) == (6, set())


def test_the_history_of_the_record_has_no_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, clone = hub_and_clone(tmp_path)
    monkeypatch.chdir(write(clone, SIGNS, branch=BRANCH).parent)
    with serving(hostile_account()) as served:
        done = inside("apply", "--yes", "--endpoint", served.url, *FAST)
    log = subprocess.run(["git", "log", "-p", BRANCH], cwd=hub, capture_output=True, check=True).stdout.decode()
    assert done.code == 6
    assert "add-mask" in log
    assert {c for c in log if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} <= {"\n", "\t"}


# What the tests above rest on, taken away one by one: then something comes through.


def bare(text: str, *_: object) -> str:
    return text


@pytest.mark.parametrize("form", ["text", "github", "markdown"])
def test_without_the_writing_out_of_characters_a_terminal_obeys(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(text, "_escape_character", bare)
    assert {"\x1b", "\u202e", "\x9b"} & all_effects(sandbox, form)


def test_without_its_own_escapes_json_steers_a_terminal(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serialize, "_UNSAFE_IN_JSON", "(?!)")
    assert {"\u202e", "\x9b"} <= all_effects(sandbox, "json")


def test_without_the_care_for_the_runner_its_commands_come_through(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    files_of_a_pull_request(Path.cwd())
    monkeypatch.setattr(text, "_RUNNER_COMMAND", "(?!)")
    found = all_effects(sandbox, "text")
    assert any("##[add-mask]d" in line for line in found)
    validated = effects(inside("validate", "."), "text")
    assert any(line.startswith("::warning::broken.yaml:") for line in validated)


def test_without_the_escapes_of_markdown_a_comment_mentions_everyone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown_escape, "_ENTITIES", {})
    assert {"@everyone", "<img"} <= all_effects(sandbox, "markdown")


def test_without_the_escapes_of_annotations_a_line_break_makes_another_command(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotation_lines, "_data", bare)
    monkeypatch.setattr(annotation_lines, "escape_line", bare)
    done = inside("plan", "--format", "github", "--endpoint", sandbox.url, *FAST)
    assert "\n::error file=a::b%0A::add-mask::c\n" in done.out


def test_without_its_escapes_the_record_steers_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    def raw(value: object) -> str:
        return json.dumps(value, ensure_ascii=False).replace("\ud800", "")

    monkeypatch.setattr(codec, "line_of", raw)
    inside("apply", "--yes", "--endpoint", sandbox.url, *FAST)
    record = tmp_path / "work" / ".reconciler" / f"sandbox-{UIN}-ap-singapore.json"
    assert "\u202e" in record.read_text(encoding="utf-8")
