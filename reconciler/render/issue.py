"""A signature as the text of an issue: what is wrong, what the reviewer said, which file and line to change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import quote

from reconciler.model.plan import STOPPED
from reconciler.render.document import SignatureDocument, id_words
from reconciler.render.markdown import CHANGES, advice_of, change_rows, reason_of, table_head
from reconciler.render.markdown_escape import code, words
from reconciler.text import escape_line, joined, named, say

_LONGEST_KEY: Final = 100
_MOST_CHANGES: Final = 20


def issue_title(signature: SignatureDocument, account: str = "") -> str:
    """Return the title of a signature's issue; ``account`` names its folder in a fleet, where a key may come again."""
    key = signature["key"][:_LONGEST_KEY]
    named_fully = f"{escape_line(account)[:_LONGEST_KEY]}: {key}" if account else key
    return say("SMS signature {key} ({id}): {what}", key=named_fully, id=id_words(signature), what=_what(signature))


def issue_text(signature: SignatureDocument, files_url: str) -> str:
    """Return the text of a signature's issue. ``files_url`` is where files can be looked at, ending in /, or empty."""
    return "\n\n".join(_paragraphs(signature, files_url))


def _what(signature: SignatureDocument) -> str:
    verdict, status = signature["verdict"], signature["status"]
    if verdict in STOPPED:
        return say(", ").join((named("verdict", verdict), named("status", status)))
    shown = named("status", status)
    return say("{status}, changed outside of the definitions", status=shown) if signature["drift"] else shown


def _paragraphs(signature: SignatureDocument, files_url: str) -> Iterator[str]:
    status, verdict = named("status", signature["status"]), named("verdict", signature["verdict"])
    yield say(
        "Status **{status}**, plan **{verdict}**: {reason}.",
        status=status,
        verdict=verdict,
        reason=words(reason_of(signature)),
    )
    if signature["review_reply"]:
        yield say("The reviewer says: {reply}", reply=code(signature["review_reply"]))
    if signature["drift"]:
        yield say("Changed outside of this tool: {fields}", fields=joined([*map(code, signature["drift"])]))
    if signature["advice"]:
        yield say("To do: {hint}.", hint=words(advice_of(signature)))
    yield say("Defined as {key} in {place}.", key=code(signature["key"]), place=_linked(signature, files_url))
    if signature["changes"]:
        yield "\n".join([table_head(CHANGES), *islice(change_rows(signature), _MOST_CHANGES)])
    yield say("This issue follows the signature, and is closed once it is approved as defined.")


def _linked(signature: SignatureDocument, files_url: str) -> str:
    file, line = signature["location"]["file"], signature["location"]["line"]
    place = code(f"{file}:{line}")
    return f"[{place}]({files_url}{quote(file)}#L{line})" if files_url else place
