"""The published JSON documents: their shapes, and reading one that a stranger may have written."""

# Markdown, annotations and issues are made of these documents. Those that this process built (``serialize``) are taken
# as they are; what another run left is held against the published schema first.

import json
from collections import Counter
from typing import Final, Literal, NotRequired, TypedDict, cast, final

from reconciler.errors import Refusal
from reconciler.model.plan import WRITES
from reconciler.model.report import Outcome
from reconciler.schemas import first_mismatch

# Largest document that is read; a plan of 5,000 signatures takes about 8 MB.
MAX_BYTES: Final = 32 * 2**20


class LocationDocument(TypedDict):
    """A place in a file, counted from 1."""

    file: str
    line: int
    column: int


class ImageDocument(TypedDict):
    """An image by its name, sizes and digest; never its bytes."""

    file: str
    sha256: str
    bytes: int
    width: int
    height: int
    format: str


# The value of a definition's field.
Value = str | bool | int | ImageDocument | None


class ChangeDocument(TypedDict):
    """One changed field. ``old`` is null where it is not known."""

    field: str
    old: Value
    new: Value


class ErrorDocument(TypedDict):
    """Something that went wrong: the vendor's code or one of our own.

    Where a run ended without a result, ``code`` is its exit code and ``error_code`` the error's own.
    """

    code: str | int
    message: str
    hint: str
    error_code: NotRequired[str]


class AccountDocument(TypedDict):
    """The account that a document is about."""

    site: str
    region: str
    uin: str
    endpoint: str
    sandbox: bool


class LiveDocument(TypedDict):
    """The row that the vendor shows. The qualification is null where the site shows none."""

    sign_id: int
    sign_name: str
    international: bool
    status: str
    status_code: int
    review_reply: str
    create_time: int
    qualification_id: int | None
    qualification_name: str | None
    qualification_status_code: int | None


class DefinitionDocument(TypedDict):
    """All fields of a definition, as an apply sends them."""

    sign_name: str
    sign_type: str
    document_type: str
    international: bool
    sign_purpose: str
    proof_image: ImageDocument
    commission_image: ImageDocument | None
    remark: str
    qualification_id: int | None


# A value that the words of a reason speak of.
Param = str | bool | int | list[str] | None


class SignatureDocument(TypedDict):
    """One signature of a plan. ``outcome`` and what follows are there after an apply only.

    ``rule`` and ``params`` are what ``reason`` and ``advice`` say, for programs and other languages; ``before`` is null
    without a row, ``after`` where the signature is observed. The first releases printed none of the four.
    """

    key: str
    sign_id: int | None
    sign_name: str
    verdict: str
    reason: str
    advice: str
    status: str
    compared: str
    changes: list[ChangeDocument]
    drift: list[str]
    location: LocationDocument
    review_reply: str
    rule: NotRequired[str]
    params: NotRequired[dict[str, Param]]
    before: NotRequired[LiveDocument | None]
    after: NotRequired[DefinitionDocument | None]
    outcome: NotRequired[str]
    in_place: NotRequired[bool]
    request_id: NotRequired[str | None]
    error: NotRequired[ErrorDocument | None]
    status_after: NotRequired[str | None]


class QualificationDocument(TypedDict):
    """The qualification that a row shows; ``problem`` is null where there is none."""

    id: int
    name: str | None
    status_code: int | None
    problem: str | None


class SubmittedDocument(TypedDict):
    """The last submission that the record knows. ``at`` is unix seconds."""

    at: int
    by: str
    commit: str | None
    uncommitted: bool
    request_id: str | None
    adopted: bool


class StatusRowDocument(TypedDict):
    """One signature of a status. The first releases printed nothing beyond ``location``."""

    key: str
    sign_id: int | None
    sign_name: str
    status: str
    status_code: int | None
    review_reply: str
    create_time: int | None
    location: LocationDocument
    observed: NotRequired[bool]
    wait: NotRequired[str | None]
    needs: NotRequired[str | None]
    detail: NotRequired[str | None]
    drift: NotRequired[list[str]]
    overdue: NotRequired[bool]
    qualification: NotRequired[QualificationDocument | None]
    submitted: NotRequired[SubmittedDocument | None]


class UnmanagedDocument(TypedDict):
    """A signature of the account that no definition names."""

    sign_id: int
    sign_name: str
    status: str
    international: NotRequired[bool]
    review_reply: NotRequired[str]
    create_time: NotRequired[int]


class DiagnosticDocument(TypedDict):
    """One problem at one place."""

    file: str
    line: int
    column: int
    severity: str
    code: str
    message: str
    hint: str


@final
class PlanDocument(TypedDict):
    """What ``plan`` prints, and, with ``error`` and an outcome for each signature, what ``apply`` prints."""

    version: Literal[1]
    account: AccountDocument
    fingerprint: str
    summary: dict[str, int]
    signatures: list[SignatureDocument]
    unmanaged: list[UnmanagedDocument]
    diagnostics: list[DiagnosticDocument]
    notes: list[str]
    error: NotRequired[ErrorDocument | None]


