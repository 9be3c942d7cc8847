"""A JSON document of this tool, read back for showing it.

The document may have been written by a stranger's workflow run: whatever does not have the published shape is refused,
and nothing is believed that can be counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from reconciler.contract.status import Status
from reconciler.errors import Refusal
from reconciler.model.plan import Verdict
from reconciler.model.report import Outcome
from reconciler.model.signature import FieldValue
from reconciler.model.source import Location, Severity
from reconciler.render.markdown_node import Node

MAX_BYTES: Final = 32 * 2**20
"""Largest document that is read; a plan of 5,000 signatures takes about 6 MB."""


class Said(NamedTuple):
    """Something that went wrong, with its mend. ``code`` may be empty."""

    code: str
    message: str
    hint: str


class Changed(NamedTuple):
    """One changed field. ``old`` is ``None`` where nobody can know it."""

    field: str
    old: FieldValue
    new: FieldValue


class Shown(NamedTuple):
    """One signature. ``verdict`` and ``reason`` belong to a plan, ``outcome`` and what follows to an apply."""

    key: str
    sign_id: int
    sign_name: str
    status: Status
    location: Location
    review_reply: str
    verdict: Verdict | None = None
    reason: str = ""
    advice: str = ""
    changes: tuple[Changed, ...] = ()
    drift: tuple[str, ...] = ()
    outcome: Outcome | None = None
    in_place: bool = False
    request_id: str = ""
    error: Said | None = None
    status_after: Status | None = None


class Unmanaged(NamedTuple):
    """A signature of the account that no definition names."""

    sign_id: int
    sign_name: str
    status: Status


class Problem(NamedTuple):
    """One problem of the definitions."""

    location: Location
    severity: Severity
    message: str
    hint: str


class Place(NamedTuple):
    """The account that a document is about."""

    site: str
    region: str
    uin: str
    sandbox: bool


class Document(NamedTuple):
    """What a command printed. ``place`` is missing where no account was read, ``error`` is what ended the run.

    ``valid`` is the result of a validation, ``None`` where the document is of another command.
    """

    place: Place | None = None
    fingerprint: str = ""
    signatures: tuple[Shown, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    error: Said | None = None
    valid: bool | None = None

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """Number of signatures by verdict, counted here."""
        return Counter(shown.verdict for shown in self.signatures if shown.verdict is not None)

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Number of the signatures that were to be modified, by what became of them; empty for a plan."""
        return Counter(
            shown.outcome for shown in self.signatures if shown.outcome is not None and shown.verdict is Verdict.MODIFY
        )


def parse_document(content: bytes) -> Document:
    """Read what ``--format json`` printed, from whomever. Raises Refusal for anything else."""
    if len(content) > MAX_BYTES:
        raise Refusal(f"the document is larger than {MAX_BYTES // 2**20} MiB", hint="plan fewer files at once")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise Refusal("the document is not JSON", hint="hand over what --format json printed") from None
    return document_from(data)


def document_from(data: object) -> Document:
    """Read a document that was parsed already. Raises Refusal where it is not one of this tool."""
    node = Node(data)
    if node.at("version").number() != 1:
        raise node.refused("is not of version 1")
    account = node.maybe("account")
    return Document(
        place=_place(account) if account is not None else None,
        fingerprint=node.text_or_empty("fingerprint"),
        signatures=tuple(map(_shown, node.items("signatures"))),
        unmanaged=tuple(map(_unmanaged, node.items("unmanaged"))),
        problems=tuple(map(_problem, node.items("diagnostics"))),
        notes=tuple(note.text() for note in node.items("notes")),
        error=_said(node.maybe("error")),
        valid=valid.flag() if (valid := node.maybe("valid")) is not None else None,
    )


def _place(node: Node) -> Place:
    site, region, uin = (node.at(name).text() for name in ("site", "region", "uin"))
    return Place(site, region, uin, node.at("sandbox").flag())


def _shown(node: Node) -> Shown:
    verdict, outcome, after = node.maybe("verdict"), node.maybe("outcome"), node.maybe("status_after")
    return Shown(
        key=node.at("key").key(),
        sign_id=node.at("sign_id").number(),
        sign_name=node.at("sign_name").text(),
        status=node.at("status").word(Status),
        location=_location(node.at("location")),
        review_reply=node.text_or_empty("review_reply"),
        verdict=verdict.word(Verdict) if verdict is not None else None,
        reason=node.text_or_empty("reason"),
        advice=node.text_or_empty("advice"),
        changes=tuple(map(_changed, node.items("changes"))),
        drift=tuple(name.text() for name in node.items("drift")),
        outcome=outcome.word(Outcome) if outcome is not None else None,
        in_place=(in_place := node.maybe("in_place")) is not None and in_place.flag(),
        request_id=node.text_or_empty("request_id"),
        error=_said(node.maybe("error")),
        status_after=after.word(Status) if after is not None else None,
    )


def _changed(node: Node) -> Changed:
    return Changed(node.at("field").text(), node.at("old").value(), node.at("new").value())


def _unmanaged(node: Node) -> Unmanaged:
    return Unmanaged(node.at("sign_id").number(), node.at("sign_name").text(), node.at("status").word(Status))


def _problem(node: Node) -> Problem:
    severity = node.at("severity").word(Severity)
    return Problem(_location(node), severity, node.at("message").text(), node.text_or_empty("hint"))


def _location(node: Node) -> Location:
    return Location(node.at("file").text(), node.at("line").number(), node.at("column").number())


def _said(node: Node | None) -> Said | None:
    if node is None:
        return None
    code = node.maybe("code")
    # A run that ended has its exit code there, a signature the vendor's error code.
    return Said(code.text_or_number() if code is not None else "", node.at("message").text(), node.at("hint").text())
