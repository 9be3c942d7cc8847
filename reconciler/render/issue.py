"""A signature as the text of an issue: what is wrong, what the reviewer said, which file and line to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from shlex import quote as quote_word
from typing import Final
from urllib.parse import quote

from reconciler.model.plan import STOPPED
from reconciler.render.document import SignatureDocument, id_words
from reconciler.render.markdown import CHANGES, advice_of, change_rows, reason_of, table_head
from reconciler.render.markdown_escape import code, words
from reconciler.text import escape_line, joined, named, say

_LONGEST_KEY: Final = 100
_MOST_CHANGES: Final = 20

# A command of an advice, as `apply` may stand without the name of this tool, and those that are given a folder alone.
_COMMAND: Final = r"`(?:reconciler |(?=apply ))((\w+)[^`]*)`"
_TAKE_PATHS: Final = frozenset({"apply", "doctor", "plan", "status", "validate"})


def issue_title(signature: SignatureDocument, account: str = "") -> str:
    """Return the title of a signature's issue; ``account`` names its folder in a fleet, where a key may come again."""
    key = signature["key"][:_LONGEST_KEY]
    named_fully = f"{escape_line(account)[:_LONGEST_KEY]}: {key}" if account else key
    return say("SMS signature {key} ({id}): {what}", key=named_fully, id=id_words(signature), what=_what(signature))


def issue_text(signature: SignatureDocument, files_url: str, account: str = "") -> str:
    """Return the text of a signature's issue. ``files_url`` is where files can be looked at, ending in /, or empty.

    ``account`` names its folder in a fleet, which commands have to be given.
    """
    return "\n\n".join(_paragraphs(signature, files_url, account))


def _what(signature: SignatureDocument) -> str:
    verdict, status = signature["verdict"], signature["status"]
    if verdict in STOPPED:
        return say(", ").join((named("verdict", verdict), named("status", status)))
    shown = named("status", status)
    return say("{status}, changed outside of the definitions", status=shown) if signature["drift"] else shown


def _paragraphs(signature: SignatureDocument, files_url: str, account: str) -> Iterator[str]:
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
        yield say("To do: {hint}.", hint=words(_as_pasted(advice_of(signature), _folder(signature, account))))
    yield say("Defined as {key} in {place}.", key=code(signature["key"]), place=_linked(signature, files_url))
    if signature["changes"]:
        yield "\n".join([table_head(CHANGES), *islice(change_rows(signature), _MOST_CHANGES)])
    yield say("This issue follows the signature, and is closed once it is approved as defined.")


def _folder(signature: SignatureDocument, account: str) -> str:
    """Return an account's folder from the repository's root, empty where its name does not lead there."""
    above, found, _ = f"/{signature['location']['file']}".partition(f"/{account}/")
    return f"{above}/{account}".removeprefix("/") if account and found else ""


def _as_pasted(advice: str, folder: str) -> str:
    """Return an advice whose commands are for the account in a folder, as they can be pasted at the root."""
    if not folder:
        return advice

    def whole(found: re.Match[str]) -> str:
        command = f"reconciler {found[1]}"
        option = "" if found[2] in _TAKE_PATHS else "--definitions "
        return f"`{command} {option}{quote_word(folder)}`"

    return re.sub(_COMMAND, whole, advice)


def _linked(signature: SignatureDocument, files_url: str) -> str:
    file, line = signature["location"]["file"], signature["location"]["line"]
    place = code(f"{file}:{line}")
    return f"[{place}]({files_url}{quote(file)}#L{line})" if files_url else place
