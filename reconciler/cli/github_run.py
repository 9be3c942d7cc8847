"""``reconciler github run``: a command of this tool as a step, with annotations, outputs and a summary."""

# The command runs as a child: its result in a file, its words in the log, where none of them is a command. GitHub reads
# commands for the runner out of everything that a step prints, so a file name in a pull request could hold one. Between
# ``stop-commands`` and its secret word nothing is read (GitHub documentation, "Workflow commands").

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from glob import escape
from pathlib import Path
from typing import BinaryIO, Final

import click

from reconciler.cli.formats import DEFAULT_PATH, FilledPath
from reconciler.cli.github_branches import Scope, divided, foretell_refusals, with_refusals
from reconciler.cli.output import Session
from reconciler.cli.validate import here
from reconciler.definitions.discover import name_from_root
from reconciler.definitions.load import load_definitions
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import Exit, ReconcilerError, Refusal, UsageError, system_words
from reconciler.github.workflow import add_outputs, add_summary
from reconciler.model.plan import WRITES, Verdict
from reconciler.planning.saved_plan import read_fleet_plan
from reconciler.render.document import MAX_BYTES, AnyDocument, FleetDocument, load_document, verdict_counts
from reconciler.render.fleet_github import shown_annotations, shown_markdown
from reconciler.render.html import fleet_document_page, html_page
from reconciler.render.markdown_escape import SUMMARY_BYTES
from reconciler.render.serialize import to_json
from reconciler.signals import handle_signals
from reconciler.text import language, say

# What the last command printed as JSON; later steps and other runs show it.
DOCUMENT: Final = "document.json"

# The saved plan, for ``apply --plan``.
PLAN: Final = "plan.json"

# The plan for a browser.
PAGE: Final = "plan.html"

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

# What `fleet list --format matrix` prints where there is nothing to do: GitHub refuses a matrix without a job.
_NO_JOBS: Final = '{"include": []}'

_COMMANDS: Final = ("validate", "plan", "apply", "status")

# -P: the folder of the run belongs to a pull request, and no module must come from there.
_COMMAND: Final = (sys.executable, "-P", "-m", "reconciler")


@click.command()
@click.argument("command", type=click.Choice((*_COMMANDS, *(f"fleet-{command}" for command in ("list", *_COMMANDS)))))
@click.option(
    "--paths", default=DEFAULT_PATH, show_default=True, help="Files and folders, one a line; of a fleet its folder."
)
@click.option(
    "--folder",
    type=FilledPath(path_type=Path),
    help="Where results are left as files, outside of the checkout; on a runner $RUNNER_TEMP/reconciler by itself.",
)
@click.option("--plan", "saved", default="", help="apply: the saved plan to apply; fleet-list: only its accounts.")
@click.option(
    "--state-branch",
    default="",
    help="apply, fleet-plan: the branch that the definitions have to name; of a fleet a pattern for it.",
)
@click.option("--endpoint", default="", help="Instead of account.endpoint.")
@click.option("--max-changes", default="", help="Refuse a plan that would modify more.")
@click.option("--offline/--no-offline", help="plan: against the record alone, without keys.")
@click.option("--changed-since", default="", help="fleet: only accounts that REF...HEAD touches.")
@click.option("--shard", default="", help="fleet: only this part I/N of the accounts.")
@click.option("--shards", default="", help="fleet-list: spread the accounts over so many jobs.")
@click.option("--unsubmitted/--no-unsubmitted", help="plan: warn of what an apply would submit.")
@click.option("--tolerate-refusals/--fail-on-refusals", help="End with 0 where something is refused or blocked.")
@click.pass_obj
def run(
    session: Session,
    /,
    command: str,
    paths: str,
    folder: Path | None,
    *,
    unsubmitted: bool,
    tolerate_refusals: bool,
    **given: str | bool,
) -> int:  # click hands options by name
    """Run COMMAND as a step of a workflow. An option that is empty counts as not given."""
    listed = [line.strip() for line in paths.splitlines() if line.strip()]
    _, is_fleet, kind = command.rpartition("fleet-")
    if kind == "apply" and not is_fleet:
        _check_branch(listed, str(given["state_branch"]))
    folder = folder or _runners_folder()
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "list":
        return _matrix(listed, folder, given)
    # A plan of an earlier step that failed since must not be taken for that of this one.
    (folder / PLAN).unlink(missing_ok=True)
    code = _fleet(kind, listed, folder, given) if is_fleet else _single(kind, listed, folder, given)
    document = _read(folder / DOCUMENT)
    (folder / PAGE).unlink(missing_ok=True)
    if kind == "plan" and document is not None:
        made = fleet_document_page(document) if "accounts" in document else html_page(document)
        with _new(folder / PAGE) as page:
            page.write(made.encode())
    outputs = dict(_outputs(document, folder, code))
    if unsubmitted and outputs["changes"] != "0":
        words = "Defined here and not submitted: {count}. Start the workflow that applies it, and approve that run."
        add_summary(os.environ, f"**{say(words, count=outputs['changes'])}**\n")
    _report(session, kind, document, unsubmitted=unsubmitted)
    add_outputs(os.environ, outputs)
    # In a pull request what is refused is shown in the comment; a red check is for what an author has to change.
    return Exit.DONE if tolerate_refusals and code is Exit.REFUSED else code


