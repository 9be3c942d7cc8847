"""The files of pinned versions agree with pyproject.toml and with each other; docs/dependencies.md says what for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
LOWEST = ROOT / ".ci/constraints-lowest.txt"
LOCK = ROOT / ".github/actions/reconciler/requirements.txt"

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME: list[str] = PYPROJECT["project"]["dependencies"]
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
BUILD: list[str] = PYPROJECT["build-system"]["requires"]

ENVIRONMENTS: list[Mapping[str, str]] = [
    {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform, "extra": ""}
    for python, platform in product(("3.11", "3.12", "3.13"), ("linux", "darwin"))
]

HERE: Mapping[str, str] = {"extra": ""}

NEEDS_LOCK = pytest.mark.skipif(not LOCK.exists(), reason="the source distribution leaves the action out")


class Pin(NamedTuple):
    """A version, where it holds, and the digests of its files."""

    version: Version
    marker: Marker | None
    digests: int

    def holds(self, environment: Mapping[str, str]) -> bool:
        return self.marker is None or self.marker.evaluate(dict(environment))


def pins(text: str) -> dict[str, Pin]:
    """Read lines of ``name==version``; anything else, such as an address, is an error."""
    found = {}
    for line in re.sub(r"\\\n", " ", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)).splitlines():
        stated, *digests = line.split(" --hash=sha256:")
        requirement = Requirement(stated)
        [specifier] = requirement.specifier
        assert (specifier.operator, requirement.url, requirement.extras) == ("==", None, set()), line
        assert all(re.fullmatch("[0-9a-f]{64} *", digest) for digest in digests), line
        found[requirement.name] = Pin(Version(specifier.version), requirement.marker, len(digests))
    return found


def needed(requirements: Iterable[str], pinned: Mapping[str, Pin]) -> Iterator[tuple[Requirement, Mapping[str, str]]]:
    """Yield what is required, directly or by something required, with each environment where it is.

    What a package requires is known of the pinned version only, where just that is installed.
    """
    for environment in ENVIRONMENTS:
        waiting, seen = [Requirement(text) for text in requirements], set()
        while waiting:
            requirement = waiting.pop()
            name = canonicalize_name(requirement.name)
            if requirement.marker is not None and not requirement.marker.evaluate(dict(environment)):
                continue
            yield requirement, environment
            if name not in seen:
                seen.add(name)
                waiting += requires(name, pinned)


def requires(name: str, pinned: Mapping[str, Pin]) -> list[Requirement]:
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return []
    if name in pinned and Version(installed.version) == pinned[name].version:
        return [Requirement(text) for text in installed.requires or ()]
    return []


def problems(requirements: Iterable[str], pinned: Mapping[str, Pin]) -> set[str]:
    """Return what is required and not pinned, or pinned to what is not allowed."""
    found = set()
    for requirement, environment in needed(requirements, pinned):
        pin = pinned.get(canonicalize_name(requirement.name))
        if pin is None or not pin.holds(environment):
            found.add(f"{requirement} is not pinned")
        elif pin.version not in requirement.specifier:
            found.add(f"{requirement} does not allow {pin.version}")
    return found


def lower_bound(requirement: Requirement) -> Version:
    [specifier] = requirement.specifier
    assert specifier.operator == ">=", requirement
    return Version(specifier.version)


def test_everything_that_is_installed_for_the_tests_has_its_version() -> None:
    ours = PYPROJECT["project"]["name"]
    extras = [text for extra in EXTRAS.values() for text in extra if not text.startswith(ours)]
    assert problems([*RUNTIME, *BUILD, *extras], pins(CONSTRAINTS.read_text(encoding="utf-8"))) == set()


@NEEDS_LOCK
def test_everything_that_the_action_installs_has_its_version_and_digests() -> None:
    lock = pins(LOCK.read_text(encoding="utf-8"))
    assert problems([*RUNTIME, *BUILD], lock) == set()
    assert [name for name, pin in lock.items() if not pin.digests] == []


@NEEDS_LOCK
def test_the_action_installs_what_is_tested() -> None:
    tested, lock = (pins(file.read_text(encoding="utf-8")) for file in (CONSTRAINTS, LOCK))
    assert {name: pin.version for name, pin in lock.items()}.items() <= {
        name: pin.version for name, pin in tested.items()
    }.items()


@NEEDS_LOCK
def test_the_action_installs_nothing_that_is_needed_for_tests_only() -> None:
    lock = pins(LOCK.read_text(encoding="utf-8"))
    installed: dict[str, str] = {canonicalize_name(it.name): it.version for it in metadata.distributions()}
    if any(installed.get(name) != str(pin.version) for name, pin in lock.items() if pin.holds(HERE)):
        pytest.skip("other versions are installed here, and what the pinned ones require is not known")
    known = {canonicalize_name(requirement.name) for requirement, _ in needed([*RUNTIME, *BUILD], lock)}
    assert lock.keys() == known


@NEEDS_LOCK
@pytest.mark.parametrize(
    ("file", "wanted"), [("tools.txt", [*BUILD, "build", "twine"]), ("publish.txt", ["uv"])], ids=str
)
def test_a_release_installs_what_is_tested_by_digests_and_its_tools(file: str, wanted: list[str]) -> None:
    tested = pins(CONSTRAINTS.read_text(encoding="utf-8"))
    lock = pins((ROOT / ".github/release" / file).read_text(encoding="utf-8"))
    assert problems(wanted, lock) == set()
    assert [name for name, pin in lock.items() if not pin.digests] == []
    assert {name: lock[name].version for name in lock.keys() & tested.keys()}.items() <= {
        name: pin.version for name, pin in tested.items()
    }.items()


def test_what_publishes_is_uv_alone() -> None:
    lock = ROOT / ".github/release/publish.txt"
    if not lock.exists():
        pytest.skip("the source distribution leaves the workflows out")
    assert pins(lock.read_text(encoding="utf-8")).keys() == {"uv"}


def test_the_lowest_versions_are_the_bounds_that_users_meet() -> None:
    lowest = pins(LOWEST.read_text(encoding="utf-8"))
    bounds = {canonicalize_name(it.name): lower_bound(it) for it in map(Requirement, [*RUNTIME, *BUILD])}
    assert {name: lowest[name].version for name in bounds} == bounds


def test_the_lowest_versions_hold_everything_that_is_installed_with_them() -> None:
    workflow = ROOT / ".github/workflows/ci.yml"
    if not workflow.exists():
        pytest.skip("the source distribution leaves the workflows out")
    steps = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]["lowest"]["steps"]
    [extra] = re.findall(r"pip install .*'\.\[(\w+)\]'", "\n".join(step.get("run", "") for step in steps))
    unpinned = problems([*RUNTIME, *BUILD, *EXTRAS[extra]], pins(LOWEST.read_text(encoding="utf-8")))
    assert unpinned == set()


@pytest.mark.parametrize(
    ("tampered", "problem"),
    [
        (("click==8.5.1\n", ""), "click>=8 is not pinned"),
        (("click==8.5.1\n", "click==7.9\n"), "click>=8 does not allow 7.9"),
        (("\n", " ; python_version < '3.12'\n"), "click>=8 is not pinned"),
        (("click==8.5.1\n", "click==8.5.1\n"), ""),
    ],
    ids=["missing", "too low", "not everywhere", "right"],
)
def test_what_does_not_agree_is_found(tampered: tuple[str, str], problem: str) -> None:
    pinned = pins("click==8.5.1\n".replace(*tampered))
    assert problems(["click>=8"], pinned) == ({problem} if problem else set())


def test_what_a_requirement_requires_is_looked_at_too() -> None:
    [needs] = [text for text in metadata.requires("pytest") or () if text.startswith("pluggy")]
    pinned = pins(f"pytest=={metadata.version('pytest')}\n")
    assert f"{Requirement(needs)} is not pinned" in problems(["pytest"], pinned)
    assert problems(["pytest"], pins("pytest==1.0\n")) == set()


@pytest.mark.parametrize("line", ["click>=8", "click @ file:///tmp/click.whl", "--index-url x", "click[x]==8", "click"])
def test_only_exact_versions_are_pins(line: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        pins(f"# a comment\n{line}\n")