@final
class StatusDocument(TypedDict):
    """What ``status`` prints. ``error`` is why the record could not be read; the first releases did not print it."""

    version: Literal[1]
    account: AccountDocument
    summary: dict[str, int]
    signatures: list[StatusRowDocument]
    unmanaged: list[UnmanagedDocument]
    error: NotRequired[ErrorDocument | None]


@final
class ValidationDocument(TypedDict):
    """What ``validate`` prints, and every command whose definitions are wrong."""

    version: Literal[1]
    valid: bool
    diagnostics: list[DiagnosticDocument]


@final
class FailureDocument(TypedDict):
    """What a command prints that ended before it had a result."""

    version: Literal[1]
    error: ErrorDocument


Document = PlanDocument | StatusDocument | ValidationDocument | FailureDocument


@final
class AccountErrorDocument(TypedDict):
    """Why an account has no result; ``diagnostics`` where its definitions are not valid."""

    code: str
    message: str
    hint: str
    diagnostics: NotRequired[list[DiagnosticDocument]]


@final
class EntryDocument(TypedDict):
    """One account: its plan, or what another command reports of it, or why there is neither."""

    name: str
    exit_code: int
    plan: NotRequired[PlanDocument]
    report: NotRequired[PlanDocument | StatusDocument | ValidationDocument]
    error: NotRequired[AccountErrorDocument]


@final
class SummaryDocument(TypedDict):
    """The fleet as a whole. ``counts`` are of signatures, by verdict, outcome or status."""

    accounts: int
    failed: int
    exit_code: int
    counts: dict[str, int]


@final
class FleetDocument(TypedDict):
    """What ``fleet plan``, ``apply``, ``status`` and ``validate`` print; ``deleted`` names accounts that are gone."""

    version: Literal[1]
    accounts: list[EntryDocument]
    deleted: NotRequired[list[str]]
    summary: SummaryDocument


AnyDocument = PlanDocument | StatusDocument | ValidationDocument | FailureDocument | FleetDocument


class DoctorDocument(TypedDict):
    """What ``doctor`` prints; a finding holds words only."""

    version: Literal[1]
    healthy: bool
    findings: list[dict[str, str]]


def load_document(content: bytes) -> AnyDocument:
    """Read what ``--format json`` printed, from whomever. Raises Refusal for anything else."""
    if len(content) > MAX_BYTES:
        raise Refusal(
            "the document is larger than {limit} MiB", hint="plan fewer files at once", limit=MAX_BYTES // 2**20
        )
    try:
        data = json.loads(content, parse_float=_reject, parse_constant=_reject)
        name = _schema_of(data)
        mismatch = first_mismatch(name, data)
    except (ValueError, RecursionError):
        # Also where a value is nested too deep, or a name holds half a character, for the validator.
        raise Refusal("the document is not JSON that this tool prints", hint=_PRINTED) from None
    if mismatch is not None:
        raise Refusal(
            "the document breaks the {schema} schema at `{path}`: {why}",
            hint=_PRINTED,
            schema=name,
            path=mismatch.path or "/",
            why=mismatch.text,
        )
    return cast("AnyDocument", data)


_PRINTED: Final = "hand over what --format json of this version printed"


def _reject(number: str) -> object:
    # For a schema 1.0 is an integer too, but its text would not be that of 1.
    raise ValueError(number)


def _schema_of(data: object) -> str:
    names = data if isinstance(data, dict) else {}
    if "valid" in names:
        return "diagnostics"
    if "accounts" in names:
        return "fleet"
    if "fingerprint" in names:
        return "plan"
    return "status" if "signatures" in names else "error"


def ended_early(document: Document) -> ErrorDocument | None:
    """Return what ended a run before its time. A status is whole, though its record could not be read."""
    if "valid" in document or ("signatures" in document and "fingerprint" not in document):
        return None
    return document.get("error")


def id_words(row: SignatureDocument | StatusRowDocument) -> str:
    """Return a signature's id, or ``new`` where it has none yet."""
    return "new" if row["sign_id"] is None else str(row["sign_id"])


def verdict_counts(document: PlanDocument) -> Counter[str]:
    """Return the number of signatures by verdict, counted here: a stranger may have written the summary."""
    return Counter(signature["verdict"] for signature in document["signatures"])


def outcome_counts(document: PlanDocument) -> Counter[str]:
    """Return the number of planned submissions by outcome; empty for a plan."""
    planned = (signature for signature in document["signatures"] if signature["verdict"] in WRITES)
    return Counter(signature["outcome"] for signature in planned if "outcome" in signature)


def is_failed(signature: SignatureDocument) -> bool:
    """Return whether a submission was planned and then not accepted."""
    planned = signature["verdict"] in WRITES and "outcome" in signature
    return planned and signature["outcome"] != Outcome.ACCEPTED and not signature["in_place"]
