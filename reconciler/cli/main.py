"""The command itself: which commands there are, and the one place where failures are caught."""

from __future__ import annotations

import gettext
import importlib
import logging
import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import click

from reconciler import __version__
from reconciler.cli.output import Session, settle_streams
from reconciler.errors import NO_MORE_FILES, OUT_OF_FILES, RAISE_THE_LIMIT, Exit
from reconciler.text import ENGLISH, LANGUAGES, language, nearest, say, speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_COMPLETE: Final = "_RECONCILER_COMPLETE"


def _load(name: str) -> Any:
    """Return a module of this folder, loaded when it is first needed."""
    return importlib.import_module(f"reconciler.cli.{name}")


def in_language(command: click.Command) -> click.Command:
    """Return a command whose help is in the person's language; in English that is the command itself."""
    return command if language() == ENGLISH else _load("languages").translated(command)


class LazyCommand(NamedTuple):
    """A command's module, loaded only when it is called, and its line in the help."""

    module: str
    summary: str


class LazyGroup(click.Group):
    """Commands by name, loaded when they are called; a name that is none gets a "did you mean"."""

    def __init__(self, *arguments: Any, lazy: Mapping[str, LazyCommand], **given: Any) -> None:
        super().__init__(*arguments, **given)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names in the order of the help."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Load a command, which its module has under its name, or with an underscore where Python has that name."""
        entry = self.lazy.get(cmd_name)
        if entry is None:
            return None
        module = _load(entry.module)
        command: click.Command = getattr(module, cmd_name if hasattr(module, cmd_name) else f"{cmd_name}_")
        return in_language(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with. Raises a usage error for one that is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = nearest(args[0], tuple(self.lazy))
            if near is None:
                raise
            guess = say("did you mean {near}?", near=repr(near))
            raise click.UsageError(f"{error.message} {guess[0].upper()}{guess[1:]}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """Write the commands' lines without loading them."""
        with formatter.section(say("Commands")):
            formatter.write_dl([(name, say(entry.summary)) for name, entry in self.lazy.items()])


_COMMANDS: Final = {
    "validate": LazyCommand("validate", "Check definitions and evidence, offline."),
    "plan": LazyCommand("plan", "Show what apply would do and why. Cannot write."),
    "apply": LazyCommand("apply", "Plan afresh, show, ask, submit and verify."),
    "status": LazyCommand("status", "Show the live review state of every signature."),
    "import": LazyCommand("import_", "Write definitions of a whole account."),
    "adopt": LazyCommand("adopt", "Record definitions as what was submitted."),
    "state": LazyCommand("state", "Show what is recorded of submissions, and put the record right."),
    "explain": LazyCommand("reference", "Say what a code means and what to do."),
    "doctor": LazyCommand("doctor", "Show what would be used, and what is wrong with it."),
    "schema": LazyCommand("reference", "Print a JSON Schema."),
    "fleet": LazyCommand("fleet", "The same for every account below a folder, side by side."),
    "github": LazyCommand("github", "Serve a GitHub workflow: report, comment, keep issues."),
    "sandbox": LazyCommand("sandbox", "Run the local stand-in for the vendor, or play its reviewer."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconciler")
@click.option("-v", "--verbose", count=True, help="Log requests to stderr, without their secrets; -vv logs more.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language of words; that of the locale without it.")
def cli(verbose: int, lang: str | None) -> None:  # noqa: ARG001  # read before, so that help and errors speak it too
    """SMS signatures as code for Tencent Cloud.

    Definitions live in YAML; this compares them with the account and submits what differs for review. Approved
    signatures are never touched, and nothing is ever deleted.
    """
    if verbose:
        _log_to_stderr(verbose)


def _log_to_stderr(verbose: int) -> None:
    """Log what this tool says of itself, and nothing of the libraries below: theirs may hold keys and images."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log = logging.getLogger("reconciler")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
    log.propagate = False


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its code. No expected failure leaves as a traceback."""
    settle_streams()
    if instruction := os.environ.get(_COMPLETE):
        _speak(())
        sys.exit(_load("completion").complete(instruction))
    session = Session()
    sys.exit(_run(session, arguments))


def _run(session: Session, arguments: Sequence[str] | None) -> int:
    _speak(sys.argv[1:] if arguments is None else arguments)
    group = in_language(cli)
    try:
        try:
            code = group.main(args=arguments, prog_name="reconciler", standalone_mode=False, obj=session)
        finally:
            session.remind()
        return int(code or Exit.DONE)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # whatever it is, it is answered in words
        return _answer(session, error, arguments)


def _answer(session: Session, error: BaseException, arguments: Sequence[str] | None) -> int:
    try:
        # 30 ms, which a run that succeeds need not pay.
        return int(_load("failures").answer(session, error, arguments))
    except KeyboardInterrupt:  # of somebody who presses it twice; what follows would be a traceback
        return Exit.INTERRUPTED
    except OSError as problem:
        if problem.errno not in NO_MORE_FILES:
            raise
        # No file can be opened any more, so no module is loaded either.
        session.note(f"{say('error: {message}', message=say(OUT_OF_FILES))} - {say(RAISE_THE_LIMIT)}")
        return Exit.UNEXPECTED


def _speak(words: Sequence[str]) -> None:
    """Speak the language that is asked for before the command, or else that of the locale; click speaks it too."""
    asked = _asked_language(words) or _language_of_locale()
    chosen = asked if asked in LANGUAGES else ENGLISH
    if chosen == ENGLISH:
        gettext.textdomain("messages")
        click.Context.formatter_class = click.HelpFormatter
        speak(ENGLISH, None)
        return
    _load("languages").begin(chosen)  # English needs no catalogue


def _asked_language(words: Sequence[str]) -> str | None:
    for word, following in pairwise((*words, "")):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if not word.startswith("-"):
            return None
    return None


def _language_of_locale() -> str:
    """Return the language that the environment asks for, as gettext reads it."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "C")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return ENGLISH
    wanted = os.environ.get("LANGUAGE", "").partition(":")[0] or locale
    return wanted[:2].lower()
