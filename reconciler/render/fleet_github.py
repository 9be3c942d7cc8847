"""What GitHub shows of a document, be it of one account or of a fleet: one comment or summary, and annotations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from reconciler.diagnostics import Severity
from reconciler.render.annotations import Annotation, annotations_of, commands, workflow_commands
from reconciler.render.document import AnyDocument, Document, EntryDocument
from reconciler.render.findings import number
from reconciler.render.fleet import COMMAND, commands_note
from reconciler.render.markdown import document_counts, document_sections, markdown, table_head
from reconciler.render.markdown_escape import COMMENT_BYTES, Section, code, fitted, prose, words
from reconciler.text import local, local_document, say

_ACCOUNTS: Final = ("Account", "Result", "Exit code")

# Lines of the accounts' table, and of notes, that come first: with more, what needs a person is below the screen.
_MOST_OPEN: Final = 15
# Sections that list everything, whether or not anybody has to do something about it.
_LISTS: Final = ("All signatures", "Review state")
_ELSEWHERE: Final = "the output of `--format json`"
_LONGEST: Final = 1000
_LONGEST_IN_TABLE: Final = 100


def shown_markdown(
    document: AnyDocument, limit: int = COMMENT_BYTES, elsewhere: str = _ELSEWHERE, files_url: str = ""
) -> str:
    """Return a document as Markdown of at most ``limit`` bytes; see ``markdown``."""
    if "accounts" in document:
        return fleet_markdown(document["accounts"], limit, elsewhere, files_url, document.get("deleted", ()))
    return markdown(document, limit, elsewhere, files_url)


def shown_annotations(
    document: AnyDocument, from_root: Callable[[str], str] = str, *, unsubmitted: bool = False
) -> str:
    """Return the workflow commands of a document; see ``workflow_commands``."""
    if "accounts" in document:
        return fleet_annotations(document["accounts"], from_root, unsubmitted=unsubmitted)
    return workflow_commands(document, from_root, unsubmitted=unsubmitted)


class _Told(NamedTuple):
    """What was gathered of the entries: failures, table rows, counts, and the sections of all together."""

    failed: list[str]
    deleted: list[str]
    rows: list[str]
    counts: Counter[str]
    kinds: dict[str, Section]
    lines: defaultdict[str, list[str]]

    @property
    def sections(self) -> list[Section]:
        """The sections in the order of their importance, in which room is given to them too."""
        pressing = [
            Section(say("Accounts without a result"), self.failed),
            Section(say("Deleted accounts"), self.deleted),
        ]
        together = [kind._replace(lines=self.lines[title]) for title, kind in self.kinds.items()]
        together.insert(0, Section(say("Accounts"), self.rows, table_head(_ACCOUNTS)))
        # What there is of every account would leave no room for what a person has to do.
        titles = {say("Accounts"), say("Notes")}
        long = [part for part in together if part.title in titles and len(part.lines) > _MOST_OPEN]
        rest = [part for part in together if part not in long]
        lists = {say(title) for title in _LISTS}
        place = next((place for place, part in enumerate(rest) if part.title in lists), len(rest))
        return [*pressing, *rest[:place], *(part._replace(folded=True) for part in long), *rest[place:]]


def fleet_markdown(
    entries: Iterable[EntryDocument],
    limit: int = COMMENT_BYTES,
    elsewhere: str = _ELSEWHERE,
    files_url: str = "",
    deleted: Iterable[str] = (),
) -> str:
    """Return a fleet's report as Markdown of at most ``limit`` bytes, as ``markdown`` does for one account."""
    gone = [f"- {code(name)}: {say('what the vendor has of it is left as it is')}" for name in deleted]
    told = _Told([], gone, [], Counter(), {}, defaultdict(list))
    sandbox = commands_named = False
    for entry in entries:
        document = document_in(entry)
        _tell(told, entry, document, files_url)
        sandbox = sandbox or ("account" in document and document["account"]["sandbox"])
        commands_named = commands_named or _names_command(document)
    # Behind a blank line: what follows a fold without one is HTML to GitHub, and its backquotes would show.
    closing = f"\n{commands_note()}\n" if commands_named else ""
    return fitted(_opening(told, sandbox=sandbox), told.sections, closing, limit, elsewhere)


