"""The hook for other repositories, as pre-commit installs and runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fixtures.environment import outside_of_tests
from tests.fixtures.project import pending, write
from tests.integration.test_other_clients import run

HERE = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not (HERE / ".git").exists(), reason="pre-commit takes a hook from a git repository only"),
]


@pytest.fixture(scope="module")
def environ(real_home: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    cache = tmp_path_factory.mktemp("pre-commit")
    versions = {"PIP_CONSTRAINT": str(HERE / "constraints.txt"), "PRE_COMMIT_HOME": str(cache)}
    author = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return outside_of_tests(os.environ) | {"HOME": real_home} | versions | author


def test_a_commit_with_a_fault_is_stopped_with_its_line_and_one_without_is_not(
    tmp_path: Path, environ: Mapping[str, str]
) -> None:
    (tmp_path / ".git").mkdir()
    file = write(tmp_path, [pending(1)])
    (tmp_path / ".git").rmdir()
    assert run("git", "init", "-q", environ=environ, cwd=tmp_path).returncode == 0
    hook = (sys.executable, "-m", "pre_commit", "try-repo", str(HERE), "validate-sms-signatures", "--all-files")

    run("git", "add", "-A", environ=environ, cwd=tmp_path)
    sound = run(*hook, environ=environ, cwd=tmp_path)
    assert (sound.returncode, "Passed" in sound.stdout) == (0, True), sound.stdout + sound.stderr

    file.write_text(file.read_text(encoding="utf-8").replace("business-license", "business-licence"), encoding="utf-8")
    run("git", "add", "-A", environ=environ, cwd=tmp_path)
    faulty = run(*hook, environ=environ, cwd=tmp_path)
    assert faulty.returncode == 1, faulty.stdout + faulty.stderr
    assert "did you mean `business-license`?" in faulty.stdout
