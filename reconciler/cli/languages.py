"""Languages beside English: their catalogues, which click speaks through too, and help in their words and widths."""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from reconciler.render.layout import padded, width, wrapped
from reconciler.text import ENGLISH, LANGUAGES, say, speak

LOCALES: Final = Path(__file__).parents[1] / "locale"
DOMAIN: Final = "reconciler"

_LEAST: Final = 20
_FIRST_COLUMN: Final = 30


def begin(language: str) -> None:
    """Speak a language from now on."""
    speak(language, gettext.translation(DOMAIN, LOCALES, [language]))
    gettext.bindtextdomain(DOMAIN, LOCALES)
    gettext.textdomain(DOMAIN)
    click.Context.formatter_class = WideFormatter
    os.environ["LANGUAGE"] = language  # where click's own words are looked up


def names_elsewhere(kind: str, word: str) -> Iterator[str]:
    """Yield what a word of this tool's own, such as a verdict, is called in languages beside English."""
    for other in LANGUAGES:
        if other != ENGLISH:
            yield gettext.translation(DOMAIN, LOCALES, [other]).pgettext(kind, word)


def translated(command: click.Command) -> click.Command:
    """Return a command whose help is in the person's language."""
    shown = copy.copy(command)
    shown._help_option = None  # noqa: SLF001  # click keeps it, in the language of the first call
    shown.help, shown.epilog = (
        say(inspect.cleandoc(text)) if text else text for text in (command.help, command.epilog)
    )
    shown.short_help = f"{shown.help.partition('。')[0]}。" if shown.help else None
    shown.params = [_param(param) for param in command.params]
    if isinstance(shown, click.Group):
        shown.commands = {name: translated(inner) for name, inner in shown.commands.items()}
    return shown


def _param(param: click.Parameter) -> click.Parameter:
    shown = copy.copy(param)
    if isinstance(param.type, click.types.IntParamType | click.types.FloatParamType):
        shown.type = copy.copy(param.type)
        shown.type.name = say(param.type.name)  # an error about a value of another type has this word
    if isinstance(shown, click.Option) and shown.help:
        shown.help = say(shown.help)
    return shown


# Help whose lines are measured in cells of the terminal: a Chinese character takes two.


class WideFormatter(click.HelpFormatter):
    """Wraps text and the second column of lists by cells."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of the usage, without a blank behind a colon that is wide."""
        super().write_usage(prog, args, say("Usage:") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write a heading with the colon of the language."""
        self.write(" " * self.current_indent + say("{heading}:", heading=heading) + "\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that begins with a backspace keeps its lines, as with click's own."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if number else "")
            for line in self._lines(paragraph, self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _FIRST_COLUMN, col_spacing: int = 2) -> None:
        """Write names and what they mean; a name that is too wide has a line of its own."""
        rows = list(rows)
        first = min(max((width(name) for name, _ in rows), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, meaning in rows:
            lines = [line.strip() for line in self._lines(meaning, self.width - self.current_indent - first)]
            if width(name) > first - col_spacing:
                self.write(f"{indent}{name}\n")
                name = ""  # noqa: PLW2901  # what is written before the first line
            for line in lines or [""]:
                self.write(f"{indent}{padded(name, first)}{line}".rstrip() + "\n")
                name = ""  # noqa: PLW2901  # as above

    def _lines(self, paragraph: str, columns: int) -> Iterator[str]:
        if paragraph.startswith("\b\n"):
            yield from paragraph.splitlines()[1:]
        else:
            yield from (line.lstrip() for line in wrapped(" ".join(paragraph.split()), max(columns, _LEAST)))
