"""``adopt``: what it records, what it refuses, and what it shows before it does."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from reconciler.state.local import FileStore
from tests.fixtures.commands import FAST, inside
from tests.fixtures.project import APPROVED, Sign, pending, write
from tests.fixtures.record_places import NAME, BranchPlace, FilePlace
from tests.fixtures.serving import sent, serving

pytestmark = pytest.mark.usefixtures("keys")
SAME = Sign("same", 1002, "Same")
SIGNS = (pending(1), SAME, Sign("settled", 1003, "Settled", status=APPROVED), Sign("gone", 1004, "Gone", status=None))


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
