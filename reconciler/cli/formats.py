"""What commands share on the outside: their options, and which renderer belongs to which ``--format``."""

from __future__ import annotations

import codecs
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

import click

from reconciler.cli.output import Format, Session, is_colourful
from reconciler.definitions.discover import name_from_root
from reconciler.diagnostics import Diagnostic
from reconciler.errors import Exit
from reconciler.model.plan import Plan, Planned, Verdict
from reconciler.model.report import ApplyReport, Finding, Outcome, Result, StatusReport
from reconciler.render.document import Document
from reconciler.render.findings import diagnostics_text
from reconciler.render.layout import Style, coloured, fitted, plain
from reconciler.render.serialize import (
    plan_document,
    report_document,
    status_document,
    to_json,
    validation_document,
)
from reconciler.render.status import status_text
from reconciler.render.text import plan_text, report_text
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import say

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
DEFAULT_PATH: Final = "signatures.yaml"


class FilledPath(click.Path):
    """A path that is not empty: the empty text of an unset variable would mean the whole folder."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.name = "path"  # in help it is the name of a value, the same in every language

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Ends with a usage error where it is empty."""
        if value == "":
            self.fail(say("the path is empty, as that of an unset variable is"), param, ctx)
        return super().convert(value, param, ctx)


class Number(click.FloatRange):
    """A number in a range. What is no number compares as being in each one, so a range alone lets it pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number. Ends with a usage error where it is none."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(say("{value} is not a number", value=value), param, ctx)
        return number


class FilledText(click.ParamType[str]):
    """A text that is not empty: the empty text of an unset variable asks for nothing, and must not mean everything."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text. Ends with a usage error where it is empty."""
        if value == "":
            self.fail(say("it is empty, as the text of an unset variable is"), param, ctx)
        return value


paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...", type=FilledPath())


def _limit(flag: str, least: float, most: float, unit: str, meaning: str) -> Callable[[Any], Any]:
    """Return the option of one of the limits of calls, with the default that is theirs."""
    # Stated once, or the option and a call without it could come to differ.
    default = ConnectionOptions._field_defaults[flag.removeprefix("--").replace("-", "_")]
    kind = Number(least, most)
    return click.option(flag, type=kind, default=default, show_default=True, metavar=unit, help=meaning)


_CONNECTION: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--endpoint",
        type=FilledText(),
        metavar="URL",
        help="Instead of account.endpoint; plain http on loopback only.",
    ),
    click.option(
        "--sandbox", is_flag=True, help="Work against a sandbox inside this process, kept below .reconciler/."
    ),
    click.option(
        "--oidc-provider",
        type=FilledText(),
        metavar="NAME",
        help="Exchange a web identity token at this provider for keys.",
    ),
    click.option("--role-arn", type=FilledText(), metavar="ARN", help="The role whose keys the exchange gives."),
    _limit("--request-timeout", 0.1, 300, "S", "Seconds for one call as a whole."),
    _limit(
        "--describe-lag",
        0,
        60,
        "S",
        "Seconds for which a describe may trail a write; an apply waits so long before it trusts one.",
    ),
    _limit(
        "--describe-rate",
        1,
        100_000,
        "N",
        "Describe calls a second; the vendor's limit, which only an endpoint on loopback may change.",
    ),
    _limit("--modify-interval", 0, 60, "S", "Seconds between modify calls; as above."),
)
all_option = click.option("--all", "everything", is_flag=True, help="Also every signature that needs nothing.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask; needed off a terminal.")
write_ids_option = click.option(
    "--write-ids", is_flag=True, help="Write the ids of created signatures into the definitions."
)
allow_older_option = click.option(
    "--allow-older", is_flag=True, help="Apply although a newer commit was applied before."
)
detailed_option = click.option("--detailed-exitcode", is_flag=True, help="Exit with 3 where changes are planned.")
believe_option = click.option(
    "--believe-uin",
    is_flag=True,
    help="Write although only account.uin says whose keys these are: sts:GetCallerIdentity is denied.",
)
FORMATS: Final[tuple[Format, ...]] = ("text", "json", "markdown", "github")
PLAN_FORMATS: Final[tuple[Format, ...]] = (*FORMATS, "html")
_HELD_BACK: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED})
_OUTCOME_EXITS: Mapping[Outcome, Exit] = {
    Outcome.ACCEPTED: Exit.DONE,
    Outcome.REFUSED: Exit.REFUSED,
    Outcome.FAILED: Exit.UNSETTLED,
    Outcome.UNSETTLED: Exit.UNSETTLED,
    Outcome.NOT_ATTEMPTED: Exit.UNSETTLED,
}


definitions_option = click.option(
    "--definitions",
    "paths",
    multiple=True,
    metavar="PATH",
    type=FilledPath(),
    help=f"Where the definitions are; may be repeated.  [default: {DEFAULT_PATH}, here or in a folder above]",
)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Return the option that chooses how results are printed."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(formats),
        default="text",
        show_default=True,
        help="How to print results.",
    )