def _names_command(document: Document) -> bool:
    return "fingerprint" in document and any(COMMAND.search(each["advice"]) for each in document["signatures"])


def _tell(told: _Told, entry: EntryDocument, document: Document, files_url: str) -> None:
    told.failed.extend(_failures(entry))
    counts = document_counts(document)
    told.counts.update(counts)
    told.rows.append(f"| {code(entry['name'])} | {_result(entry, counts)} | {entry['exit_code']} |")
    for section in document_sections(document, files_url):
        told.kinds.setdefault(section.title, section._replace(lines=(), head=_with_account(section.head)))
        told.lines[section.title].extend(_named(line, entry["name"]) for line in section.lines)


def document_in(entry: EntryDocument) -> Document:
    """Return what an entry holds as a document of the single commands."""
    if "plan" in entry:
        return entry["plan"]
    if "report" in entry:
        return entry["report"]
    return {"version": 1, "valid": False, "diagnostics": entry["error"].get("diagnostics", [])}


def _result(entry: EntryDocument, counts: Mapping[str, int]) -> str:
    if "error" in entry:
        return prose(f"{entry['error']['code']}: {local_document(entry['error']['message'])}"[:_LONGEST_IN_TABLE])
    if "report" in entry and "valid" in entry["report"]:
        return say("valid" if entry["report"]["valid"] else "not valid")
    return prose(say(", ").join(f"{count} {word}" for word, count in counts.items())) or say("no signatures")


def _failures(entry: EntryDocument) -> Iterator[str]:
    if "error" in entry:
        error = entry["error"]
        to_do = words(local_document(error["hint"][:_LONGEST])).rstrip(".\u3002")
        hint = say(" To do: {hint}.", hint=to_do) if to_do else ""
        message = prose(local_document(error["message"][:_LONGEST]))
        yield f"- {code(entry['name'])}: {code(error['code'])} {message}{say('.')}{hint}"


def _opening(told: _Told, *, sandbox: bool) -> str:
    accounts = local(number(len(told.rows), "account"))
    failed = [say("{count} failed", count=len(told.failed))] if told.failed else []
    counted = [f"{count} {word}" for word, count in told.counts.items()]
    headline = say(", ").join([*failed, *counted]) or say("nothing to report")
    head = "### " + say("SMS signatures of {accounts}: {headline}", accounts=accounts, headline=headline) + "\n"
    return f"{head}\n**{say('SANDBOX, not the vendor')}**\n" if sandbox else head


def _with_account(head: str) -> str:
    first, _, second = head.partition("\n")
    return f"| {say('Account')} {first}\n|---{second}" if head else ""


def _named(line: str, name: str) -> str:
    """Return a line of an account's section with its name: an item of a list, or a row of a table."""
    if line.startswith("- "):
        return f"- {code(name)}: {line.removeprefix('- ')}"
    return f"| {code(name)} {line}"


def fleet_annotations(
    entries: Iterable[EntryDocument], from_root: Callable[[str], str] = str, *, unsubmitted: bool = False
) -> str:
    """Return the workflow commands of a fleet, at most ten of a kind for all accounts together."""
    found = (each for entry in entries for each in _annotations(entry, unsubmitted=unsubmitted))
    return commands(found, from_root)


def _annotations(entry: EntryDocument, *, unsubmitted: bool) -> Iterator[Annotation]:
    yield from annotations_of(document_in(entry), unsubmitted=unsubmitted)
    # What is wrong at a place of the definitions is annotated there.
    if "error" in entry and not entry["error"].get("diagnostics"):
        error = entry["error"]
        hint = f" - {local_document(error['hint'])}" if error["hint"] else ""
        text = f"{error['code']}: {local_document(error['message'])}{hint}"
        yield Annotation(Severity.ERROR, say("SMS signatures of {account}", account=entry["name"]), text)
