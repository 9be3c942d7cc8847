from __future__ import annotations

import hashlib
import os
import pty
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from reconciler.cli import apply as apply_module
from reconciler.model.plan import Plan
from tests.fixtures import images
from tests.fixtures.commands import COMMAND, FAST, KEYS, inside
from tests.fixtures.project import APPROVED, Sign, pending, write
from tests.fixtures.record_places import BranchPlace
from tests.fixtures.serving import accepted, modifies, sent, serving

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1), pending(2), Sign("settled", 1003, "Settled", status=APPROVED))
BOTH = Counter([1001, 1002])


def test_apply_submits_and_shows_how_it_stands(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("apply", "--yes", "--endpoint", sandbox.url, *FAST)
        assert (done.code, accepted(sandbox.requests)) == (0, BOTH)
    assert done.out.index("sign_name") < done.out.index("accepted")
    assert "2 accepted" in done.out
    assert "[2/2] sign-2 accepted" in done.err


def test_apply_in_json_adds_outcomes_to_the_plan(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST)
        ids = {entry["request_id"] for entry in sandbox.requests if entry["action"] == "ModifySmsSign"}
    assert done.by_key("outcome") == {"sign-1": "accepted", "sign-2": "accepted", "settled": "not-attempted"}
    assert {found for found in done.by_key("request_id").values() if found} == ids
    assert done.by_key("status_after")["sign-1"] == "pending"


def test_definitions_that_are_not_valid_are_not_applied(top: Path) -> None:
    write(top, [SIGNS[0]._replace(name="")])
    with serving(SIGNS) as sandbox:
        assert inside("apply", "--yes", "--endpoint", sandbox.url, *FAST).code == 4
        assert sandbox.requests == []


def test_warnings_are_told_and_stop_nothing(top: Path) -> None:
    long = SIGNS[0]._replace(name="Thirteenchars", international=False)
    write(top, [long])
    with serving([long]) as sandbox:
        done = inside("apply", "--yes", "--endpoint", sandbox.url, *FAST)
        assert (done.code, accepted(sandbox.requests)) == (0, Counter([1001]))
    assert "warning" in done.err


def test_the_evidence_goes_out_as_it_lies_in_the_repository(top: Path) -> None:
    file = write(top, SIGNS[:1])
    others = "sign_purpose: others\n    commission_image: evidence/attorney.png"
    file.write_text(file.read_text().replace("sign_purpose: self", others))
    (top / "evidence" / "attorney.png").write_bytes(images.png(7))
    with serving(SIGNS[:1]) as sandbox:
        assert inside("apply", "--yes", "--endpoint", sandbox.url, *FAST).code == 0
        sent_with = modifies(sandbox.requests)[0]["params"]
    for name, number in (("ProofImage", 1), ("CommissionImage", 7)):
        assert sent_with[name]["sha256"] == hashlib.sha256(images.png(number)).hexdigest()


def test_only_narrows_an_apply(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        assert inside("apply", "--yes", "--only", "sign-2", "--endpoint", sandbox.url, *FAST).code == 0
        assert accepted(sandbox.requests) == Counter([1002])


def test_max_changes_stops_an_apply_before_the_first_write(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("apply", "--yes", "--max-changes", "1", "--format", "json", "--endpoint", sandbox.url, *FAST)
        assert (done.code, done.document["error"]["code"], sent(sandbox.requests)) == (6, 6, Counter())


def test_resubmit_submits_again_whatever_is_recorded(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        arguments = ("apply", "--yes", "--endpoint", sandbox.url, *FAST)
        assert [inside(*arguments).code, inside(*arguments).code] == [0, 0]
        assert sent(sandbox.requests) == BOTH
        assert inside(*arguments, "--resubmit", "sign-1").code == 0
        assert sent(sandbox.requests) == BOTH + Counter([1001])


def test_resubmit_never_reaches_what_is_approved(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("apply", "--yes", "--resubmit", "settled", "--endpoint", sandbox.url, *FAST)
        assert (done.code, sent(sandbox.requests)[1003]) == (6, 0)


def answered(text: str, top: Path, *more: str) -> tuple[int, str, Counter[int]]:
    """Apply on a terminal and type ``text`` at the question."""
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [*COMMAND, "apply", "--endpoint", sandbox.url, *FAST, *more],
            cwd=top,
            env={**os.environ, **KEYS},
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            os.write(ours, text.encode())
            out, _ = child.communicate(timeout=60)
        os.close(ours)
        os.close(theirs)
        return child.returncode, out, accepted(sandbox.requests)


def test_a_person_who_says_yes_is_obeyed(top: Path) -> None:
    code, out, takes = answered("y\n", top)
    assert (code, "2 accepted" in out, takes) == (0, True, BOTH)


def test_a_person_who_says_no_is_obeyed(top: Path) -> None:
    code, out, takes = answered("n\n", top)
    assert (code, "accepted" in out, takes) == (0, False, Counter())


def test_a_program_still_reads_one_document_where_the_person_says_no(top: Path) -> None:
    code, out, takes = answered("n\n", top, "--format", "json")
    assert (code, out.count('"fingerprint"'), takes) == (0, 1, Counter())


def test_without_a_write_nobody_is_asked(top: Path) -> None:
    code, out, takes = answered("", top, "--only", "settled")
    assert (code, "nothing to do" in out, takes) == (0, True, Counter())


def test_a_stop_before_the_first_write_is_told_with_what_is_left(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(top, SIGNS)

    def stopped(dialogue: apply_module._Dialogue, plan: Plan) -> None:
        dialogue._stop.set()
        present(dialogue, plan)

    present = apply_module._Dialogue.present
    monkeypatch.setattr(apply_module._Dialogue, "present", stopped)
    with serving(SIGNS) as sandbox:
        done = inside("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST)
        assert (done.code, done.document["error"]["code"]) == (7, "Client.Stopped")
        assert (set(done.by_key("outcome").values()), sent(sandbox.requests)) == ({"not-attempted"}, Counter())


def test_a_plan_file_and_resubmit_exclude_each_other(top: Path) -> None:
    write(top, SIGNS)
    done = inside("apply", "--yes", "--plan", "plan.json", "--resubmit", "sign-1")
    assert (done.code, "--plan applies just what was saved" in done.err) == (2, True)


def test_an_apply_from_an_older_commit_is_refused_unless_allowed(top: Path, tmp_path: Path) -> None:
    place = BranchPlace(tmp_path / "place")
    place.make()
    newer = place.clone(tmp_path / "newer")
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "Newer"], cwd=newer, check=True)
    place.define(SIGNS, newer)
    place.define([SIGNS[0]._replace(name="Undone"), *SIGNS[1:]])
    with serving(SIGNS) as sandbox:
        arguments = ("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST)
        assert inside(*arguments, newer / "signatures.yaml").code == 0
        done = inside(*arguments, place.top / "signatures.yaml")
        assert (done.code, sent(sandbox.requests)) == (6, BOTH)
        assert "--allow-older" in done.document["error"]["hint"]
        assert inside(*arguments, "--allow-older", place.top / "signatures.yaml").code == 0
        assert sent(sandbox.requests) == BOTH + Counter([1001])
    assert not top.joinpath("signatures.yaml").exists()
