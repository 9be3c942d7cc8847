"""A plan, or a fleet's, as one HTML file: no script or image, nothing from elsewhere, no effect of strangers' words."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup, escape

from reconciler.model.plan import READING_ORDER, STOPPED, WRITES, Verdict
from reconciler.render.document import (
    Document,
    EntryDocument,
    FleetDocument,
    PlanDocument,
    SignatureDocument,
    verdict_counts,
)
from reconciler.render.findings import number
from reconciler.render.fleet import AccountLine, commands_note, counted, entry_line
from reconciler.render.layout import in_words
from reconciler.text import ENGLISH, escape_line, language, local, local_document, named, say

if TYPE_CHECKING:
    from jinja2 import Environment


class Group(NamedTuple):
    """A section of the page. ``cards`` tells whether a signature is shown in full or on a line."""

    id: str
    title: str
    rows: Sequence[SignatureDocument]
    cards: bool


_HTML_LANGUAGES: Final = {"en": "en", "zh": "zh-Hans"}
_FOR_A_PERSON: Final = STOPPED | {Verdict.UNVERIFIED}
_PRESSING: Final = _FOR_A_PERSON | WRITES


def html_page(document: Document) -> str:
    """Return a plan, the problems of definitions, or a failure as a page for a browser.

    The policy in the page allows its own style, known by its digest, and nothing else. Text of the vendor or of a pull
    request is escaped, with every control and direction character written out.
    """
    counts = _counts(verdict_counts(document)) if "fingerprint" in document else []
    groups = _groups(document) if "fingerprint" in document else []
    return (
        _environment(_title(document)).get_template("plan.html").render(document=document, counts=counts, groups=groups)
    )


class _Place(NamedTuple):
    """Where an account is on the page of a fleet. ``pressing``: it certainly has a section of its own."""

    id: str
    line: AccountLine
    pressing: bool


def fleet_page(
    lines: Sequence[AccountLine],
    entries: Callable[[Sequence[str]], Iterable[EntryDocument]],
    deleted: Sequence[str] = (),
) -> Iterator[str]:
    """Yield the page of a fleet's plans: the table of accounts, then what needs a person or will be submitted in each.

    ``entries`` yields the accounts of these names one by one: no more than one of them is held. ``deleted`` are names
    of accounts that are gone.
    """
    counts = {word: count for word, count in counted(lines).items() if word in _PRESSING}
    title = say("SMS signature plan of {accounts}", accounts=local(number(len(lines), "account")))
    pages = _environment(title)
    places = [_Place(f"account-{place}", line, _is_pressing(line)) for place, line in enumerate(lines, 1)]
    # A fleet's page is long: what failed comes first, then what waits for a person.
    ordered = sorted(places, key=_urgency)
    yield pages.get_template("fleet.html").render(
        places=ordered,
        deleted=deleted,
        commands=commands_note(),
        counts=_counts(counts),
        sandbox=any(line.sandbox for line in lines),
    )
    account = pages.get_template("account.html")
    for place, entry in zip(ordered, entries([place.line.name for place in ordered]), strict=True):
        plan = entry.get("plan")
        rows = [row for row in _by_verdict(plan) if row["verdict"] in _PRESSING] if plan is not None else []
        diagnostics = plan["diagnostics"] if plan is not None else entry.get("error", {}).get("diagnostics", [])
        if place.pressing or rows or diagnostics:
            yield account.render(id=place.id, entry=entry, rows=rows, diagnostics=diagnostics)
    yield "</main>\n</body>\n</html>"


def fleet_document_page(document: FleetDocument) -> str:
    """Return the page of a fleet's plans from their document."""
    by_name = {entry["name"]: entry for entry in document["accounts"]}
    lines = [entry_line(entry) for entry in document["accounts"]]
    return "\n".join(fleet_page(lines, lambda names: (by_name[name] for name in names), document.get("deleted", ())))


def _is_pressing(line: AccountLine) -> bool:
    return line.failed or any(word in _PRESSING for word in line.counts)


def _urgency(place: _Place) -> int:
    line = place.line
    return 0 if line.failed else 1 if any(word in _FOR_A_PERSON for word in line.counts) else 2 if place.pressing else 3


def _environment(title: str) -> Environment:
    import jinja2  # noqa: PLC0415  # 40 ms, for a page only

    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("reconciler.render"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"words": in_words, "spans": _with_code}
    pages.globals |= {"say": say, "named": named, "local": local_document}
    pages.tests["chinese"] = _is_chinese
    # The policy allows a style by the digest of its very bytes, so it is rendered once and taken from there.
    style = pages.get_template("plan.css").render()
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    pages.globals |= {
        "title": title,
        "language": _HTML_LANGUAGES[language()],
        # Behind a colon: that of Chinese is as wide as a blank already.
        "gap": " " if language() == ENGLISH else "",
        "style": Markup(style),  # noqa: S704  # a file of this package, without a value from outside
        "style_digest": Markup(digest),  # noqa: S704  # base64
    }
    return pages


def _shown(value: object) -> object:
    """Return what is printed of a value: text as one line in which nothing is invisible."""
    return escape_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _with_code(text: str) -> Markup:
    """Return a message as HTML: what is between backquotes in it is code."""
    shown = str(escape(escape_line(text)))
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", shown))  # noqa: S704  # escaped before


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _title(document: Document) -> str:
    if "fingerprint" in document:
        return say("SMS signature plan of account {uin}", uin=document["account"]["uin"])
    if "valid" in document:
        return say("The definitions are valid" if document["valid"] else "The definitions are not valid")
    return say("No plan: the run ended early")


def _counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(verdict.value, counts[verdict]) for verdict in READING_ORDER if counts.get(verdict)]


def _by_verdict(plan: PlanDocument) -> list[SignatureDocument]:
    return sorted(plan["signatures"], key=lambda row: READING_ORDER.index(Verdict(row["verdict"])))


def _groups(plan: PlanDocument) -> list[Group]:
    rows = _by_verdict(plan)
    person = [row for row in rows if row["verdict"] in _FOR_A_PERSON]
    writes = [row for row in rows if row["verdict"] in WRITES]
    quiet = [row for row in rows if row["verdict"] not in _FOR_A_PERSON | WRITES]
    return [
        Group("person", say("Needs a person first"), person, cards=True),
        Group("submitted", say("Will be submitted"), writes, cards=True),
        Group("quiet", say("Needs nothing now"), quiet, cards=False),
    ]
