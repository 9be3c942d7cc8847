"""``state``: looking at the record, and putting it right."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import apply as apply_module
from reconciler.cli.connect import connect
from reconciler.cli.state import _is_about
from reconciler.model.state import Entry, IntentState
from reconciler.schemas import first_mismatch
from reconciler.state.branch import BranchStore
from reconciler.state.local import FileStore
from reconciler.tencent.connection import Connection
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import UIN, Sign, pending, write
from tests.fixtures.record_places import BRANCH, NAME, BranchPlace
from tests.fixtures.repositories import git
from tests.fixtures.serving import serving
from tests.fixtures.values import HIDDEN_EDIT, doubted, intent, row
from tests.fixtures.warped import warp

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1), pending(2))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BranchPlace:
    """A clone whose definitions keep the record in a file so far."""
    made = BranchPlace(tmp_path / "place")
    made.make()
    write(made.top, SIGNS)
    subprocess.run(["git", "config", "user.name", "Ann Lee"], cwd=made.top, check=True)
    subprocess.run(["git", "config", "user.email", "ann@example.com"], cwd=made.top, check=True)
    monkeypatch.chdir(made.top)
    return made


def local(top: Path) -> FileStore:
    return FileStore(top / ".reconciler", NAME)


def applied(url: str, *more: str) -> Done:
    done = inside("apply", "--yes", "--endpoint", url, *FAST, *more)
    assert done.code == 0, done
    return done


def test_show_says_what_was_submitted_by_whom_and_from_which_commit(place: BranchPlace) -> None:
    with serving(SIGNS) as sandbox:
        applied(sandbox.url)
        shown = inside("state", "show", "--endpoint", sandbox.url)
        one = inside("state", "show", "sign-2", "--endpoint", sandbox.url)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=place.top, capture_output=True, text=True, check=True)
    assert shown.code == 0
    assert shown.out.startswith(f"SANDBOX, not the vendor: {local(place.top).where}: written 20")
    assert f"by Ann Lee from {head.stdout[:12]} with changes" in shown.out
    assert shown.out.endswith("Record: 2 signatures\n")
    assert ("sign-1" in one.out, "sign-2" in one.out) == (False, True)


@pytest.mark.usefixtures("place")
def test_show_as_json_is_the_document_of_the_record() -> None:
    with serving(SIGNS) as sandbox:
        applied(sandbox.url)
        document = inside("state", "show", "--format", "json", "--endpoint", sandbox.url).document
        one = inside("state", "show", "1002", "--format", "json", "--endpoint", sandbox.url).document
    assert first_mismatch("state", document) is None
    assert [signature["sign_id"] for signature in document["signatures"]] == [1001, 1002]
    assert {signature["submitted"]["by"] for signature in document["signatures"]} == {"Ann Lee"}
    assert [signature["sign_id"] for signature in one["signatures"]] == [1002]


def test_show_needs_no_keys_where_the_account_is_named(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENCENTCLOUD_SECRET_ID")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    write(top, SIGNS, uin=UIN)
    shown = inside("state", "show")
    assert (shown.code, "never written" in shown.out) == (0, True)
    assert not (top / ".reconciler").exists()


def test_history_tells_who_stored_what(place: BranchPlace) -> None:
    write(place.top, SIGNS, branch=BRANCH)
    with serving(SIGNS) as sandbox:
        applied(sandbox.url)
        history = inside("state", "history", "--endpoint", sandbox.url)
        one = inside("state", "history", "sign-2", "--endpoint", sandbox.url)
    assert history.code == 0
    assert "Ann Lee" in history.out
    assert "with changes that are not committed" in history.out
    assert "sign-1 (1001)" in history.out
    assert "sign-2 (1002)" in one.out
    authors = subprocess.run(
        ["git", "log", "--format=%an <%ae>/%cn", BRANCH], cwd=place.hub, capture_output=True, text=True, check=True
    )
    assert set(authors.stdout.splitlines()) == {"Ann Lee <ann@example.com>/sms-signature-reconciler"}


@pytest.mark.parametrize(
    ("line", "subject", "about"),
    [
        ("forget (1111), (acme)", "acme", True),
        ("forget (1111), (acme)", 1111, True),
        ("settle acme, 1110 by what the account shows", "acme", True),
        ("settle acme, 1110 by what the account shows", 1110, True),
        ("settle acme, 1110 by what the account shows", "account", False),
        ("settle acme, 1110 by what the account shows", "what", False),
    ],
)
def test_a_line_of_the_history_is_about_what_it_names(line: str, subject: str | int, about: bool) -> None:
    assert _is_about(line, subject) is about


@pytest.mark.usefixtures("place")
def test_a_local_record_has_no_history() -> None:
    with serving(SIGNS) as sandbox:
        done = inside("state", "history", "--endpoint", sandbox.url)
    assert (done.code, "keeps no history" in done.err) == (2, True)


def test_forget_makes_a_definition_count_as_never_submitted(place: BranchPlace) -> None:
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        assert inside("state", "forget", "sign-1", *reach).code == 2  # nobody is there to ask
        done = inside("state", "forget", "sign-1", "--yes", *reach)
        again = inside("state", "forget", "sign-1", "--yes", *reach)
        verdicts = inside("plan", "--format", "json", *reach).by_key("verdict")
    assert (done.code, done.out.splitlines()[-1]) == (0, "sign-1 (1001) is forgotten")
    assert "nothing submitted" in again.out
    assert verdicts == {"sign-1": "unverified", "sign-2": "waiting"}
    assert local(place.top).load().state.entry(1001).submitted is None


def test_what_may_be_under_review_is_forgotten_by_force_only(place: BranchPlace) -> None:
    opened = doubted(intent(HIDDEN_EDIT, row())._replace(status=IntentState.LAPSED))
    local(place.top).update(lambda state: state._replace(entries={1001: opened}), "")
    with serving(SIGNS) as sandbox:
        reach = ("--yes", "--endpoint", sandbox.url, *FAST)
        refused = inside("state", "forget", "sign-1", *reach)
        assert (refused.code, "--force forgets it" in refused.err) == (6, True)
        assert inside("state", "forget", "sign-1", "--force", *reach).code == 0
    assert local(place.top).load().state.entry(1001).perhaps == ()


def test_two_records_stop_every_run_until_one_is_moved(place: BranchPlace) -> None:
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        before = local(place.top).load().state
        write(place.top, SIGNS, branch=BRANCH)
        for command in (("plan",), ("apply", "--yes"), ("adopt", "sign-1", "--yes")):
            done = inside(*command, *reach)
            assert (done.code, "state migrate" in done.err, "state forget --local" in done.err) == (6, True, True)
        assert "the account has two records" in inside("doctor", *reach).out
        assert "there is a second record" in inside("state", "show", *reach).err
        moved = inside("state", "migrate", "--yes", *reach)
        assert (moved.code, BRANCH in moved.out.splitlines()[-1]) == (0, True)
        verdicts = inside("plan", "--format", "json", *reach).by_key("verdict")
        assert "there is no local record" in inside("state", "migrate", "--yes", *reach).out
    after = BranchStore(place.top, BRANCH, NAME).load().state
    assert after.entries == before.entries
    assert verdicts == {"sign-1": "waiting", "sign-2": "waiting"}


def test_a_record_that_was_moved_is_not_begun_anew_unseen(place: BranchPlace) -> None:
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        write(place.top, SIGNS, branch=BRANCH)
        assert inside("state", "migrate", "--yes", *reach).code == 0
        write(place.top, SIGNS)
        done = inside("plan", *reach)
        assert (done.code, f"moved to branch {BRANCH}" in done.err) == (6, True)
        assert inside("state", "forget", "--local", "--yes", *reach).code == 0
        assert inside("plan", *reach).code == 0


def test_a_local_record_can_be_dropped_instead(place: BranchPlace) -> None:
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        write(place.top, SIGNS, branch=BRANCH)
        done = inside("state", "forget", "--local", "--yes", *reach)
        assert (done.code, done.out.splitlines()[-1]) == (0, "the local record is dropped")
        assert inside("plan", *reach).code == 0
        assert "there is no local record" in inside("state", "forget", "--local", "--yes", *reach).out
    assert local(place.top).load().state.entries == {}


def test_a_local_record_is_not_dropped_while_its_run_may_have_a_call_under_way(place: BranchPlace) -> None:
    live = intent(HIDDEN_EDIT, row(), ago=0.0, status=IntentState.LIVE)._replace(at=time.time(), window=26.0)
    local(place.top).update(lambda state: state._replace(entries={1001: Entry(2, None, (live,))}), "")
    with serving(SIGNS) as sandbox:
        kept = inside("state", "forget", "--local", "--force", "--yes", "--endpoint", sandbox.url)
    assert (kept.code, "may be under way" in kept.err) == (6, True)
    assert local(place.top).load().state.entry(1001).perhaps == (live,)


def test_a_created_signature_is_forgotten_with_all_that_was_shown_of_it(place: BranchPlace) -> None:
    file = place.top / "signatures.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("sign_id: 1001", "sign_id: new"), encoding="utf-8")
    with serving(SIGNS[1:]) as sandbox:
        applied(sandbox.url)
        assert any(
            entry.submitted
            for subject, entry in local(place.top).load().state.entries.items()
            if subject not in {"sign-1", 1002}
        )
        assert inside("state", "forget", "sign-1", "--yes", "--endpoint", sandbox.url).code == 0
    assert [subject for subject, entry in local(place.top).load().state.entries.items() if entry.submitted] == [1002]


@pytest.mark.parametrize("arguments", [(), ("sign-1", "--local")])
@pytest.mark.usefixtures("place")
def test_forget_takes_a_key_or_the_local_record(arguments: tuple[str, ...]) -> None:
    assert inside("state", "forget", "--yes", *arguments).code == 2


@pytest.mark.usefixtures("place")
def test_nothing_is_moved_without_a_branch() -> None:
    with serving(SIGNS) as sandbox:
        done = inside("state", "migrate", "--yes", "--endpoint", sandbox.url)
    assert (done.code, "no branch is named" in done.err) == (2, True)


def test_definitions_that_are_not_valid_name_no_record(top: Path) -> None:
    write(top, [Sign("same", 1002, "")])
    assert inside("state", "show").code == 4


@pytest.mark.parametrize("gone", [True, False], ids=["deleted", "moved back"])
def test_a_branch_moved_by_force_is_said_and_not_applied_on(
    place: BranchPlace, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    warp(monkeypatch)  # the record that is put back holds an intent, which is waited out
    write(place.top, SIGNS, branch=BRANCH)
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        move = ["branch", "-D", BRANCH] if gone else ["update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~1"]
        subprocess.run(["git", *move], cwd=place.hub, check=True, capture_output=True)
        words = "is gone" if gone else "went back behind"
        plan = inside("plan", *reach)
        assert words in plan.out
        assert words in inside("doctor", *reach).out
        assert words in inside("state", "show", *reach).err
        refused = inside("apply", "--yes", *reach)
        assert (refused.code, words in refused.err) == (6, True)
        assert words in inside("plan", *reach).out  # it is said until somebody decides
        assert inside("apply", "--yes", "--allow-older", *reach).code == 0


def test_another_branch_is_the_right_one_once_somebody_allowed_it_though_there_was_nothing_to_submit(
    place: BranchPlace,
) -> None:
    write(place.top, SIGNS, branch=BRANCH)
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        write(place.top, SIGNS, branch="another")
        refused = inside("apply", "--yes", *reach)
        assert (refused.code, f"the record was on branch {BRANCH}" in refused.err) == (6, True)
        assert "unverified" in inside("apply", "--yes", "--allow-older", *reach).out
        assert inside("apply", "--yes", *reach).code == 0


def test_a_branch_that_others_went_on_with_is_not_taken_for_moved(place: BranchPlace) -> None:
    write(place.top, SIGNS, branch=BRANCH)
    other = place.clone(place.folder / "other")
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        BranchStore(other, BRANCH, NAME).update(lambda state: state._replace(entries={9: Entry(1)}), "by others")
        BranchStore(other, BRANCH, NAME).update(lambda state: state._replace(saved_at=5.0), "by others")
        plan = inside("plan", "--format", "json", *reach)
    assert plan.code == 0
    assert "went back" not in json.dumps(plan.document)


def test_a_branch_with_another_history_is_noticed_whatever_its_serial(place: BranchPlace) -> None:
    write(place.top, SIGNS, branch=BRANCH)
    other = place.clone(place.folder / "other")
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        move = ["update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~1"]
        subprocess.run(["git", *move], cwd=place.hub, check=True)
        store = BranchStore(other, BRANCH, NAME)
        for second in range(3):
            store.update(lambda state, at=float(second): state._replace(saved_at=at), "by others")  # type: ignore[misc]
        assert "went back behind" in inside("plan", *reach).out
        assert inside("apply", "--yes", *reach).code == 6


def test_a_record_that_a_commit_put_back_is_noticed_too(place: BranchPlace) -> None:
    write(place.top, SIGNS, branch=BRANCH)
    other = place.clone(place.folder / "other")
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        applied(sandbox.url)
        git(other, "fetch", "-q", "origin", BRANCH)
        git(other, "checkout", "-q", "-b", BRANCH, "FETCH_HEAD")
        git(other, "checkout", "-q", "HEAD~1", "--", f"{NAME}.json")
        git(other, "commit", "-q", "-m", "Put it back")
        git(other, "push", "-q", "origin", BRANCH)
        assert "went back behind" in inside("plan", *reach).out


BROKEN_NOTES = ["", "[" * 4000, "[]", "{}", '"x"', "{", '{"branch": 1, "commit": [], "serial": "x"}', "9" * 4090]


@pytest.mark.parametrize("note", BROKEN_NOTES, ids=lambda note: note[:12])
def test_a_broken_note_in_the_folder_is_no_bug(place: BranchPlace, note: str) -> None:
    folder = place.top / ".reconciler"
    folder.mkdir()
    (folder / f"{NAME}.seen.json").write_text(note, encoding="utf-8")
    (folder / f"{NAME}.moved.json").write_text(note, encoding="utf-8")
    with serving(SIGNS) as sandbox:
        reach = ("--endpoint", sandbox.url, *FAST)
        refused = inside("plan", *reach)
        assert (refused.code, "was moved to branch" in refused.err) == (6, True)
        write(place.top, SIGNS, branch=BRANCH)
        assert inside("plan", *reach).code == 0


def test_a_commit_pulled_while_the_account_is_asked_for_is_not_what_was_applied(
    place: BranchPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place.top, SIGNS, branch=BRANCH)
    git(place.top, "add", "-A")
    git(place.top, "commit", "-q", "-m", "Define")
    loaded = git(place.top, "rev-parse", "HEAD")

    def pulled(*given: Any, **named: Any) -> AbstractContextManager[Connection]:
        git(place.top, "commit", "-q", "--allow-empty", "-m", "Pulled meanwhile")
        return connect(*given, **named)

    monkeypatch.setattr(apply_module, "connect", pulled)
    with serving(SIGNS) as sandbox:
        applied(sandbox.url)
    assert place.state().commit == loaded
