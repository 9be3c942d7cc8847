from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.errors import Refusal
from reconciler.model.state import State
from reconciler.planning.planner import lineage_refusal
from reconciler.state.checkout import lineage
from tests.fixtures.fake_run import EMPTY


def refusal(root: Path, state: State, head: str) -> Refusal | None:
    return lineage_refusal(lambda applied: lineage(root, applied, head), state)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, str]:
    """A repository, its older and newer commit, and one beside them."""
    top = tmp_path_factory.mktemp("history")

    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
        done = subprocess.run(["git", *identity, *arguments], cwd=top, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    for name in ("older", "newer"):
        git("commit", "-q", "--allow-empty", "-m", name)
    git("checkout", "-q", "-b", "beside", "HEAD~1")
    git("commit", "-q", "--allow-empty", "-m", "beside")
    return top, git("rev-parse", "main~1"), git("rev-parse", "main"), git("rev-parse", "beside")


def test_a_newer_commit_or_a_record_without_one_is_admitted(history: tuple[Path, str, str, str]) -> None:
    top, older, newer, _ = history
    assert refusal(top, EMPTY, newer) is None
    assert refusal(top, EMPTY._replace(commit=older), newer) is None
    assert refusal(top, EMPTY._replace(commit=newer), newer) is None


def test_a_local_record_is_not_asked() -> None:
    assert lineage_refusal(None, EMPTY._replace(commit="c0ffee00" * 5)) is None


def test_an_older_commit_is_refused(history: tuple[Path, str, str, str]) -> None:
    top, older, newer, beside = history
    assert "is older than" in str(refusal(top, EMPTY._replace(commit=newer), older))
    assert "does not come after" in str(refusal(top, EMPTY._replace(commit=newer), beside))


def test_a_history_that_cannot_tell_is_refused_with_what_to_do(
    history: tuple[Path, str, str, str], tmp_path: Path
) -> None:
    top, older, newer, _ = history
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", "-b", "main", top.as_uri(), shallow], check=True)
    found = refusal(shallow, EMPTY._replace(commit=older), newer)
    assert found is not None
    assert "too short to tell" in found.message
    assert "git pull" in found.hint
    shutil.rmtree(shallow)


def test_a_commit_that_a_whole_history_lacks_may_never_have_been_pushed(
    history: tuple[Path, str, str, str], tmp_path: Path
) -> None:
    top, _, newer, beside = history
    whole = tmp_path / "whole"
    subprocess.run(["git", "clone", "-q", "--single-branch", "-b", "main", top.as_uri(), whole], check=True)
    found = refusal(whole, EMPTY._replace(commit=beside), newer)
    assert found is not None
    assert f"does not hold {beside[:12]}," in found.message
    assert found.message.endswith("or that commit was never pushed")
    assert "git pull" in found.hint
    assert "too short" not in found.message
