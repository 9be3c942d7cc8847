"""The commands that help where apply alone does not: status, adopt, explain, schema."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pytest

import reconciler.cli
from reconciler.contract.error_codes import CODES
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.errors import ReconcilerError
from reconciler.sandbox.account import review
from reconciler.schemas import schema_names
from reconciler.state.local import FileStore
from tests.fixtures.commands import FAST, inside
from tests.fixtures.project import APPROVED, Sign, pending, write
from tests.fixtures.record_places import NAME, BranchPlace, FilePlace
from tests.fixtures.serving import sent, serving

pytestmark = pytest.mark.usefixtures("keys")

SAME = Sign("same", 1002, "Same")
SIGNS = (pending(1), SAME, Sign("settled", 1003, "Settled", status=APPROVED), Sign("gone", 1004, "Gone", status=None))


def test_status_shows_every_review_state_with_the_reviewers_reply(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        review(sandbox.account, 1001, "reject", "Blurred scan")
        done = inside("status", "--format", "json", "--endpoint", sandbox.url, *FAST)
        text = inside("status", "--only", "sign-1", "--endpoint", sandbox.url, *FAST)
    statuses = {"sign-1": "rejected", "same": "pending", "settled": "approved", "gone": "missing"}
    assert (done.code, done.by_key("status")) == (0, statuses)
    assert done.by_key("review_reply")["sign-1"] == "Blurred scan"
    assert (text.code, "Blurred scan" in text.out, "settled" in text.out) == (0, True, False)


def test_status_of_what_is_not_valid_reads_nothing(top: Path) -> None:
    write(top, [SAME._replace(name="")])
    assert inside("status").code == 4


def test_adopt_is_the_way_out_of_unverified(top: Path) -> None:
    write(top, [SAME])
    with serving([SAME]) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        assert inside("plan", "--format", "json", *reach).by_key("verdict") == {"same": "unverified"}
        done = inside("adopt", "same", "--yes", *reach)
        assert (done.code, done.out.splitlines()[-1]) == (0, "same (1002) is recorded as submitted")
        assert "SANDBOX" in done.out
        assert "nothing is recorded; this would be recorded as submitted" in done.out
        shown = {line.split()[0]: line for line in done.out.splitlines() if line.startswith("      ")}
        assert {"sign_name", "sign_type", "document_type", "international", "sign_purpose", "proof_image"} <= set(shown)
        assert "evidence/1.png" in shown["proof_image"]
        assert "sha256" in shown["proof_image"]
        assert "To record: 1 signature\n" in done.out
        assert inside("plan", "--format", "json", *reach).by_key("verdict") == {"same": "waiting"}
        assert sent(sandbox.requests) == Counter()


@pytest.mark.parametrize(
    ("key", "code", "told"),
    [("sign-1", 6, "the account shows the name"), ("gone", 6, "has no signature 1004"), ("nobody", 2, "no definition")],
)
def test_adopt_refuses_what_cannot_have_been_submitted(top: Path, key: str, code: int, told: str) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("adopt", "same", key, "--yes", "--endpoint", sandbox.url, *FAST)
    assert (done.code, told in done.err) == (code, True)
    assert not list(top.glob(".reconciler/*.json"))


def test_adopt_takes_definitions_from_elsewhere_and_stops_at_wrong_ones(top: Path) -> None:
    file = write(top / "elsewhere", [SAME])
    with serving([SAME]) as sandbox:
        assert inside("adopt", "same", "--yes", "--definitions", file, "--endpoint", sandbox.url, *FAST).code == 0
    write(top / "elsewhere", [SAME._replace(name="")])
    assert inside("adopt", "same", "--yes", "--definitions", file).code == 4


@pytest.mark.parametrize("kind", [FilePlace, BranchPlace])
def test_adopt_writes_to_the_record_that_the_definitions_name(tmp_path: Path, kind: type[FilePlace]) -> None:
    place = kind(tmp_path / "place")
    place.make()
    file = place.define([SAME])
    with serving([SAME]) as sandbox:
        assert inside("adopt", "same", "--yes", "--definitions", file, "--endpoint", sandbox.url, *FAST).code == 0
    own = place.state().entry(1002).submitted
    assert own is not None
    assert own.adopted


def test_adopt_shows_what_it_would_change_and_takes_no_for_an_answer(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(top, [SAME])
    with serving([SAME]) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        assert inside("adopt", "same", "--yes", *reach).code == 0
        write(top, [SAME._replace(remark="Login codes")])
        assert inside("adopt", "same", *reach).code == 2  # nobody is there to ask
        monkeypatch.setattr("reconciler.cli.apply.check_can_ask", lambda **_: None)
        monkeypatch.setattr("reconciler.cli.adopt.check_can_ask", lambda **_: None)
        monkeypatch.setattr("click.confirm", lambda *_, **__: False)
        declined = inside("adopt", "same", *reach)
    assert declined.code == 0
    assert re.search(r'remark +"" -> "Login codes"', declined.out)
    assert "recorded: adopted 20" in declined.out
    assert "is recorded" not in declined.out
    own = FileStore(top / ".reconciler", NAME).load().state.entry(1002).submitted
    assert own is not None
    assert own.fields.remark == ""


def test_adopt_names_every_refusal_and_records_nothing(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("adopt", "--all", "--yes", "--endpoint", sandbox.url, *FAST)
    assert done.code == 6
    assert "sign-1: the account shows the name" in done.err
    assert "gone: the account has no signature 1004" in done.err
    assert re.search(r"2 of \d cannot be recorded as submitted, so none is", done.err)
    assert not list(top.glob(".reconciler/*.json"))


def test_adopt_takes_patterns_and_all(top: Path) -> None:
    signs = [SAME, Sign("some", 1005, "Some"), Sign("other", 1006, "Other")]
    write(top, signs)
    with serving(signs) as sandbox:
        reach = ("--yes", "--endpoint", sandbox.url, *FAST)
        some = inside("adopt", "s*", *reach)
        every = inside("adopt", "--all", *reach)
    assert (some.code, some.out.count("is recorded as"), "other" in some.out) == (0, 2, False)
    assert (every.code, every.out.count("is recorded as")) == (0, 3)
    assert inside("adopt", *reach).code == 2
    assert inside("adopt", "same", "--all", *reach).code == 2
    assert "did you mean same?" in inside("adopt", "sane", *reach).err


@pytest.mark.parametrize("code", CODES)
def test_explain_knows_every_code(code: str) -> None:
    done = inside("explain", code)
    assert done.code == 0
    assert CODES[code].meaning in done.out
    assert CODES[code].hint in done.out
    assert str(CODES[code].treatment) in done.out


def test_explain_takes_the_last_part_alone_and_any_case() -> None:
    assert inside("explain", "imageinvalid").out.startswith("InvalidParameterValue.ImageInvalid\n")


@pytest.mark.parametrize(("code", "told"), [("ImageInvalit", "did you mean"), ("zzzz", "outcome is not certain")])
def test_explain_says_so_where_no_page_lists_the_code(code: str, told: str) -> None:
    done = inside("explain", code)
    assert (done.code, told in done.err) == (2, True)


@pytest.mark.parametrize("name", schema_names())
def test_schema_prints_each_schema(name: str) -> None:
    done = inside("schema", name)
    assert (done.code, json.loads(done.out)["$schema"]) == (0, "https://json-schema.org/draft/2020-12/schema")


def test_schema_defaults_to_that_of_the_definitions_and_names_those_there_are() -> None:
    assert inside("schema").out == inside("schema", "signatures").out
    done = inside("schema", "nothing")
    assert (done.code, "signatures" in done.err) == (2, True)


@pytest.mark.parametrize("rule", list(Rule), ids=lambda rule: rule.code)
def test_explain_knows_every_rule_of_a_plan(rule: Rule) -> None:
    done = inside("explain", rule.code)
    assert done.code == 0
    assert rule.condition in done.out
    assert [words for words in re.split(r"\{\w+\}", rule.hint) if words not in done.out] == []
    assert str(rule.verdict or "none") in done.out


@pytest.mark.parametrize("code", DIAGNOSTIC_CODES)
def test_explain_knows_every_code_of_the_definitions(code: str) -> None:
    done = inside("explain", code)
    assert (done.code, DIAGNOSTIC_CODES[code] in done.out) == (0, True)


def test_no_code_has_two_meanings() -> None:
    codes = [*CODES, *DIAGNOSTIC_CODES, *(rule.code for rule in Rule)]
    assert len(codes) == len(set(codes))


def test_every_code_of_a_failure_is_explained() -> None:
    for module in pkgutil.iter_modules(reconciler.cli.__path__):
        importlib.import_module(f"reconciler.cli.{module.name}")  # some define failures of their own
    kinds, codes = [ReconcilerError], set[str]()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        codes |= {kind.code} if isinstance(getattr(kind, "code", None), str) else set()
    assert len(codes) > 8
    assert [code for code in sorted(codes) if inside("explain", code).code] == []


def test_each_mistake_of_a_sandbox_account_is_on_a_line_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "account.yaml"
    file.write_text("uin: 5\nsignatures: x\n")
    done = inside("sandbox", "serve", "--account", str(file))
    assert done.code == 4
    first, second = done.err.splitlines()
    assert first == f"error: {file}:1:1: `uin` must be text: put it in quotes"
    assert second == f"{file}:2:1: `signatures` must be a list - correct the sandbox account file"
