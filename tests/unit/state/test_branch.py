from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import Exit, Refusal, StateError
from reconciler.state.branch import MARKER, BranchStore
from reconciler.state.codec import dump, parse
from reconciler.state.store import Snapshot
from tests.fixtures.repositories import clone, commit, footprint, git, hook, hub_and_clone, subjects
from tests.fixtures.state_values import NAME, put, state

BRANCH = "reconciler-state"
FILE = f"{NAME}.json"


def opened(work: Path, name: str = NAME) -> BranchStore:
    return BranchStore(work, BRANCH, name)


def saved(work: Path, name: str, note: str = "note") -> Snapshot:
    """Store signature 1 under that name."""
    store = opened(work)
    return put(store, state(s1=name), note)


def shown(hub: Path, *arguments: str) -> str:
    return git(hub, "show", *arguments)


def test_a_missing_branch_is_made_with_nothing_of_the_code_on_it(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    snapshot = saved(work, "one")
    assert git(hub, "rev-parse", BRANCH) == snapshot.version
    assert git(hub, "rev-list", "--count", BRANCH) == "1"
    assert git(hub, "ls-tree", "-r", "--name-only", BRANCH).splitlines() == [FILE, MARKER][::-1]
    assert parse(shown(hub, f"{BRANCH}:{FILE}").encode(), source="x") == snapshot.state


def test_the_first_branch_of_an_empty_remote_can_be_the_records(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "hub.git")
    work = clone(tmp_path / "hub.git", tmp_path / "work")
    assert opened(work).load().version == ""
    saved(work, "one")
    assert opened(work).load().state.entries == state(s1="one").entries


def test_the_log_of_the_branch_is_the_audit_trail(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    saved(work, "one", "Submit acme\n\nsign_name: Acme\nrequest 1")
    saved(work, "two", "Submit other \x1b[31m\x00 \ud83d\n")
    saved(work, "three", " \n")
    log = git(hub, "log", "--format=%B%x00", BRANCH).split("\0")
    assert [text.strip() for text in log] == [
        "Store the record",
        "Submit other  [31m",
        "Submit acme\n\nsign_name: Acme\nrequest 1",
        "",
    ]


def test_commits_are_the_tools_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, work = hub_and_clone(tmp_path)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_DATE", "2001-01-01T00:00:00Z")
    saved(work, "one")
    who = git(hub, "log", "--format=%an <%ae> %cn <%ce>", BRANCH)
    assert who == " ".join(["sms-signature-reconciler <sms-signature-reconciler@localhost>"] * 2)
    assert "2001" not in git(hub, "log", "--format=%ad %cd", BRANCH)


CLONES = {
    "full": (),
    "shallow": ("--depth=1",),
    "single-branch": ("--single-branch",),
    "blobless": ("--filter=tree:0",),
}


@pytest.mark.parametrize("options", CLONES.values(), ids=CLONES)
def test_nothing_of_the_checkout_is_touched(tmp_path: Path, options: tuple[str, ...]) -> None:
    hub, work = hub_and_clone(tmp_path, *options)
    (work / "a").write_text("edited\n")
    (work / "staged").write_text("staged\n")
    git(work, "add", "staged")
    before = footprint(work)
    first = saved(work, "one")
    second = saved(work, "two")
    assert footprint(work) == before
    assert git(hub, "rev-list", BRANCH).splitlines() == [second.version, first.version]
    git(work, "fsck")


def test_no_hook_of_the_user_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    ran, everywhere, template = tmp_path / "ran", tmp_path / "everywhere", tmp_path / "template"
    everywhere.mkdir()
    template.mkdir()
    script = f"echo $0 >> {ran}; exit 1"
    # What is set for the machine applies to the other side of a push as well, where that is this machine.
    ours = f'case "$GIT_DIR$PWD" in *reconciler-git-*) {script};; esac'
    hook(everywhere, "reference-transaction", ours)
    for name in ("pre-commit", "commit-msg", "post-commit", "pre-push"):
        hook(everywhere, name, script)
        hook(work, name, script)
    hook(work, "reference-transaction", script)
    hook(template, "reference-transaction", script)
    settings = tmp_path / "settings"
    settings.write_text(f"[core]\nhooksPath = {everywhere}/hooks\n[init]\ntemplateDir = {template}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    saved(work, "one")
    # Only now there is something to fetch, which moves a ref of our own.
    saved(work, "two")
    assert not ran.exists()


@pytest.mark.parametrize("act", [lambda s: s.load(), lambda s: put(s, state(s1="x"), "n")])
@pytest.mark.parametrize("marked", ["not at all", "with a folder"])
def test_a_branch_of_somebody_else_is_refused(
    tmp_path: Path, act: Callable[[BranchStore], object], marked: str
) -> None:
    hub, work = hub_and_clone(tmp_path)
    if marked == "with a folder":
        (tmp_path / "first" / MARKER).mkdir()
        commit(tmp_path / "first", f"{MARKER}/file")
        git(tmp_path / "first", "push", "-q", str(hub), "main")
    tip = git(hub, "rev-parse", "main")
    with pytest.raises(Refusal, match="not one of this tool") as caught:
        act(BranchStore(work, "main", NAME))
    assert caught.value.exit_code is Exit.REFUSED
    assert git(hub, "rev-parse", "main") == tip


def test_records_of_other_accounts_are_kept_as_they_are(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    saved(work, "one")
    other = clone(hub, tmp_path / "other", "--branch", BRANCH)
    commit(other, "7-ap-guangzhou.json")
    git(other, "push", "-q")
    before = git(hub, "ls-tree", "-r", BRANCH).splitlines()
    saved(work, "two")
    after = git(hub, "ls-tree", "-r", BRANCH).splitlines()
    assert [line for line in after if FILE not in line] == [line for line in before if FILE not in line]
    assert before != after


def test_several_accounts_share_one_branch(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    first, second = opened(work), opened(work, "5-eu-frankfurt")
    put(first, state(s1="one"), "first")
    put(second, state(s9="nine")._replace(uin="5", region="eu-frankfurt"), "second")
    put(first, state(s1="two"), "third")
    assert first.load().state.entries == state(s1="two").entries
    assert set(second.load().state.entries) == {9}
    assert subjects(hub, BRANCH) == ["third", "second", "first"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{}", '"version" is a required property'), (dump(state()._replace(uin="5")), "the record of 5-")],
)
def test_a_record_that_is_none_is_told_with_its_branch(tmp_path: Path, content: bytes, told: str) -> None:
    hub, work = hub_and_clone(tmp_path)
    saved(work, "one")
    other = clone(hub, tmp_path / "other", "--branch", BRANCH)
    commit(other, FILE, content.decode())
    git(other, "push", "-q")
    with pytest.raises(StateError, match=told) as caught:
        opened(work).load()
    assert f"on branch {BRANCH} of origin" in caught.value.message


@pytest.mark.parametrize("kind", ["link", "folder", "large"])
def test_what_stands_in_the_records_place_must_be_a_plain_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    hub, work = hub_and_clone(tmp_path)
    saved(work, "one")
    other = clone(hub, tmp_path / "other", "--branch", BRANCH)
    if kind == "large":
        monkeypatch.setattr("reconciler.state.branch.MAX_BYTES", 10)
    else:
        (other / FILE).unlink()
        if kind == "link":
            (other / FILE).symlink_to("/etc/passwd")
        else:
            (other / FILE).mkdir()
            (other / FILE / "x").touch()
        git(other, "add", "-A")
        git(other, "commit", "-q", "-m", "swap")
        git(other, "push", "-q")
    with pytest.raises(StateError, match="not a plain file"):
        opened(work).load()
