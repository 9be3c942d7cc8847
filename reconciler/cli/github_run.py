"""``reconciler github run``: a command of this tool as a step, with annotations, outputs and a summary."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from reconciler.cli.github_child import run_quietly
from reconciler.cli.github_files import DOCUMENT, PLAN, read_document
from reconciler.cli.options import DEFAULT_PATH
from reconciler.cli.session import Session
from reconciler.definitions.load import load_definitions
from reconciler.errors import Exit, ReconcilerError, Refusal, UsageProblem
from reconciler.github.run_files import add_outputs, add_summary
from reconciler.model.plan import Verdict
from reconciler.model.source import Severity
from reconciler.render.annotations import workflow_commands
from reconciler.render.markdown import markdown
from reconciler.render.markdown_document import Document
from reconciler.render.markdown_fit import SUMMARY_BYTES

_FINGERPRINT: Final = re.compile(r"sha256:[0-9a-f]{64}")


@click.command()
@click.argument("command", type=click.Choice(("validate", "plan", "apply", "status")))
@click.option("--paths", default=DEFAULT_PATH, show_default=True, help="Files and folders, one a line.")
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="Where results are left as files.")
@click.option("--plan", "saved", default="", help="apply: the saved plan to apply.")
@click.option("--state-branch", default="", help="apply: the branch that the definitions have to name.")
@click.option("--endpoint", default="", help="Instead of account.endpoint.")
@click.option("--max-changes", default="", help="Refuse a plan that would modify more.")
@click.option("--offline/--no-offline", help="plan: against the record alone, without keys.")
@click.option("--tolerate-refusals/--fail-on-refusals", help="End with 0 where something is refused or blocked.")
@click.pass_obj
def run(
    session: Session, /, command: str, paths: str, folder: Path, *, tolerate_refusals: bool, **given: str | bool
) -> int:  # click hands options by name
    """Run COMMAND as a step of a workflow. An option that is empty counts as not given."""
    listed = [line.strip() for line in paths.splitlines() if line.strip()]
    if command == "apply":
        _check_branch(listed, str(given["state_branch"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLAN).unlink(missing_ok=True)
    arguments = [command, "--format", "json", *_options(command, folder, given), "--", *listed]
    code = run_quietly(arguments, folder / DOCUMENT)
    document = _read(folder / DOCUMENT)
    _tell(session, command, document)
    add_outputs(os.environ, dict(_outputs(document, folder, code)))
    return Exit.DONE if tolerate_refusals and code is Exit.REFUSED else code


def _check_branch(paths: list[str], expected: str) -> None:
    """See that the record is on a branch: a runner's disk is gone after the run, and with it a record kept there."""
    definitions = load_definitions(paths, cwd=Path.cwd())
    if any(found.severity is Severity.ERROR for found in definitions.diagnostics):
        return  # the command itself reports them, and ends before it reads the account
    branch = definitions.branch
    if branch is None:
        raise UsageProblem(
            "apply on a runner needs a record that outlives it", hint="write state.branch into the definitions"
        )
    if expected and branch != expected:
        raise Refusal(
            f"the definitions keep the record on branch {branch!a}, and this workflow expects {expected!a}",
            hint="change state.branch or the workflow's state-branch",
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


def _read(path: Path) -> Document | None:
    try:
        return read_document(path)
    except ReconcilerError:
        return None


def _tell(session: Session, command: str, document: Document | None) -> None:
    if document is None:
        add_summary(os.environ, "### SMS signatures: no result\n\nThe log of this step says why.")
        return
    add_summary(os.environ, markdown(document, SUMMARY_BYTES, "the artefact of this run"))
    # Warnings were annotated when the definitions were validated.
    errors = tuple(found for found in document.problems if found.severity is Severity.ERROR)
    annotated = document if command == "validate" else document._replace(problems=errors)
    if commands := workflow_commands(annotated):
        session.result(commands)


def _outputs(document: Document | None, folder: Path, code: Exit) -> Iterator[tuple[str, str]]:
    shown = document or Document()
    yield "changes", str(shown.verdicts.get(Verdict.MODIFY, 0))
    yield from ((verdict.value, str(shown.verdicts.get(verdict, 0))) for verdict in Verdict)
    yield "fingerprint", shown.fingerprint if _FINGERPRINT.fullmatch(shown.fingerprint) else ""
    yield "document", str(folder / DOCUMENT)
    yield "plan-file", str(folder / PLAN) if (folder / PLAN).is_file() else ""
    yield "exit-code", str(int(code))
    yield "exit-reason", code.name.lower()
