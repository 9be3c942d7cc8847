"""Every command that a page of the documentation names is one, with options that it has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.main import cli

HERE = Path(__file__).parents[2]
PAGES = sorted([*(HERE / "docs").glob("*.md"), *HERE.glob("README*.md")])
_BLOCK = re.compile(r"```(?:sh|console|yaml|groovy)\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"(?:^|[\s/$'-])reconciler ((?:[a-z-].*?))(?: > .*| \|.*|'.*|\)\".*)?$")
_INLINE = re.compile(r"(?<!`)`reconciler\s(?:--lang zh\s)?([a-z][^`]*)`(?!`)")


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in _BLOCK.findall(text):
            for line in block.splitlines():
                if (found := _COMMAND.search(line.partition("  #")[0])) and not line.lstrip().startswith(("#", ">")):
                    yield page.name, found[1]
        yield from ((page.name, line) for line in in_running_text(text))


def in_running_text(page: str) -> Iterator[str]:
    """Yield each command that stands in a sentence."""
    for span in _INLINE.findall(_BLOCK.sub("", page)):
        yield " ".join(span.partition(">")[0].split())


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_a_command_of_the_documentation_is_one(page: str, line: str) -> None:
    arguments = shlex.split(line)
    command: click.Command = cli
    context = click.Context(cli, info_name="reconciler", **cli.context_settings)
    while isinstance(command, click.Group) and arguments:
        name = arguments.pop(0)
        inner = command.get_command(context, name)
        assert inner is not None, f"{page}: {name}"
        command, context = inner, click.Context(inner, info_name=name, parent=context)
    try:
        command.make_context(str(context.info_name), arguments, parent=context.parent)
    except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError, click.MissingParameter):
        pass  # --help, and a command that is named in running text
    except click.UsageError as error:
        pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_the_pages_name_commands() -> None:
    assert len(set(commands())) > 20


@pytest.mark.parametrize("page", ["how-to", "tutorial"])
def test_a_page_has_the_same_blocks_and_sections_in_chinese(page: str) -> None:
    english, chinese = ((HERE / "docs" / f"{page}{end}.md").read_text(encoding="utf-8") for end in ("", ".zh-CN"))
    command = re.compile(r"^[$>] .*", re.MULTILINE)
    # What is printed is in the language of the page.
    parts = [
        [command.findall(block) if block.startswith("$ ") else block for block in _BLOCK.findall(text)]
        for text in (english, chinese)
    ]
    assert parts[0] == parts[1] != []
    assert english.count("\n## ") == chinese.count("\n## ")
