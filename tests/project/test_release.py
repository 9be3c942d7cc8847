"""The release workflow, read off its file, and its first job's own commands as they are run from a tag."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import reconciler
from tests.fixtures.environment import outside_of_tests

TOP = Path(__file__).parents[2]
FILE = TOP / ".github/workflows/release.yml"
if not FILE.exists():
    pytest.skip("the source distribution leaves the workflows out", allow_module_level=True)

RELEASE: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # text only
JOBS: dict[str, Any] = RELEASE["jobs"]
CHANGELOG = """\
# Changelog

## Unreleased

## 1.2.0 - 2026-12-01

### Added

- Something.

## 1.1.0 - 2026-11-01

- Something else.
"""


def notes(version: str, changelog: Path) -> subprocess.CompletedProcess[str]:
    command = (TOP / ".ci/release-notes", version, changelog)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def scripts(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def test_the_notes_are_what_the_changelog_says_of_the_version(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    assert notes("1.2.0", tmp_path / "CHANGELOG.md").stdout.strip() == "### Added\n\n- Something."
    assert notes("1.1.0", tmp_path / "CHANGELOG.md").stdout.strip() == "- Something else."


@pytest.mark.parametrize("version", ["1.0.0", "1.2", "Unreleased"])
def test_a_version_without_notes_is_no_release(tmp_path: Path, version: str) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    found = notes(version, tmp_path / "CHANGELOG.md")
    assert (found.returncode, found.stdout) == (1, "")
    assert f"nothing below '## {version}'" in found.stderr


def test_one_job_has_an_identity_and_it_runs_nothing_of_the_repository() -> None:
    permissions = {name: job["permissions"] for name, job in JOBS.items()}
    assert permissions == {
        "build": {"contents": "read"},
        "publish": {"attestations": "write", "contents": "read", "id-token": "write"},
        "announce": {"contents": "write"},
    }
    assert JOBS["publish"]["environment"] == "pypi"
    assert ["environment" in job for job in JOBS.values()] == [False, True, False]
    programs = re.findall(r"(\S+) (?:-I|--no-config) ", " ".join(scripts("publish")))
    assert programs == ["python3", '"$RUNNER_TEMP/uv/bin/python"', '"$RUNNER_TEMP/uv/bin/uv"']
    assert "secrets." not in FILE.read_text(encoding="utf-8")


def test_a_release_begins_with_a_tag_and_each_job_with_the_one_before() -> None:
    assert RELEASE["on"] == {"push": {"tags": ["v*"]}}
    assert [job.get("needs") for job in JOBS.values()] == [None, "build", "publish"]


def test_what_is_published_is_attested_before() -> None:
    steps = JOBS["publish"]["steps"]
    attested = next(step for step in steps if "attest-build-provenance@" in step.get("uses", ""))
    assert attested["with"] == {"subject-path": "${{ runner.temp }}/dist/*"}
    assert steps.index(attested) < len(steps) - 1
    assert scripts("publish")[-1].endswith('publish --trusted-publishing always "$RUNNER_TEMP"/dist/*')


def test_only_wheels_of_known_digests_are_installed() -> None:
    installs = re.findall(r"pip install (.*)", "\n".join(map("\n".join, map(scripts, JOBS))).replace("\\\n", " "))
    locked = "--quiet --only-binary :all: --require-hashes --requirement "
    files = [line.split()[-1] for line in installs if " ".join(line.split()).startswith(locked)]
    assert files == [
        ".github/release/tools.txt",
        ".github/actions/reconciler/requirements.txt",
        ".github/release/publish.txt",
    ]
    assert len(installs) == len(files) + 1
    assert '--quiet --no-index --no-deps "$RUNNER_TEMP"/dist/*.whl' in installs


@pytest.mark.soak
@pytest.mark.parametrize("ref", [f"v{reconciler.__version__}", "v99.0.0"])
def test_the_first_job_builds_and_tries_what_the_tag_names(tmp_path: Path, real_home: str, ref: str) -> None:
    ignored = shutil.ignore_patterns(".git", ".venv", ".nox", ".*_cache", "__pycache__")
    shutil.copytree(TOP, tmp_path / "code", ignore=ignored)
    changelog = tmp_path / "code/CHANGELOG.md"
    head = f"## {reconciler.__version__} - 2026-12-01"
    changelog.write_text(changelog.read_text(encoding="utf-8").replace("## Unreleased", head), encoding="utf-8")
    environ = outside_of_tests(os.environ) | {"HOME": real_home, "RUNNER_TEMP": str(tmp_path), "GITHUB_REF_NAME": ref}
    text = "\n".join(scripts("build")).replace("python -I -m venv", "python3 -I -m venv")
    done = subprocess.run(
        ("bash", "-eo", "pipefail", "-c", text), cwd=tmp_path / "code", env=environ, capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    if ref == "v99.0.0":
        assert done.returncode == 1
        assert "the tag is v99.0.0, but the code is of version" in done.stderr
        assert not (tmp_path / "dist").exists()
        return
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((tmp_path / "dist").iterdir())) == 2
    assert "Apply: 4 accepted" in done.stdout
    assert "### Added" in (tmp_path / "notes/notes.md").read_text(encoding="utf-8")
