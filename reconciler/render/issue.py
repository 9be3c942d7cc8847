"""A signature as the text of an issue: what is wrong, what the reviewer said, which file and line to change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from reconciler.contract.api import Status
from reconciler.model.plan import Verdict
from reconciler.render.document import Shown
from reconciler.render.markdown import CHANGES_HEAD, changes
from reconciler.render.markdown_escape import code, words

_STOPPED: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED, Verdict.STUCK})


_LONGEST_KEY: Final = 100


_MOST_CHANGES: Final = 20


def needs_somebody(shown: Shown) -> bool:
    """Tell whether a signature was rejected, is stuck, refused or blocked, or was changed by others."""
    return shown.status is Status.REJECTED or shown.verdict in _STOPPED or bool(shown.drift)


def is_settled(shown: Shown) -> bool:
    """Tell whether a signature is approved as it is defined."""
    return shown.verdict is Verdict.IN_SYNC and not shown.drift


def issue_title(shown: Shown) -> str:
    """Return the title of a signature's issue."""
    return f"SMS signature {shown.key[:_LONGEST_KEY]} ({shown.sign_id}): {_what(shown)}"


def issue_text(shown: Shown, files_url: str) -> str:
    """Return the text of a signature's issue. ``files_url`` is where files can be looked at, ending in /, or empty."""
    return "\n\n".join(_paragraphs(shown, files_url))


def _what(shown: Shown) -> str:
    if shown.verdict in _STOPPED:
        return f"{shown.verdict}, {shown.status}"
    return f"{shown.status}, changed outside of the definitions" if shown.drift else str(shown.status)


def _paragraphs(shown: Shown, files_url: str) -> Iterator[str]:
    yield f"Status **{shown.status}**, plan **{shown.verdict}**: {words(shown.reason)}."
    if shown.review_reply:
        yield f"The reviewer says: {code(shown.review_reply)}"
    if shown.drift:
        yield f"Changed outside of this tool: {', '.join(map(code, shown.drift))}"
    yield f"Defined as {code(shown.key)} in {_linked(shown, files_url)}."
    if shown.advice:
        yield f"To do: {words(shown.advice)}."
    if shown.changes:
        yield "\n".join([CHANGES_HEAD, *list(changes(shown))[:_MOST_CHANGES]])
    yield "This issue follows the signature, and is closed once it is approved as defined."


def _linked(shown: Shown, files_url: str) -> str:
    file, line, _ = shown.location
    if not files_url:
        return code(f"{file}:{line}")
    return f"[{code(f'{file}:{line}')}]({files_url}{quote(file)}#L{line})"