def _single(kind: str, paths: list[str], folder: Path, given: dict[str, str | bool]) -> Exit:
    arguments = [kind, "--format", "json", *_options(kind, folder, given), "--", *paths]
    return run_quietly(arguments, folder / DOCUMENT)


def _fleet(kind: str, paths: list[str], folder: Path, given: dict[str, str | bool]) -> Exit:
    """Run a command over a fleet, without the accounts whose record would be lost; a plan tells which these will be."""
    options = [*_options(kind, folder, given), *_fleet_options(given)]
    branch = str(given["state_branch"])
    refused: Mapping[str, Diagnostic] = {}
    if kind == "apply":
        scope = Scope(str(given["saved"]), str(given["shard"]), str(given["changed_since"]))
        kept, refused = divided(paths, branch, scope)
        if refused and not kept:
            _replace(folder / DOCUMENT, with_refusals(None, refused))
            return Exit.REFUSED
        options += _only((account.name for account in kept) if refused else ())
    code = run_quietly(["fleet", kind, "--format", "json", *options, "--", *paths], folder / DOCUMENT)
    document = _read(folder / DOCUMENT)
    if document is None or "accounts" not in document:
        return code
    if refused:
        _replace(folder / DOCUMENT, with_refusals(document, refused))
        return max(code, Exit.REFUSED)
    if kind == "plan" and branch and foretell_refusals(document, paths[0], branch):
        _replace(folder / DOCUMENT, document)
        return max(code, Exit.REFUSED)
    return code


def _only(names: Iterable[str]) -> list[str]:
    # As names, not as patterns: one that fits another account too would let that one write.
    return [f"--only={escape(name)}" for name in names]


def _replace(path: Path, document: FleetDocument) -> None:
    path.unlink(missing_ok=True)
    with _new(path) as file:
        file.write(to_json(document).encode())


def _runners_folder() -> Path:
    """Return a folder that no pull request can put files into."""
    temporary = os.environ.get("RUNNER_TEMP")
    if not temporary:
        raise UsageError("results have no place to go", hint="name one with --folder, outside of the checkout")
    return Path(temporary) / "reconciler"


def _matrix(paths: list[str], folder: Path, given: dict[str, str | bool]) -> int:
    """Hand on which jobs there are for the accounts, as the outputs ``matrix`` and ``any``."""
    saved = str(given["saved"])
    names = read_fleet_plan(Path(saved)).keys() if saved else ()
    narrowing = [*_option("--shards", given["shards"]), *_option("--changed-since", given["changed_since"])]
    code, matrix = Exit.DONE, _NO_JOBS
    if names or not saved:
        arguments = ["fleet", "list", "--format", "matrix", *narrowing, *_only(names), "--", *paths]
        code = run_quietly(arguments, folder / DOCUMENT)
        matrix = (folder / DOCUMENT).read_text(encoding="utf-8").strip() if code is Exit.DONE else ""
    add_outputs(os.environ, {"matrix": matrix, "any": str(matrix not in ("", _NO_JOBS)).lower()})
    return code


def _fleet_options(given: dict[str, str | bool]) -> Iterator[str]:
    yield from _option("--changed-since", given["changed_since"])
    yield from _option("--shard", given["shard"])