def only_option(command: Command) -> Command:
    """Add the option that narrows a run to some signatures."""
    return click.option(
        "--only",
        multiple=True,
        type=FilledText(),
        metavar="KEY",
        help="Only this key, or pattern of keys; may be repeated.",
    )(command)


def max_changes_option(command: Command) -> Command:
    """Add the option that refuses a plan that is larger than expected."""
    return click.option(
        "--max-changes", type=click.IntRange(0), metavar="N", help="Refuse a plan that would modify more than N."
    )(command)


class Allowed(NamedTuple):
    """What the person allows a run that writes; ``max_changes`` is the most that it may modify."""

    max_changes: int | None = None
    yes: bool = False
    write_ids: bool = False
    allow_older: bool = False
    believe_uin: bool = False


def gathered(name: str, kind: Callable[..., Any], fields: Iterable[str], options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds ``options`` and hands their values on as one of ``kind``, called ``name``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_one_value(*arguments: Any, **given: Any) -> Any:
            value = kind(**{field: given.pop(field) for field in fields})
            return command(*arguments, **{name: value}, **given)

        collected: Callable[..., Any] = with_one_value
        for option in reversed(options):
            collected = option(collected)
        return collected

    return decorate


connection_options = gathered("connection", ConnectionOptions, ConnectionOptions._fields, _CONNECTION)
allowing_options = gathered(
    "allowed",
    Allowed,
    Allowed._fields,
    (max_changes_option, yes_option, write_ids_option, allow_older_option, believe_option),
)


def style(*, stderr: bool = False) -> Style:
    """Return the style for what is printed to stdout, or to stderr."""
    return coloured if is_colourful(sys.stderr if stderr else sys.stdout) else plain


def show_plan(session: Session, plan: Plan, *, everything: bool = False) -> None:
    """Print a plan as the result of a run."""
    if session.format == "text":
        session.result(plan_text(plan, style(), columns=session.columns(), everything=everything))
    else:
        _show_document(session, plan_document(plan))


def show_report(session: Session, report: ApplyReport, *, ids_written: bool) -> None:
    """Print what became of a plan as the result of a run. As text, the plan was shown before."""
    if session.format == "text":
        session.result(fitted(report_text(report, style(), ids_written=ids_written), session.columns()))
    else:
        _show_document(session, report_document(report))


def show_status(session: Session, report: StatusReport, *, everything: bool) -> None:
    """Print the review state of signatures as the result of a run."""
    if session.format == "text":
        session.result(fitted(status_text(report, style(), everything=everything), session.columns()))
    else:
        _show_document(session, status_document(report))


def show_problems(session: Session, problems: Sequence[Diagnostic], *, valid: bool) -> None:
    """Print the problems of the definitions as the result of a run."""
    if session.format != "text":
        _show_document(session, validation_document(problems, valid=valid))
    elif problems:
        session.result(diagnostics_text(problems, style()))


def _show_document(session: Session, document: Document) -> None:
    # Where all is well there is no annotation, and nothing is printed.
    if text := in_format(session.format, document):
        session.result(text)


def in_format(form: Format, document: Document) -> str:
    """Return a document of this tool's own in ``form``; empty for ``github`` where there is nothing to annotate."""
    match form:
        case "text" | "json":
            return to_json(document)
        case "markdown" | "github" | "html":
            return _rendered(form, document)


def _rendered(form: Literal["markdown", "github", "html"], document: Document) -> str:
    from reconciler.render import annotations, html, markdown  # noqa: PLC0415  # 3 ms, which text and JSON need not pay

    match form:
        case "markdown":
            return markdown.markdown(document)
        case "github":
            return annotations.workflow_commands(document, partial(name_from_root, cwd=Path.cwd()))
        case "html":
            return for_stdout(html.html_page(document))


def for_stdout(text: str) -> str:
    """Return a page, or a part of one, as stdout can hold it.

    It says that it is UTF-8; whatever else the stream is, character references are the same in it.
    """
    is_utf8 = codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"
    return text if is_utf8 else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def plan_exit(plan: Plan, *, detailed: bool = False) -> Exit:
    """Return the exit code of a plan: refused or blocked ones first, then, where asked for, changes."""
    if _held_back(plan.signatures):
        return Exit.REFUSED
    return Exit.CHANGES if detailed and plan.writes else Exit.DONE


def report_exit(report: ApplyReport) -> Exit:
    """Return the exit code of an apply: the highest that holds."""
    codes = [plan_exit(report.plan), Exit.UNSETTLED if report.error else Exit.DONE]
    return max([*codes, *(_exit_of(report.result(planned)) for planned in report.plan.writes)])


def _held_back(signatures: Iterable[Planned]) -> bool:
    return any(planned.decision.verdict in _HELD_BACK for planned in signatures)


def _exit_of(result: Result) -> Exit:
    return Exit.DONE if result.in_place else _OUTCOME_EXITS[result.outcome]


def worst_exit(findings: Sequence[Finding]) -> Exit:
    """Return the exit code of the worst finding."""
    return max((finding.exit_code for finding in findings), default=Exit.DONE)
