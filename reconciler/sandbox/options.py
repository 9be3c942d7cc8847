"""Each fact that no vendor page settles, with the ways it may go. The first way is the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Final

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.signing import DEFAULT_KEY, Key


@dataclass(frozen=True, slots=True)
class UnconfirmedBehaviour:
    """How the sandbox behaves where the contract is unconfirmed. ``describe_lag_s`` is in seconds."""

    create_time: str = field(
        default="moves", metadata={"ways": ("moves", "stays"), "help": "CreateTime of a row that is modified"}
    )
    filing_incomplete: str = field(
        default="accepted",
        metadata={"ways": ("accepted", "refused"), "help": "modify of a rejected row that has filing_incomplete"},
    )
    not_effective_code: str = field(
        default="InvalidParameterValue.SignAlreadyPassedCheck",
        metadata={
            "ways": (
                "InvalidParameterValue.SignAlreadyPassedCheck",
                "FailedOperation.MissingSignatureToModify",
                "FailedOperation.OtherError",
            ),
            "help": "what a modify of status 2 answers",
        },
    )
    unknown_id: str = field(
        default="absent",
        metadata={"ways": ("absent", "error"), "help": "describe of an unknown id: no row, or MissingSignatureList"},
    )
    order: str = field(
        default="id",
        metadata={"ways": ("id", "newest", "shuffled"), "help": "order across pages; shuffled anew for every request"},
    )
    omitted_remark: str = field(
        default="keeps",
        metadata={"ways": ("keeps", "clears"), "help": "what a modify without Remark does to the old one"},
    )
    names: str = field(
        default="kept",
        metadata={
            "ways": ("kept", "normalised", "squeezed"),
            "help": "SignName as sent, or half-width, trimmed, and inner blanks as one space or as none",
        },
    )
    identity: str = field(
        default="answered", metadata={"ways": ("answered", "denied"), "help": "whether GetCallerIdentity is permitted"}
    )
    loose_base64: str = field(
        default="refused",
        metadata={"ways": ("refused", "accepted"), "help": "images with a data: prefix or line breaks"},
    )
    qualification_id: str = field(
        default="optional", metadata={"ways": ("optional", "demanded"), "help": "QualificationId on a mainland modify"}
    )
    omitted_qualification: str = field(
        default="keeps",
        metadata={
            "ways": ("keeps", "clears", "refused"),
            "help": "a mainland modify without QualificationId of a row that has one",
        },
    )
    rate_window: str = field(
        default="sliding", metadata={"ways": ("sliding", "fixed"), "help": "how a second of the rate limits is counted"}
    )
    listing: str = field(
        default="allowed",
        metadata={
            "ways": (
                "allowed",
                "refused",
                "ten",
                "MissingParameter",
                "InvalidParameter",
                "FailedOperation.FailResolvePacket",
                "FailedOperation.JsonParseFail",
                "FailedOperation.OtherError",
            ),
            "help": "describe without ids; refused as to a sub-account, only the first ten rows for ever, or an error",
        },
    )
    large_body: str = field(
        default="accepted",
        metadata={
            "ways": ("accepted", "AuthFailure.SignatureFailure"),
            "help": "a modify of more than 1 MiB, which something on the way may cut",
        },
    )
    sign_limit: str = field(
        default="kept",
        metadata={"ways": ("kept", "none"), "help": "whether an add is refused where the account holds 50 signatures"},
    )
    global_image: str = field(
        default="required",
        metadata={
            "ways": ("required", "optional", "ignored"),
            "help": "ProofImage of a global signature, for which the console asks for none",
        },
    )
    describe_lag_s: float = 0.0


SECOND_SUBMITTER: Final = ("none", "before", "after")
"""When somebody in the console submits a signature as well: never, or just before or after the first modify of it."""


def ways() -> Mapping[str, tuple[str, ...]]:
    """Return every fact with all its ways, the default first."""
    return MappingProxyType({f.name: f.metadata["ways"] for f in fields(UnconfirmedBehaviour) if f.metadata})


def meanings() -> Mapping[str, str]:
    """Return every fact with one line that says what it is about."""
    return MappingProxyType({f.name: f.metadata["help"] for f in fields(UnconfirmedBehaviour) if f.metadata})


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one sandbox; the defaults are those of ``sandbox serve``.

    ``seed`` is the account where ``save`` holds none yet, ``others`` are further ones on the same address, known by
    the keys that sign. ``clock_offset_s`` is added to the sandbox's clock, ``latency_s`` to every answer, both in
    seconds. ``port`` 0 picks a free one. ``second_submitter`` is one of ``SECOND_SUBMITTER``.
    """

    seed: AccountData = field(default_factory=AccountData)
    host: str = "127.0.0.1"
    port: int = 0
    keys: tuple[Key, ...] = (DEFAULT_KEY,)
    log: Path | None = None
    save: Path | None = None
    limits: bool = True
    facts: UnconfirmedBehaviour = field(default_factory=UnconfirmedBehaviour)
    faults: tuple[Fault, ...] = ()
    second_submitter: str = "none"
    clock_offset_s: float = 0.0
    latency_s: float = 0.0
    others: tuple[AccountData, ...] = ()
