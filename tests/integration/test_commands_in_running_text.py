"""A command in a sentence of the documentation does what it says it does: where it is whole, it is run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from reconciler.cli.main import cli
from tests.fixtures.commands import inside
from tests.fixtures.project import APPROVED, Sign, write
from tests.project.test_docs_commands import PAGES, in_running_text

UIN: Final = "100000000001"
ACCOUNT: Final = f"""\
uin: "{UIN}"
signatures: [{{sign_id: 1110, sign_name: Acme, international: true, status: approved}}]
"""

# What of a command in running text is somebody's own, and what stands for it here.
_OWN: Final = {"KEY": "acme", "{key}": "acme", "{intended}": "acme", "CODE": "stuck"}
# Whole for click, and not run here.
_ELSEWHERE: Final = {
    "adopt": "a name: it wants a key",
    "github comment": "needs GitHub; tests/unit/github has a stand-in",
    "import": "writes the file that is there; the README's own section runs it",
    "sandbox serve": "serves until it is ended; test_sandbox_commands.py ends it",
    "state forget": "a name: it wants a key",
    "state history": "of a record on a branch; 'A team instead of one machine' runs it",
    "state migrate": "as above",
}


def named() -> set[str]:
    """Return every command in running text."""
    return {line for page in PAGES for line in in_running_text(page.read_text(encoding="utf-8"))}


def whole_commands() -> Iterator[tuple[list[str], click.Command]]:
    """Yield each command of running text that has all its arguments, with what it calls."""
    for line in sorted(named()):
        words = [_OWN.get(word, word) for word in line.split()]
        # With the settings of the real one: click keeps the option for help that it makes here.
        rest, context = words, click.Context(cli, info_name="reconciler", **cli.context_settings)
        command: click.Command = cli
        while isinstance(command, click.Group) and rest:
            inner = command.get_command(context, rest[0])
            assert inner is not None
            rest, command, context = rest[1:], inner, click.Context(inner, info_name=rest[0], parent=context)
        with contextlib.suppress(click.MissingParameter):
            if not isinstance(command, click.Group) and line not in _ELSEWHERE:
                command.make_context(line, list(rest), parent=context.parent)
                yield words, command


WHOLE: Final = list(whole_commands())


@pytest.mark.parametrize(("words", "command"), WHOLE, ids=[" ".join(words) for words, _ in WHOLE])
def test_a_whole_command_in_running_text_does_something(
    words: list[str], command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, tmp_path / "accounts/one"):
        write(folder, [Sign("acme", 1110, "Acme", status=APPROVED)], uin=UIN)
        (folder / "signatures.sandbox.yaml").write_text(ACCOUNT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    known = {name for param in command.params for name in param.opts}
    asked = {"--yes"} if "--offline" in words else {"--sandbox", "--yes"}
    done = inside(*words, *(asked & known))
    assert done.code == 0, done
    assert done.out


def test_the_commands_that_are_run_elsewhere_are_named() -> None:
    assert set(_ELSEWHERE) <= named()
    assert len(WHOLE) > 15
