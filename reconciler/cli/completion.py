"""Completion for shells, from a table of the options, so that no command has to be loaded at a press of TAB.

``completion.json`` is made from the commands themselves by ``docs/generate.py``, and tested for being current.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, shell_complete

from reconciler.text import say

VARIABLE: Final = "_RECONCILER_COMPLETE"
TABLE: Final = Path(__file__).with_name("completion.json")

_FULL_STOP: Final = "\u3002"  # of Chinese

# Of a definitions file; a larger one is not searched for keys at a press of TAB.
_MAX_BYTES: Final = 4 * 1024 * 1024
_SECTION: Final = re.compile(r"^signatures:[ \t]*(?:#[^\n]*)?\n", re.MULTILINE)
_KEY: Final = re.compile(r"^([ \t]+)([a-z0-9][a-z0-9-]*):", re.MULTILINE)


def complete(instruction: str) -> int:
    """Answer a shell, as click's own completion does; return the exit code."""
    commands = json.loads(TABLE.read_text(encoding="utf-8"))
    return shell_complete(_group("reconciler", commands), {}, "reconciler", VARIABLE, instruction)


def _group(name: str, described: Mapping[str, Any]) -> click.Group:
    group = click.Group(name, short_help=_summary(described), params=_params(described))
    for each, inner in described["commands"].items():
        group.add_command(_group(each, inner) if inner["commands"] else _command(each, inner))
    return group


def _command(name: str, described: Mapping[str, Any]) -> click.Command:
    return click.Command(name, short_help=_summary(described), params=_params(described))


def _summary(described: Mapping[str, Any]) -> str:
    """Return the first sentence of a command's help; in English it is cut to a line already."""
    whole: str = described["text"]
    translated = say(whole)
    return described["help"] if translated == whole else f"{translated.partition(_FULL_STOP)[0]}{_FULL_STOP}"


def _params(described: Mapping[str, Any]) -> list[click.Parameter]:
    return [_param(each) for each in described["params"]]


def _param(described: Mapping[str, Any]) -> click.Parameter:
    kind = click.Choice(described["choices"]) if described["choices"] else None
    words = _words if described["keys"] else None
    if described["argument"]:
        path = click.Path() if described["path"] else None
        return click.Argument(described["names"], nargs=-1, type=kind or path, shell_complete=words)
    return click.Option(
        described["names"],
        is_flag=described["flag"],
        multiple=described["multiple"],
        type=None if described["flag"] else kind or (click.Path() if described["path"] else str),
        help=say(described["help"]) if described["help"] else None,
        shell_complete=words,
    )


def _words(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(key) for key in keys_in(_definitions()) if key.startswith(incomplete)]


def _definitions() -> str:
    """Return the text of the definitions here or in the nearest folder above, empty where there are none."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        file = folder / "signatures.yaml"
        if file.is_file() and file.stat().st_size <= _MAX_BYTES:
            return file.read_text(encoding="utf-8", errors="replace")
        if (folder / ".git").exists():
            break
    return ""


def keys_in(text: str) -> list[str]:
    """Return the keys of a definitions file as they are written below each other, without reading it as YAML."""
    section = _SECTION.search(text)
    if section is None:
        return []
    found = list(_KEY.finditer(text, section.end()))
    return [match[2] for match in found if match[1] == found[0][1]]


def described(command: click.Command, context: click.Context) -> dict[str, Any]:
    """Return what a shell has to know of a command and of those below it."""
    inner = {}
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                inner[name] = described(below, click.Context(below, info_name=name, parent=context))
    return {
        "help": command.get_short_help_str(),
        "text": inspect.cleandoc(command.help or ""),
        "params": [_described_param(param) for param in command.params if not getattr(param, "hidden", False)],
        "commands": inner,
    }


def _described_param(param: click.Parameter) -> dict[str, Any]:
    is_argument = isinstance(param, click.Argument)
    kind = param.type
    return {
        "names": [param.name] if is_argument else [*param.opts, *param.secondary_opts],
        "argument": is_argument,
        "flag": isinstance(param, click.Option) and param.is_flag,
        "multiple": param.multiple if isinstance(param, click.Option) else False,
        "choices": list(kind.choices) if isinstance(kind, click.Choice) else [],
        "path": isinstance(kind, click.Path),
        "keys": not {"--only", "--resubmit", "keys", "key"}.isdisjoint(param.opts),
        "help": param.help if isinstance(param, click.Option) else None,
    }
