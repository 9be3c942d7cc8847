"""A signature as the text of an issue: what is wrong, what the reviewer said, which file and line to change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import quote

from reconciler.model.plan import STOPPED
from reconciler.render.document import SignatureDocument, id_words
from reconciler.render.markdown import CHANGES_HEAD, change_rows
from reconciler.render.markdown_escape import code, words

_LONGEST_KEY: Final = 100
_MOST_CHANGES: Final = 20


def issue_title(signature: SignatureDocument) -> str:
    """Return the title of a signature's issue."""
    return f"SMS signature {signature['key'][:_LONGEST_KEY]} ({id_words(signature)}): {_what(signature)}"


def issue_text(signature: SignatureDocument, files_url: str) -> str:
    """Return the text of a signature's issue. ``files_url`` is where files can be looked at, ending in /, or empty."""
    return "\n\n".join(_paragraphs(signature, files_url))


def _what(signature: SignatureDocument) -> str:
    verdict, status = signature["verdict"], signature["status"]
    if verdict in STOPPED:
        return f"{verdict}, {status}"
    return f"{status}, changed outside of the definitions" if signature["drift"] else status


def _paragraphs(signature: SignatureDocument, files_url: str) -> Iterator[str]:
    verdict = f"Status **{signature['status']}**, plan **{signature['verdict']}**"
    yield f"{verdict}: {words(signature['reason'])}."
    if signature["review_reply"]:
        yield f"The reviewer says: {code(signature['review_reply'])}"
    if signature["drift"]:
        yield f"Changed outside of this tool: {', '.join(map(code, signature['drift']))}"
    yield f"Defined as {code(signature['key'])} in {_linked(signature, files_url)}."
    if signature["advice"]:
        yield f"To do: {words(signature['advice'])}."
    if signature["changes"]:
        yield "\n".join([CHANGES_HEAD, *islice(change_rows(signature), _MOST_CHANGES)])
    yield "This issue follows the signature, and is closed once it is approved as defined."


def _linked(signature: SignatureDocument, files_url: str) -> str:
    file, line = signature["location"]["file"], signature["location"]["line"]
    place = code(f"{file}:{line}")
    return f"[{place}]({files_url}{quote(file)}#L{line})" if files_url else place