def _check_branch(paths: list[str], expected: str) -> None:
    """Refuse a record on the runner's disk, which is gone after the run. ``expected`` may be a pattern."""
    definitions = load_definitions(paths, cwd=here(), evidence=False)
    if any(found.severity is Severity.ERROR for found in definitions.diagnostics):
        return  # the command itself reports them, and ends before it reads the account
    branch = definitions.branch
    if branch is None:
        raise UsageError(
            "apply on a runner needs a record that outlives the runner", hint="add state.branch to the definitions"
        )
    if expected and not fnmatchcase(branch, expected):
        raise Refusal(
            "the definitions keep the record on branch {branch!a}, but this workflow expects {expected!a}",
            hint="change state.branch or the workflow's state-branch",
            branch=branch,
            expected=expected,
        )


def _options(command: str, folder: Path, given: dict[str, str | bool]) -> Iterator[str]:
    if command == "plan":
        yield from ("--out", str(folder / PLAN))
        if given["offline"]:
            yield "--offline"
    if command == "apply":
        yield "--yes"
        yield from _option("--plan", given["saved"])
    if command in {"plan", "apply"}:
        yield from _option("--max-changes", given["max_changes"])
    if command != "validate":
        yield from _option("--endpoint", given["endpoint"])


def _option(name: str, value: str | bool) -> tuple[str, ...]:
    return (f"{name}={value}",) if value else ()


def _read(path: Path) -> AnyDocument | None:
    try:
        return read_document(path)
    except ReconcilerError:
        return None


def _report(session: Session, command: str, document: AnyDocument | None, *, unsubmitted: bool) -> None:
    if document is None:
        add_summary(os.environ, f"### {say('SMS signatures: no result')}\n\n{say('The log of this step says why.')}")
        return
    add_summary(os.environ, shown_markdown(document, SUMMARY_BYTES, say("the artefact of this run")))
    annotated = document if command == "validate" else _without_warnings(document)
    if commands := shown_annotations(annotated, partial(name_from_root, cwd=here()), unsubmitted=unsubmitted):
        session.result(commands)


def _without_warnings(document: AnyDocument) -> AnyDocument:
    # Warnings were annotated when the definitions were validated.
    if "diagnostics" not in document:
        return document
    kept = document.copy()
    kept["diagnostics"] = [found for found in document["diagnostics"] if found["severity"] == Severity.ERROR]
    return kept


def _outputs(document: AnyDocument | None, folder: Path, code: Exit) -> Iterator[tuple[str, str]]:
    plan = document if document is not None and "fingerprint" in document else None
    verdicts = verdict_counts(plan) if plan is not None else Counter[str]()
    if document is not None and "accounts" in document:
        for entry in document["accounts"]:
            verdicts.update(verdict_counts(entry["plan"]) if "plan" in entry else {})
    yield "changes", str(sum(verdicts[verdict] for verdict in WRITES))
    yield from ((verdict.value, str(verdicts[verdict])) for verdict in Verdict)
    yield "fingerprint", plan["fingerprint"] if plan is not None else ""
    yield "document", str(folder / DOCUMENT)
    yield "plan-file", str(folder / PLAN) if (folder / PLAN).is_file() else ""
    yield "exit-code", str(int(code))
    yield "exit-reason", code.name.lower()


def read_document(path: Path) -> AnyDocument:
    """Read a document. Raises UsageError where there is no such file, Refusal where it is something else."""
    try:
        with path.open("rb") as file:
            return load_document(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise UsageError("{path} cannot be read: {why}", path=path, why=system_words(error)) from None


def _new(path: Path) -> BinaryIO:
    """Open a file that nothing else can have made."""
    return os.fdopen(os.open(path, _NEW, 0o600), "wb")


def run_quietly(arguments: Sequence[str], result: Path) -> Exit:
    """Run the command with its stdout in ``result`` and return its exit code.

    Interrupts are handed on, since GitHub sends them to the step's own process only.
    """
    word = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{word}\n")
    sys.stdout.flush()
    try:
        result.unlink(missing_ok=True)  # whatever is there, a link too, was not made by this run
        with _new(result) as output:
            # One stream for the words and for the lines round them: two would arrive in any order.
            command = (*_COMMAND, "--lang", language(), *arguments)
            child = subprocess.Popen(command, stdout=output, stderr=sys.stdout.fileno())  # noqa: S603  # ourselves
            with handle_signals(child.send_signal):
                code = child.wait()
    finally:
        sys.stdout.write(f"\n::{word}::\n")
        sys.stdout.flush()
    return Exit(code) if code in set(Exit) else Exit.UNEXPECTED
