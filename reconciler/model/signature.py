"""A signature: as the vendor shows it, and as a definition says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from reconciler.contract.api import QUALIFICATION_PROBLEMS, Status, status_of
from reconciler.diagnostics import Location
from reconciler.errors import said


class LiveSignature(NamedTuple):
    """One row of ``DescribeSmsSignList``; the vendor never shows the other fields of a submission.

    ``create_time`` is the submission time in unix seconds. The qualification fields come on the mainland site only.
    """

    sign_id: int
    international: bool
    status_code: int
    sign_name: str
    review_reply: str = ""
    create_time: int = 0
    qualification_id: int | None = None
    qualification_name: str | None = None
    qualification_status_code: int | None = None

    @property
    def status(self) -> Status:
        """The review state in words."""
        return status_of(self.status_code)

    @property
    def qualification_problem(self) -> str | None:
        """What is wrong with the qualification, in words; ``None`` where nothing is, or the site shows none."""
        if not self.qualification_id or self.qualification_status_code is None:
            return None
        problem = QUALIFICATION_PROBLEMS.get(self.qualification_status_code)
        return None if problem is None else said(problem)


# A signature as it is wanted: the fields that ``ModifySmsSign`` sends, in the words of the definitions.


@dataclass(frozen=True, slots=True)
class Image:
    """An evidence image by its digest. Two images are the same when their bytes are; name and sizes are only displayed.

    ``file`` is the path as written in the definition, ``bytes`` the file size, ``width`` and ``height`` pixels.
    """

    sha256: str
    file: str = field(compare=False)
    bytes: int = field(compare=False)
    width: int = field(compare=False)
    height: int = field(compare=False)
    format: str = field(compare=False)


FieldValue = str | bool | int | Image | None


class SignFields(NamedTuple):
    """What a ``ModifySmsSign`` call sends beside ``SignId``. Enumerations are words, an absent remark is empty."""

    sign_name: str
    sign_type: str
    document_type: str
    international: bool
    sign_purpose: str
    proof_image: Image
    commission_image: Image | None = None
    remark: str = ""
    qualification_id: int | None = None


# Names of the fields in the order in which plans show them.
FIELD_NAMES: Final = SignFields._fields


# In place of the image that an observed signature lacks; the digest of no file is empty.
NO_IMAGE: Final = Image("", "", 0, 0, 0, "")


def watched_fields(sign_name: str, *, international: bool) -> SignFields:
    """Return what is known of an observed signature. There are no words for the rest, so no call can be made of it."""
    return SignFields(sign_name, "", "", international, "", NO_IMAGE)


# The id of a definition with `sign_id: new`: the vendor has not given the signature one yet.
NEW: Final = 0

# What the record knows a signature by: its id, or the key of its definition while it has none.
Subject = int | str


class Signature(NamedTuple):
    """One signature of the definitions, with its evidence digested. ``observed``: watched, and never submitted.

    ``sign_id`` is ``NEW`` where it has to be created. ``location`` is the key's place in its file, ``fields_at`` the
    place of each field that the definition writes out, ``folder`` that of the definition file, which images are
    relative to.
    """

    key: str
    sign_id: int
    fields: SignFields
    location: Location
    folder: str = ""
    fields_at: Mapping[str, Location] = MappingProxyType({})
    observed: bool = False

    @property
    def is_new(self) -> bool:
        """Return whether the signature has no id yet."""
        return self.sign_id == NEW

    @property
    def subject(self) -> Subject:
        """What the record knows it by."""
        return self.key if self.is_new else self.sign_id

    @property
    def id_text(self) -> str:
        """The id for people, or ``new``."""
        return "new" if self.is_new else str(self.sign_id)


def id_edit(signature: Signature, sign_id: int) -> str:
    """Say which edit writes the id of a signature that was created into its definition."""
    place = signature.fields_at.get("sign_id", signature.location)
    return said(
        "{key} was created: write `sign_id: {sign_id}` at {place}, or run apply with --write-ids",
        key=signature.key,
        sign_id=sign_id,
        place=place,
    )


class Account(NamedTuple):
    """Which account the definitions are for. All but ``site`` and ``region`` is optional in the definitions.

    ``role`` is the ARN of the role that is taken on, and ``plan_role`` the one that is taken on instead by what
    writes nothing; ``uin`` is their account where the definitions name none.
    """

    site: str
    region: str
    uin: str | None = None
    endpoint: str | None = None
    role: str | None = None
    plan_role: str | None = None
