"""Every check by its name: ``.venv/bin/nox`` runs all of them, ``.venv/bin/nox -s types`` one, ``--list`` names them.

They run in the environment that the second command of the README's quick start makes.
"""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Final

import nox

nox.options.default_venv_backend = "none"

ROOT: Final = Path(__file__).parent
TOOLS: Final = Path(sys.executable).parent
GITHUB: Final = ROOT / ".github"
ACTION: Final = GITHUB / "actions/reconciler/action.yml"

CONSTRAINTS: Final = ROOT / "constraints.txt"
LOWEST: Final = ROOT / ".ci/constraints-lowest.txt"
LOCK: Final = GITHUB / "actions/reconciler/requirements.txt"
# What builds and checks a release, and, apart from it, what runs in the job that has an identity.
RELEASE_TOOLS: Final = GITHUB / "release/tools.txt"
PUBLISH_TOOLS: Final = GITHUB / "release/publish.txt"
MUTMUT: Final = "mutmut==3.8.1"
PLATFORMS: Final = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
)
PYTHONS: Final = ("3.11", "3.12", "3.13")


def run(session: nox.Session, tool: str, *arguments: str | Path) -> None:
    """Run a tool of the environment that nox itself is in."""
    session.run(TOOLS / tool, *arguments, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Find mistakes and habits that the project does without (ruff)."""
    run(session, "ruff", "check")


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    """See whether the code is laid out as ruff does it."""
    run(session, "ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types (mypy, strict)."""
    run(session, "mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """See whether packages import only what lies below them (import-linter)."""
    run(session, "lint-imports")


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the workflows, the action and the other files that GitHub and pre-commit read."""
    if not GITHUB.exists():
        session.skip("the source distribution leaves these files out")
    called = sorted((ROOT / ".github/workflows").glob("*.yml"))
    callers = sorted((ROOT / "docs/github").glob("*.yml"))
    forms = sorted(file for file in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if file.stem != "config")
    dependabot = GITHUB / "dependabot.yml"
    run(session, "actionlint", *called, *callers)
    settings = ("--offline", "--persona", "pedantic", "--config", GITHUB / "zizmor.yml")
    run(session, "zizmor", *settings, *called, *callers, ACTION, dependabot)
    for schema, files in {
        "github-workflows": [*called, *callers],
        "github-actions": [ACTION],
        "dependabot": [dependabot],
        "github-issue-forms": forms,
        "github-issue-config": [GITHUB / "ISSUE_TEMPLATE/config.yml"],
        "gitlab-ci": gitlab_examples(Path(session.create_tmp())),
    }.items():
        run(session, "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    run(session, "pre-commit", "validate-config", ROOT / ".pre-commit-config.yaml")


def gitlab_examples(folder: Path) -> list[Path]:
    """Write the documentation's examples for GitLab out as files."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/how-to.md").read_text("utf-8"), re.DOTALL)
    files = []
    for number, block in enumerate(block for block in blocks if "script:" in block):
        files.append(folder / f"{number}.gitlab-ci.yml")
        files[-1].write_text(block, encoding="utf-8")
    return files


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests with their coverage, but for those that repeat the checks above; ``--`` hands pytest its own."""
    everything = ("-m", "not soak and not static", "-n", "3", "--dist", "worksteal", "--cov")
    run(session, "python", "-m", "pytest", *(session.posargs or everything))


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Run the tests that take minutes."""
    run(session, "python", "-m", "pytest", "-m", "soak", "--hypothesis-profile=soak", "--ignore=tests/sim")
    # In virtual time: side by side no run of it can be late, as those with processes could.
    run(session, "python", "-m", "pytest", "-m", "soak", "-n", "2", "tests/sim")


@nox.session(default=False, venv_backend="venv")
def mutation(session: nox.Session) -> None:
    """See whether the tests of decision and apply notice each small change of the code (mutmut, minutes)."""
    session.chdir(ROOT)
    session.install("-c", str(CONSTRAINTS), "-e", ".[test]")
    session.install(MUTMUT)
    # What is left of an earlier run says which test reaches which function, also where a test has changed since.
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    session.run("mutmut", "run", "--max-children", "2")
    session.run("python", "-m", "tests.mutation", "mutants")


@nox.session(default=False)
def fix(session: nox.Session) -> None:
    """Lay the code out, and correct what ruff can correct."""
    run(session, "ruff", "check", "--fix")
    run(session, "ruff", "format")


@nox.session(default=False, venv_backend="venv")
def renew(session: nox.Session) -> None:
    """Write constraints.txt, the locks and the lowest versions anew; docs/dependencies.md says more."""
    session.install("uv>=0.9")
    project = "pyproject.toml"
    extras = ("--extra", "test", "--extra", "fuzz")
    compile_(session, CONSTRAINTS, "The versions that everything is tested with.", project, *extras, "--upgrade")
    build = Path(session.create_tmp()) / "build.txt"
    build.write_text("\n".join(pyproject()["build-system"]["requires"]), encoding="utf-8")
    lock(session, LOCK, "What the action installs.", project, str(build))
    lowest = ("--resolution", "lowest-direct", "--upgrade", "--extra", "suite")
    compile_(session, LOWEST, "The lowest versions that pyproject.toml allows.", project, *lowest)
    for platform in PLATFORMS:
        for python in PYTHONS:
            have_wheels(session, LOCK, platform, python)
    lock_release(session, build)


def lock_release(session: nox.Session, build: Path) -> None:
    """Write what the release workflow installs: what builds and checks, and uv, which alone publishes."""
    for target, what, tools in (
        (RELEASE_TOOLS, "What builds and checks a release.", f"{build.read_text('utf-8')}\nbuild\ntwine"),
        (PUBLISH_TOOLS, "What publishes a release.", "uv"),
    ):
        wanted = Path(session.create_tmp()) / target.name
        wanted.write_text(tools, encoding="utf-8")
        lock(session, target, what, str(wanted))
        have_wheels(session, target, PLATFORMS[0], PYTHONS[-1])


def lock(session: nox.Session, target: Path, what: str, *sources: str) -> None:
    """Let uv write versions with the digests of their wheels, the same versions as in constraints.txt."""
    wheels = ("--only-binary", ":all:", "--generate-hashes", "--no-annotate", "--upgrade")
    compile_(session, target, what, *sources, "--constraint", str(CONSTRAINTS), *wheels)


def compile_(session: nox.Session, target: Path, what: str, *arguments: str) -> None:
    """Let uv write a file that holds for all versions of Python and all platforms."""
    session.chdir(ROOT)
    session.run(
        *("uv", "pip", "compile", *arguments, "--universal", "--python-version", PYTHONS[0]),
        # A release that somebody has slipped in is mostly found within days.
        *("--exclude-newer", "7 days", "--no-header", "--quiet", "--output-file", str(target)),
    )
    text = f"# {what} Written by `.venv/bin/nox -s renew`, as docs/dependencies.md says.\n{target.read_text('utf-8')}"
    target.write_text(text, encoding="utf-8")


def have_wheels(session: nox.Session, locked: Path, platform: str, python: str) -> None:
    """Fail where a lock lacks a wheel for a platform, or its hash."""
    where = ("--target", session.create_tmp(), "--python-platform", platform, "--python-version", python)
    what = ("--only-binary", ":all:", "--require-hashes", "--no-deps", "--requirement", str(locked))
    session.run("uv", "pip", "install", "--dry-run", "--quiet", *where, *what)


def pyproject() -> dict[str, dict[str, list[str]]]:
    """Return the parts of pyproject.toml that are read here."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
