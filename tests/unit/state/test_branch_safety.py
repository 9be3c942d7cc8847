"""What a branch of the record must not be, and where neither a token nor the vendor's keys may go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import Refusal, StateError
from reconciler.state.branch import Answer, BranchStore, meaning
from reconciler.state.checkout import SeenBranch
from reconciler.state.git_command import git as run_git
from reconciler.state.git_command import plain_environment
from reconciler.state.git_repository import FetchedTogether
from reconciler.state.store import WentBack
from tests.fixtures.git_http import hosting
from tests.fixtures.repositories import commit, git, hub_and_clone
from tests.fixtures.state_values import NAME, change, put, state

TOKEN = "RECONCILER_GIT_TOKEN"


@pytest.mark.parametrize(("there", "wanted"), [("state", "state/x"), ("state/x", "state")])
def test_a_branch_whose_name_conflicts_with_another_is_refused_at_once(tmp_path: Path, there: str, wanted: str) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(hub, "branch", there, "main")
    pauses: list[float] = []
    store = BranchStore(work, wanted, NAME, pause=pauses.append)
    with pytest.raises(Refusal, match=f"there is a branch {there}") as refused:
        put(store, state(s1="one"), "note")
    assert refused.value.exit_code == 6
    assert len(pauses) <= 1


@pytest.mark.parametrize(("there", "wanted"), [("state", "state/x"), ("state/x", "state"), ("a", "a/b/c")])
@pytest.mark.parametrize("together", [False, True])
def test_a_name_that_conflicts_is_seen_by_what_only_reads(
    tmp_path: Path, there: str, wanted: str, *, together: bool
) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(hub, "branch", there, "main")
    git(hub, "branch", "statement", "main")
    fetched = FetchedTogether(work, (wanted, "other")) if together else None
    with pytest.raises(Refusal, match=f"there is a branch {there}, and git keeps no branch"):
        BranchStore(work, wanted, NAME, fetched=fetched).load()
    assert BranchStore(work, "other", NAME, fetched=fetched).load().version == ""


@pytest.mark.parametrize(
    "words",
    [
        "cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'",
        "! [remote rejected] x (directory file conflict)",
        "error: unable to write file: No space left on device; failed to update ref",
        "cannot lock ref 'refs/heads/x': unable to resolve reference 'refs/heads/x': reference broken",
        "fatal: repository not found",
        "ERROR: This repository was archived so it is read-only.",
        "remote: error: File x.json is 150 MB; this exceeds the file size limit; failed to update ref",
    ],
)
def test_what_is_permanent_is_not_tried_again(words: str) -> None:
    assert meaning(words) is not Answer.AGAIN


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("100000000002-ap-singapore.json", False),
        ("sandbox-1-ap-guangzhou.json", False),
        ("main.py", True),
        ("1-ap-singapore.json.bak", True),
        ("notes.json", True),
        (".github/workflows/x.yml", True),
        ("1-ap-singapore.json/inner", True),
    ],
)
def test_a_branch_with_anything_but_records_is_refused(tmp_path: Path, name: str, *, refused: bool) -> None:
    _, work = hub_and_clone(tmp_path)
    put(BranchStore(work, "reconciler-state", NAME), state(s1="one"), "note")
    git(work, "fetch", "-q", "origin", "reconciler-state:reconciler-state")
    git(work, "checkout", "-q", "reconciler-state")
    (work / name).parent.mkdir(parents=True, exist_ok=True)
    commit(work, name, "x")
    git(work, "push", "-q", "origin", "reconciler-state")
    store = BranchStore(work, "reconciler-state", NAME)
    if not refused:
        store.load()
        return
    with pytest.raises(Refusal, match="which is no record"):
        store.load()


def test_no_git_child_gets_the_vendors_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    for name in ("TENCENTCLOUD_SECRET_KEY", "TCCLI_PROFILE", "TKE_ROLE_ARN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", TOKEN):
        monkeypatch.setenv(name, "canary")
    shown = run_git(work, plain_environment(), "-c", "alias.show-all=!env", "show-all").text
    assert "PATH=" in shown
    assert "canary" not in shown


@pytest.mark.parametrize("persisted", [False, True], ids=["by the variable", "by the checkout's settings"])
def test_a_token_is_not_sent_after_a_redirect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, persisted: bool
) -> None:
    _, work = hub_and_clone(tmp_path)
    monkeypatch.setenv(TOKEN, "may-write")
    with hosting(tmp_path) as server:
        url = f"{server.url}/hub.git"
        git(work, "remote", "set-url", "origin", url)
        if persisted:
            git(work, "config", f"http.{server.url}/.extraheader", "AUTHORIZATION: basic x")
        settings = _settings_of(BranchStore(work, "reconciler-state", NAME))
    assert settings[f"http.{url}.followRedirects"] == "false"


def _settings_of(store: BranchStore) -> dict[str, str]:
    environment = store._git._bare._environment
    count = int(environment["GIT_CONFIG_COUNT"])
    return {environment[f"GIT_CONFIG_KEY_{i}"]: environment[f"GIT_CONFIG_VALUE_{i}"] for i in range(count)}


@pytest.mark.parametrize(
    ("server", "refused"), [("https://github.com", True), ("", False), ("same", False)], ids=["other", "none", "same"]
)
def test_on_a_runner_a_token_goes_to_its_own_server_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str, *, refused: bool
) -> None:
    _, work = hub_and_clone(tmp_path)
    monkeypatch.setenv(TOKEN, "may-write")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with hosting(tmp_path) as other:
        git(work, "remote", "set-url", "origin", f"{other.url}/hub.git")
        monkeypatch.setenv("GITHUB_SERVER_URL", other.url if server == "same" else server)
        store = BranchStore(work, "reconciler-state", NAME)
        if not refused:
            put(store, state(s1="one"), "note")
            return
        with pytest.raises(StateError, match="is not sent to"):
            put(store, state(s1="one"), "note")
        assert other.logins == []


def _mid_run(tmp_path: Path) -> tuple[BranchStore, Callable[[], BranchStore]]:
    """Return the store of a run under whose hands the branch was moved back, and how to open it anew."""
    hub, work = hub_and_clone(tmp_path)
    memory = SeenBranch(work / ".reconciler", NAME, "record")

    def fresh() -> BranchStore:
        return BranchStore(work, "record", NAME, pause=lambda _: None, memory=memory)

    store = fresh()
    change(store, s1="one")
    change(store, s2="two")
    git(hub, "update-ref", "refs/heads/record", "record~1")
    return store, fresh


def test_a_branch_moved_back_in_the_middle_of_a_run_is_said_by_it_and_by_the_next(tmp_path: Path) -> None:
    store, fresh = _mid_run(tmp_path)
    found = change(store, s3="three")
    assert set(found.state.entries) == {1, 3}
    assert "went back behind" in str(found.moved)
    assert change(store, s4="four").moved is found.moved
    assert "went back behind" in str(fresh().load().moved)


def test_a_branch_moved_back_is_the_right_one_once_a_run_that_may_went_on_with_it(tmp_path: Path) -> None:
    _, fresh = _mid_run(tmp_path)
    store = fresh()
    moved = store.load().moved
    assert isinstance(moved, WentBack)
    moved.allowed = True
    assert change(store, s3="three").moved is None
    assert fresh().load().moved is None


def test_a_record_on_another_branch_than_before_is_not_begun_anew_unseen(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)

    def named(branch: str) -> BranchStore:
        return BranchStore(work, branch, NAME, memory=SeenBranch(work / ".reconciler", NAME, branch))

    change(named("before"), s1="one")
    store = named("team/record")
    assert "the record was on branch before, at" in str(store.load().moved)
    change(store, s2="two")  # as an outcome is recorded whatever happened
    assert "the record was on branch before, at" in str(named("team/record").load().moved)
    assert named("before").load().moved is None
    git(hub, "update-ref", "refs/heads/team/record", "before")
    carried = named("team/record").load()
    assert (carried.moved, set(carried.state.entries)) == (None, {1})
    assert "does not go on from that" not in str(named("team/record").load().moved)


@pytest.mark.parametrize(("before", "serial"), [("before", 0), ("x; reboot", 1), ("-x", 1)])
def test_a_branch_that_held_nothing_of_the_account_or_cannot_be_one_says_nothing(
    tmp_path: Path, before: str, serial: int
) -> None:
    _, work = hub_and_clone(tmp_path)
    SeenBranch(work / ".reconciler", NAME, before).note("c" * 40, serial)
    other = SeenBranch(work / ".reconciler", NAME, "after")
    assert BranchStore(work, "after", NAME, memory=other).load().moved is None
