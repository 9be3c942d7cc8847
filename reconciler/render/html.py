"""A plan as one HTML file: no script, no image, nothing from elsewhere, and no effect of what strangers wrote."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.model.plan import STOPPED, WRITES, Verdict
from reconciler.render.document import Document, PlanDocument, SignatureDocument, verdict_counts
from reconciler.render.layout import in_words
from reconciler.text import escape_line, language, local_document, named, say


class Group(NamedTuple):
    """A section of the page. ``cards`` tells whether a signature is shown in full or on a line."""

    id: str
    title: str
    rows: Sequence[SignatureDocument]
    cards: bool


_ORDER: Final = (
    Verdict.REFUSED,
    Verdict.BLOCKED,
    Verdict.STUCK,
    Verdict.UNVERIFIED,
    Verdict.CREATE,
    Verdict.MODIFY,
    Verdict.WAITING,
    Verdict.OBSERVED,
    Verdict.IN_SYNC,
)
_HTML_LANGUAGES: Final = {"en": "en", "zh": "zh-Hans"}
_FOR_A_PERSON: Final = STOPPED | {Verdict.UNVERIFIED}


def html_page(document: Document) -> str:
    """Return a plan, the problems of definitions, or a failure as a page for a browser.

    The policy in the page allows its own style, known by its digest, and nothing else. Text of the vendor or of a pull
    request is escaped, with every control and direction character written out.
    """
    pages = _environment()
    style = pages.get_template("plan.css").render()
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return pages.get_template("plan.html").render(
        style=Markup(style),  # noqa: S704  # a file of this package, without a value from outside
        style_digest=Markup(digest),  # noqa: S704  # base64
        document=document,
        title=_title(document),
        counts=_counts(document) if "fingerprint" in document else [],
        groups=_groups(document) if "fingerprint" in document else [],
        language=_HTML_LANGUAGES[language()],
    )


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("reconciler.render"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["words"] = in_words
    pages.globals |= {"say": say, "named": named, "local": local_document}
    pages.tests["chinese"] = _is_chinese
    return pages


def _shown(value: object) -> object:
    """Return what is printed of a value: text as one line in which nothing is invisible."""
    return escape_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _title(document: Document) -> str:
    if "fingerprint" in document:
        return say("SMS signature plan of account {uin}", uin=document["account"]["uin"])
    if "valid" in document:
        return say("The definitions are valid" if document["valid"] else "The definitions are not valid")
    return say("No plan: the run ended early")


def _counts(plan: PlanDocument) -> list[tuple[str, int]]:
    counts = verdict_counts(plan)
    return [(verdict.value, counts[verdict]) for verdict in _ORDER if counts[verdict]]


def _groups(plan: PlanDocument) -> list[Group]:
    rows = sorted(plan["signatures"], key=lambda row: _ORDER.index(Verdict(row["verdict"])))
    person = [row for row in rows if row["verdict"] in _FOR_A_PERSON]
    writes = [row for row in rows if row["verdict"] in WRITES]
    quiet = [row for row in rows if row["verdict"] not in _FOR_A_PERSON | WRITES]
    return [
        Group("person", say("Needs a person first"), person, cards=True),
        Group("submitted", say("Will be submitted"), writes, cards=True),
        Group("quiet", say("Needs nothing now"), quiet, cards=False),
    ]
