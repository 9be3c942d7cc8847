"""A value of a JSON document that nobody vouches for, taken as what it must be or refused with its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from reconciler.contract.api import Status
from reconciler.diagnostics import Location, Severity
from reconciler.errors import ErrorInfo, Refusal
from reconciler.model.plan import Change, Plan, Planned, Target, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import FieldValue, Image, LiveSignature
from reconciler.render.findings import diagnostics_data
from reconciler.render.layout import as_data
from reconciler.text import to_json

Word = TypeVar("Word", bound=StrEnum)


_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


_LARGEST: Final = 2**63


class Node(NamedTuple):
    """A value and the place where it stands. Every method raises Refusal where the value is something else."""

    data: object
    path: str = "document"

    def refused(self, why: str) -> Refusal:
        """Return the refusal to raise. It says the place and never the value."""
        return Refusal(f"{self.path} {why}", hint="hand over what --format json of this version printed")

    def at(self, name: str) -> Node:
        """Return the value below a name that must be there."""
        found = self._table().get(name, self)
        if found is self:
            raise self.refused(f"lacks {name}")
        return Node(found, f"{self.path}.{name}")

    def maybe(self, name: str) -> Node | None:
        """Return the value below a name, ``None`` where there is none or it is null."""
        found = self._table().get(name)
        return Node(found, f"{self.path}.{name}") if found is not None else None

    def items(self, name: str) -> list[Node]:
        """Return the values of a list, none where the list is not there."""
        node = self.maybe(name)
        if node is None:
            return []
        if not isinstance(node.data, list):
            raise node.refused("is not a list")
        return [Node(item, f"{node.path}[{number}]") for number, item in enumerate(node.data)]

    def text(self) -> str:
        """Return the value as text."""
        if not isinstance(self.data, str):
            raise self.refused("is not text")
        return self.data

    def text_or_empty(self, name: str) -> str:
        """Return the text below a name, an empty one where there is none."""
        node = self.maybe(name)
        return node.text() if node is not None else ""

    def text_or_number(self) -> str:
        """Return the value as text, also where it is a number."""
        return self.data if isinstance(self.data, str) else str(self.number())

    def key(self) -> str:
        """Return the value as the key of a definition."""
        if not _KEY.fullmatch(self.text()):
            raise self.refused("is not a key of a signature")
        return self.text()

    def number(self) -> int:
        """Return the value as a whole number of at most 63 bits."""
        if not isinstance(self.data, int) or isinstance(self.data, bool) or abs(self.data) >= _LARGEST:
            raise self.refused("is not a whole number")
        return self.data

    def flag(self) -> bool:
        """Return the value as true or false."""
        if not isinstance(self.data, bool):
            raise self.refused("is not true or false")
        return self.data

    def word(self, words: type[Word]) -> Word:
        """Return the value as one of an enumeration's words."""
        try:
            return words(self.text())
        except ValueError:
            raise self.refused(f"is none of {', '.join(words)}") from None

    def value(self) -> FieldValue:
        """Return the value of a definition's field."""
        match self.data:
            case None:
                return None
            case bool() | str():
                return self.data
            case int():
                return self.number()
            case dict():
                return self._image()
            case _:
                raise self.refused("is no value that a field can have")

    def _image(self) -> Image:
        sha256, file, form = (self.at(name).text() for name in ("sha256", "file", "format"))
        size, width, height = (self.at(name).number() for name in ("bytes", "width", "height"))
        return Image(sha256, file, size, width, height, form)

    def _table(self) -> dict[object, object]:
        if not isinstance(self.data, dict):
            raise self.refused("is not an object")
        return self.data


# A JSON document of this tool, read back for showing it.
#
# The document may have been written by a stranger's workflow run: whatever does not have the published shape is
# refused,
# and nothing is believed that can be counted.


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


# A plan, and what became of it, as the JSON document that ``schemas/plan.schema.json`` describes.


VERSION: Final = 1


def plan_json(plan: Plan) -> str:
    """Return the document of a plan."""
    return to_json(plan_data(plan))


def report_json(report: ApplyReport) -> str:
    """Return the document of an apply: that of the plan, with an outcome for each signature."""
    document = plan_data(report.plan)
    document["signatures"] = [
        _signature(planned) | _outcome(report.result(planned)) for planned in report.plan.signatures
    ]
    document["error"] = _trouble(report.trouble)
    return to_json(document)


def plan_data(plan: Plan) -> dict[str, object]:
    """Return a plan as plain data."""
    return {
        "version": VERSION,
        "account": account_data(plan.target),
        "fingerprint": plan.fingerprint,
        "summary": plan.summary,
        "signatures": [_signature(planned) for planned in plan.signatures],
        "unmanaged": [unmanaged_data(row) for row in plan.unmanaged],
        "diagnostics": diagnostics_data(plan.diagnostics),
        "notes": list(plan.notes),
    }


def account_data(target: Target) -> dict[str, object]:
    """Return the account as plain data."""
    return {
        "site": target.account.site,
        "region": target.account.region,
        "uin": target.uin,
        "endpoint": target.endpoint,
        "sandbox": target.sandbox,
    }


def _signature(planned: Planned) -> dict[str, object]:
    decision, live = planned.decision, planned.live
    return {
        "key": planned.desired.key,
        "sign_id": planned.desired.sign_id,
        "sign_name": planned.desired.fields.sign_name,
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "advice": planned.hint,
        "status": decision.status.value,
        "compared": decision.compared.value,
        "changes": [_change(change) for change in decision.changes],
        "drift": list(decision.drift),
        "location": planned.desired.location._asdict(),
        "review_reply": live.review_reply if live is not None else "",
    }


def _change(change: Change) -> dict[str, object]:
    return {"field": change.field, "old": as_data(change.old), "new": as_data(change.new)}


def unmanaged_data(row: LiveSignature) -> dict[str, object]:
    """Return a row that no definition names as plain data."""
    return {"sign_id": row.sign_id, "sign_name": row.sign_name, "status": row.status.value}


def _outcome(result: Result) -> dict[str, object]:
    return {
        "outcome": result.outcome.value,
        "in_place": result.in_place,
        "request_id": result.request_id,
        "error": _trouble(result.trouble),
        "status_after": result.shown.status.value if result.shown is not None else None,
    }


def _trouble(trouble: ErrorInfo | None) -> dict[str, str] | None:
    return {"code": trouble.code, "message": trouble.message, "hint": trouble.hint} if trouble is not None else None


def error_json(code: int, message: str, hint: str) -> str:
    """Return the document of a command that ended before it had a plan."""
    return to_json({"version": VERSION, "error": {"code": code, "message": message, "hint": hint}})
