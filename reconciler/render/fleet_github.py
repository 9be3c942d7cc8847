"""A fleet's report as GitHub shows it: one comment or summary for all accounts, and annotations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from reconciler.diagnostics import Severity
from reconciler.errors import Exit
from reconciler.render.annotations import Annotation, annotations_of, commands
from reconciler.render.document import Document
from reconciler.render.fleet import AccountLine, EntryDocument, summary_document
from reconciler.render.markdown import document_sections
from reconciler.render.markdown_escape import COMMENT_BYTES, Section, code, fitted, prose, words

_ACCOUNTS_HEAD: Final = "| Account | Result | Exit code |\n|---|---|---:|"

# Accounts that are shown before the table is folded: with more, what needs a person would be below the screen.
_MOST_OPEN: Final = 15
_ELSEWHERE: Final = "the output of `--format json`"
_LONGEST: Final = 1000


def fleet_markdown(
    entries: Iterable[EntryDocument],
    lines: Sequence[AccountLine],
    limit: int = COMMENT_BYTES,
    elsewhere: str = _ELSEWHERE,
    files_url: str = "",
) -> str:
    """Return a fleet's report as Markdown of at most ``limit`` bytes, as ``markdown`` does for one account."""
    failed: list[str] = []
    kinds: dict[str, Section] = {}
    merged: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        failed.extend(_failures(entry))
        for section in document_sections(document_in(entry), files_url):
            kinds.setdefault(section.title, section._replace(lines=(), head=_with_account(section.head)))
            merged[section.title].extend(_named(line, entry["name"]) for line in section.lines)
    together = [kind._replace(lines=merged[title]) for title, kind in kinds.items()]
    sections = [Section("Accounts without a result", failed), _table(lines), *together]
    return fitted(_opening(lines), sections, "", limit, elsewhere)


def document_in(entry: EntryDocument) -> Document:
    """Return what an entry holds as a document of the single commands."""
    if "plan" in entry:
        return entry["plan"]
    if "report" in entry:
        return entry["report"]
    return {"version": 1, "valid": False, "diagnostics": entry["error"].get("diagnostics", [])}


def _failures(entry: EntryDocument) -> Iterator[str]:
    if "error" in entry:
        error = entry["error"]
        hint = f" To do: {words(error['hint'][:_LONGEST])}." if error["hint"] else ""
        yield f"- {code(entry['name'])}: {code(error['code'])} {prose(error['message'][:_LONGEST])}.{hint}"


def _table(lines: Sequence[AccountLine]) -> Section:
    rows = [f"| {code(line.name)} | {prose(line.words)} | {int(line.exit_code)} |" for line in lines]
    return Section("Accounts", rows, _ACCOUNTS_HEAD, folded=len(lines) > _MOST_OPEN)


def _opening(lines: Sequence[AccountLine]) -> str:
    summary = summary_document(lines)
    accounts = "1 account" if len(lines) == 1 else f"{len(lines)} accounts"
    failed = [f"{summary['failed']} failed"] if summary["failed"] else []
    counted = [f"{count} {word}" for word, count in summary["counts"].items()]
    sandbox = "**SANDBOX, not the vendor**\n\n" if any(line.sandbox for line in lines) else ""
    return f"### SMS signatures of {accounts}: {', '.join([*failed, *counted]) or 'nothing'}\n\n{sandbox}"


def _with_account(head: str) -> str:
    first, _, second = head.partition("\n")
    return f"| Account {first}\n|---{second}" if head else ""


def _named(line: str, name: str) -> str:
    """Return a line of an account's section with its name: an item of a list, or a row of a table."""
    if line.startswith("- "):
        return f"- {code(name)}: {line.removeprefix('- ')}"
    return f"| {code(name)} {line}"


def fleet_annotations(entries: Iterable[EntryDocument], from_root: Callable[[str], str] = str) -> str:
    """Return the workflow commands of a fleet, at most ten of a kind for all accounts together."""
    return commands((each for entry in entries for each in _annotations(entry)), from_root)


def _annotations(entry: EntryDocument) -> Iterator[Annotation]:
    yield from annotations_of(document_in(entry))
    if "error" in entry and entry["exit_code"] != Exit.INVALID:
        error = entry["error"]
        text = f"{error['code']}: {error['message']}" + (f" - {error['hint']}" if error["hint"] else "")
        yield Annotation(Severity.ERROR, f"SMS signatures of {entry['name']}", text)
