"""Every command that has formats prints each of them, and nothing else on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.formats import FORMATS
from reconciler.errors import Exit
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import APPROVED, Sign, pending, write
from tests.fixtures.serving import serving

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1), Sign("locked", 1002, "Locked", "Loked", status=APPROVED))
COMMANDS = (("plan",), ("apply", "--yes"), ("status",))


def check(form: str, done: Done) -> None:
    assert "Traceback" not in done.err
    match form:
        case "json":
            assert json.loads(done.out)["version"] == 1
        case "github":
            assert all(line.startswith("::") for line in done.out.splitlines())
        case "markdown":
            assert "locked" in done.out or "signatures.yaml" in done.out
        case _:
            assert "\x1b" not in done.out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_results_are_printed_in_the_format_asked_for(top: Path, command: tuple[str, ...], form: str) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside(*command, "--format", form, "--endpoint", sandbox.url, *FAST)
    assert done.code == (0 if command == ("status",) else 6)
    check(form, done)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", [*COMMANDS, ("validate",)], ids=" ".join)
def test_problems_are_printed_in_the_format_asked_for(top: Path, command: tuple[str, ...], form: str) -> None:
    write(top, [SIGNS[0]._replace(name="")])
    done = inside(*command, "--format", form)
    assert done.code == 4
    check(form, done)
    assert "signatures.yaml" in done.out + done.err


def test_annotations_stand_at_the_definitions_own_line(top: Path) -> None:
    file = write(top, SIGNS)
    line = file.read_text().splitlines().index("  locked:") + 1
    with serving(SIGNS) as sandbox:
        done = inside("plan", "--format", "github", "--endpoint", sandbox.url, *FAST)
    assert f"file=signatures.yaml,line={line}" in done.out.replace(" ", "")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("plan", "--describe-rate"),
        ("apply", "--modify-interval"),
        ("plan", "--describe-lag"),
        ("doctor", "--request-timeout"),
        ("status", "--timeout"),
        ("status", "--every"),
    ],
)
@pytest.mark.parametrize("value", ["nan", "-nan", "NaN"])
def test_what_is_no_number_is_a_usage_error(command: str, option: str, value: str) -> None:
    done = inside(command, option, value)
    assert (done.code, f"{value} is not a number" in done.err) == (Exit.USAGE, True)
