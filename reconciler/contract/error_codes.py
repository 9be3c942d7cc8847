"""Every error code that the vendor documents for these calls, and our own: what it means, and what is done about it."""

# ``describe`` is the one place that words an error, so that every command says the same of it.

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from reconciler.errors import OUT_OF_FILES, RAISE_THE_LIMIT, ErrorInfo, ReconcilerError, VendorError, said


class Treatment(StrEnum):
    """How apply goes on after a write that was answered with an error.

    A describe never writes, so for it ``RETRY`` and ``SETTLE`` both mean: try again, slower; all others end the run.
    """

    # The write certainly did not happen. It is repeated, slower each time, a bounded number of times.
    RETRY = "retry"

    # Nobody can say whether the write happened. It is never repeated; describing the signature settles it.
    SETTLE = "settle"

    # The vendor says that the signature is approved. It is left alone; the others go on.
    REFUSE = "refuse"

    # The vendor did not take this signature. The others go on.
    FAIL = "fail"

    # No call will work before a person acts. The run ends; what is left is reported as not attempted.
    STOP = "stop"


class ErrorCode(NamedTuple):
    """One row: ``meaning`` says what happened, ``hint`` what a person does about it.

    ``source`` is ``page`` for the error code list of the ``ModifySmsSign`` reference page (2024-09-10), ``common`` for
    the vendor's list of codes that any action may answer, ``sdk`` for codes that newer vendor SDKs name for signatures,
    ``sts`` for those of taking a role on, and ``client`` for our own, of failures for which no vendor code exists.
    ``created`` is meaning and hint where a call that creates a signature is answered so, if they are others then.
    """

    code: str
    source: str
    treatment: Treatment
    meaning: str
    hint: str
    created: tuple[str, str] | None = None

    @property
    def for_create(self) -> ErrorCode:
        """The row as an answer to a call that creates."""
        return self if self.created is None else self._replace(meaning=self.created[0], hint=self.created[1])


CONNECTION_NOT_MADE: Final = "Client.ConnectionNotMade"
CONNECTION_LOST: Final = "Client.ConnectionLost"
TIMEOUT: Final = "Client.Timeout"
HTTP_STATUS: Final = "Client.HttpStatus"
BAD_ANSWER: Final = "Client.BadAnswer"
NULL_ANSWER: Final = "Client.NullAnswer"
NO_KEYS: Final = "Client.NoKeys"
CHANGED_SINCE_PLAN: Final = "Client.ChangedSincePlan"
EVIDENCE_CHANGED: Final = "Client.EvidenceChanged"
RECORD: Final = "Client.Record"
REMOTE: Final = "Client.Remote"
STOPPED: Final = "Client.Stopped"
TOO_LATE: Final = "Client.TooLate"
CUT_ON_THE_WAY: Final = "Client.CutOnTheWay"
NOT_LISTED: Final = "Client.NotListed"


def look_up(code: str) -> ErrorCode:
    """Return the row for a code: itself, else its family (the part before the dot), else the unknown row."""
    return CODES.get(code) or CODES.get(code.partition(".")[0]) or UNKNOWN_CODE._replace(code=code)


# Families of codes that are about the keys of a call.
_ABOUT_KEYS: Final = ("AuthFailure", "UnauthorizedOperation")


def describe(error: ReconcilerError) -> ErrorInfo:
    """Return an error's code, what happened and what to do.

    What the vendor or the network says goes in brackets after the meaning, with the host where it tells something.
    """
    if not isinstance(error, VendorError):
        return ErrorInfo(error.code, error.message, error.hint)
    row = look_up(error.code).for_create if error.creates else look_up(error.code)
    details: dict[str, object] = {"message": error.message} if error.message else {}
    if error.host and error.code.startswith("Client."):
        details["host"] = error.host
    if error.keys and error.code.startswith(_ABOUT_KEYS):
        details["keys"] = error.keys
    meaning, hint = said(row.meaning), error.hint or said(row.hint)
    if not details:
        return ErrorInfo(error.code, meaning, hint)
    return ErrorInfo(error.code, said(_MEANINGS[tuple(details)], meaning=meaning, **details), hint)


def headline(error: ReconcilerError) -> str:
    """Return an error in one line, without its hint: with its code where that is one to look up."""
    info = describe(error)
    return said("{code}: {message}", code=info.code, message=info.message) if is_looked_up(error) else info.message


def is_looked_up(error: ReconcilerError) -> bool:
    """Return whether an error's code is one that ``explain`` knows, so that a person is shown it."""
    return isinstance(error, VendorError) or error.code in CODES


# What goes in brackets after a meaning.
_MEANINGS: Final = {
    ("message",): "{meaning} ({message})",
    ("host",): "{meaning} (host {host})",
    ("keys",): "{meaning} (keys {keys})",
    ("message", "host"): "{meaning} ({message}, host {host})",
    ("message", "keys"): "{meaning} ({message}, keys {keys})",
    ("host", "keys"): "{meaning} (host {host}, keys {keys})",
    ("message", "host", "keys"): "{meaning} ({message}, host {host}, keys {keys})",
}

RETRY, SETTLE = Treatment.RETRY, Treatment.SETTLE
REFUSE, FAIL, STOP = Treatment.REFUSE, Treatment.FAIL, Treatment.STOP

_WAIT = "Wait a little and run again; the record keeps what is open."
_SUPPORT = "Run again later; if it stays, contact the vendor's SMS Helper with the request id."
_REPORT = "The request was put together wrongly; please report it with the request id."
_KEYS = "Check the keys and that they belong to this account; `reconciler doctor` shows which are used."

_ROLE: Final = (
    "Check the role's ARN, and in CAM that it trusts the keys' owner; docs/credentials.md lists who asks for it."
)

_ROWS: Final = (
    # What the reference page of ModifySmsSign lists.
    ErrorCode("FailedOperation.FailResolvePacket", "page", FAIL, "the request could not be parsed", _REPORT),
    ErrorCode("FailedOperation.JsonParseFail", "page", FAIL, "the request body is not valid JSON", _REPORT),
    ErrorCode("FailedOperation.MissingSignatureList", "page", FAIL,
              "the account has no such signature, or none that passed review",
              "Check `sign_id`, the region and `international` against the console."),
    ErrorCode("FailedOperation.MissingSignatureToModify", "page", FAIL,
              "this signature id was never submitted or does not exist",
              "Check `sign_id` against the console; ids differ per region."),
    ErrorCode("FailedOperation.NotEnterpriseCertification", "page", STOP,
              "accounts of individuals cannot change signatures through the API",
              "Verify the account as an enterprise (takes effect in about an hour) or edit in the console."),
    ErrorCode("FailedOperation.OtherError", "page", FAIL, "the vendor did not take the parameters",
              "Compare the definition with the review standards; the request id helps the vendor's support."),
    ErrorCode("FailedOperation.SignNumberLimit", "page", FAIL, "the account holds as many signatures as it may",
              "Remove unused signatures in the console, or ask the vendor for a higher limit."),
    ErrorCode("FailedOperation.TemplateAlreadyPassedCheck", "page", REFUSE, "it passed review and cannot be changed",
              "Leave it as it is; a different text needs a new submission in the console."),
    ErrorCode("FailedOperation.TemplateIdNotExist", "page", FAIL, "there is no such template", "Check `sign_id`.",
              ("there is no such template", _SUPPORT)),
    ErrorCode("InternalError.OtherError", "page", SETTLE, "the vendor failed inside", _SUPPORT),
    ErrorCode("InternalError.RequestTimeException", "page", STOP,
              "this machine's clock is too far from the vendor's (more than 10 minutes)",
              "Set the clock right (NTP) and run again."),
    ErrorCode("InternalError.RestApiInterfaceNotExist", "page", STOP, "the vendor does not know this interface",
              "Check `account.endpoint` and `account.region`."),
    ErrorCode("InternalError.SigVerificationFail", "page", STOP, "the vendor could not verify the request", _KEYS),
    ErrorCode("InternalError.Timeout", "page", SETTLE, "the vendor's inner request timed out", _WAIT),
    ErrorCode("InternalError.UnknownError", "page", SETTLE, "the vendor failed for an unknown reason", _SUPPORT),
    ErrorCode("InvalidParameter", "page", FAIL, "a parameter is wrong",
              "Compare the definition with the message; the vendor names no field here."),
    ErrorCode("InvalidParameter.AppidAndBizId", "page", STOP, "account and application do not match",
              "Check that the keys belong to the account which holds the signatures."),
    ErrorCode("InvalidParameterValue.ImageInvalid", "page", FAIL, "the vendor cannot read an evidence image",
              "Save the image again as a plain PNG or JPEG and commit it."),
    ErrorCode("InvalidParameterValue.InvalidDocumentType", "page", FAIL,
              "the document type does not go with the signature type",
              "Choose a pair of `sign_type` and `document_type` that the vendor's table allows."),
    ErrorCode("InvalidParameterValue.InvalidInternational", "page", FAIL,
              "`international` is not that of the signature",
              "A mainland signature cannot become a global one: correct `international` or `sign_id`.",
              ("`international` is not accepted",
               "Check that the account may have signatures of this kind; the request id helps the vendor's support.")),
    ErrorCode("InvalidParameterValue.InvalidSignPurpose", "page", FAIL, "the purpose is not accepted",
              "Use `sign_purpose: self` or `others`; `others` needs a commission image."),
    ErrorCode("InvalidParameterValue.SignAlreadyPassedCheck", "page", REFUSE,
              "the signature is approved and cannot be changed",
              "Leave the definition as approved; a different text needs a new signature.",
              ("the account has a signature of this name already, approved or pending",
               "Run `reconciler plan`, which names it; keep one definition for each name and kind.")),
    ErrorCode("InvalidParameterValue.SignExistAndUnapproved", "page", FAIL,
              "another signature with this name already waits for review",
              "Choose another name, or wait for the other one's review."),
    ErrorCode("InvalidParameterValue.SignNameLengthTooLong", "page", FAIL, "the name is too long",
              "Shorten `sign_name`."),
    ErrorCode("UnauthorizedOperation.RequestIpNotInWhitelist", "page", STOP,
              "requests from this address are not allowed", "Add the address to the allowlist in the console."),
    ErrorCode("UnauthorizedOperation.RequestPermissionDeny", "page", STOP, "the keys lack the permission",
              "Allow the action for these keys in CAM."),
    ErrorCode("UnauthorizedOperation.ServiceSuspendDueToArrears", "page", STOP,
              "the service is suspended for outstanding fees", "Top up the account in the console."),
    ErrorCode("UnsupportedOperation", "page", STOP, "the request is not supported",
              "Check `account.site`, `account.region` and `account.endpoint`."),
    # Signature codes that newer SDKs name.
    ErrorCode("FailedOperation.ProhibitSubAccountUse", "sdk", STOP, "sub-accounts may not use this call",
              "Use keys of the main account, or ask for the permission."),
    ErrorCode("FailedOperation.QualificationIdNotApproved", "sdk", FAIL, "the qualification is not approved yet",
              "Wait for the qualification's own review, or name an approved one."),
    ErrorCode("FailedOperation.SignIdNotExist", "sdk", FAIL, "there is no signature with this id",
              "Check `sign_id` and the region."),
    ErrorCode("InvalidParameterValue.QualificationIdNotFound", "sdk", FAIL, "there is no such qualification",
              "Check `qualification_id` against the console."),
    ErrorCode("FailedOperation.ParametersOtherError", "sdk", FAIL, "the vendor did not take the parameters",
              "Compare the definition with the review standards; the request id helps the vendor's support."),
    ErrorCode("InternalError.JsonParseFail", "sdk", SETTLE, "the vendor could not read an inner answer", _SUPPORT),
    ErrorCode("InternalError.SendAndRecvFail", "sdk", SETTLE, "the vendor's inner request failed", _SUPPORT),
    ErrorCode("InternalError.SigFieldMissing", "sdk", SETTLE, "the vendor's inner request lacked its signature",
              _SUPPORT),
    ErrorCode("InvalidParameterValue.InvalidUsedMethod", "sdk", FAIL, "the purpose is not accepted",
              "Use `sign_purpose: self` or `others`; `others` needs a commission image."),
    ErrorCode("InvalidParameterValue.LimitVerifyFail", "sdk", FAIL, "the size of a page is not accepted", _REPORT),
    ErrorCode("InvalidParameterValue.OffsetVerifyFail", "sdk", FAIL, "the start of a page is not accepted", _REPORT),
    ErrorCode("InvalidParameterValue.SdkAppIdNotExist", "sdk", STOP, "there is no such SMS application",
              "Check that the SMS service is activated in this account and region."),
    ErrorCode("LimitExceeded.GlobalSmsSendingRateLimit", "sdk", FAIL, "messages are sent too fast",
              "It is about sending messages, not about signatures: run again later."),
    ErrorCode("UnauthorizedOperation.SdkAppIdIsDisabled", "sdk", STOP, "the SMS application is disabled",
              "Enable it in the console."),
    # Taking a role on.
    ErrorCode("FailedOperation.CheckMFAError", "sts", STOP, "the multi-factor check for the role failed", _ROLE),
    ErrorCode("FailedOperation.TempKeyNotAllowed", "sts", STOP, "temporary keys may not take this role on",
              "Use permanent keys, or let the first role be the one that is needed."),
    ErrorCode("InternalError.DbError", "sts", SETTLE, "the vendor's token service failed inside", _SUPPORT),
    ErrorCode("InternalError.EncryptError", "sts", SETTLE, "the vendor's token service failed inside", _SUPPORT),
    ErrorCode("InternalError.GetAppIdError", "sts", SETTLE, "the vendor's token service failed inside", _SUPPORT),
    ErrorCode("InternalError.GetRoleError", "sts", STOP, "the role could not be looked up", _ROLE),
    ErrorCode("InternalError.GetSeedTokenError", "sts", SETTLE, "the vendor's token service failed inside", _SUPPORT),
    ErrorCode("InternalError.IllegalRole", "sts", STOP, "the role is not valid", _ROLE),
    ErrorCode("InternalError.PbSerializeError", "sts", SETTLE, "the vendor's token service failed inside", _SUPPORT),
    ErrorCode("InternalError.SystemError", "sts", SETTLE, "the vendor's token service failed inside", _SUPPORT),
    ErrorCode("InvalidParameter.AccountNotAvaliable", "sts", STOP, "the role's account is not available", _ROLE),
    ErrorCode("InvalidParameter.ExtendStrategyOverSize", "sts", STOP, "the role's policy is too large", _ROLE),
    ErrorCode("InvalidParameter.GrantOtherResource", "sts", STOP, "the policy grants more than the keys may", _ROLE),
    ErrorCode("InvalidParameter.OverLimit", "sts", STOP, "roles are taken on too often", _WAIT),
    ErrorCode("InvalidParameter.OverTimeError", "sts", STOP, "the role does not allow so long a session",
              "Ask for fewer seconds, or raise the role's longest session in CAM."),
    ErrorCode("InvalidParameter.ParamError", "sts", STOP, "a parameter of the role is wrong", _ROLE),
    ErrorCode("InvalidParameter.PolicyTooLong", "sts", STOP, "the role's policy is too long", _ROLE),
    ErrorCode("InvalidParameter.ResouceError", "sts", STOP, "the role's ARN is wrong", _ROLE),
    ErrorCode("InvalidParameter.StrategyFormatError", "sts", STOP, "the role's policy is malformed", _ROLE),
    ErrorCode("InvalidParameter.StrategyInvalid", "sts", STOP, "the role's policy is not valid", _ROLE),
    ErrorCode("InvalidParameter.TempCodeNotAvaliable", "sts", STOP, "the multi-factor code is not valid", _ROLE),
    ErrorCode("ResourceNotFound.RoleNotFound", "sts", STOP, "there is no such role", _ROLE),
    # Codes that any action may answer.
    ErrorCode("ActionOffline", "common", STOP, "the vendor has withdrawn this call", "Look for a newer release."),
    ErrorCode("AuthFailure", "common", STOP, "the vendor does not accept the keys", _KEYS),
    ErrorCode("AuthFailure.InvalidAuthorization", "common", STOP, "the signature header is malformed", _KEYS),
    ErrorCode("AuthFailure.InvalidSecretId", "common", STOP, "the key id is not one of the API's", _KEYS),
    ErrorCode("AuthFailure.MFAFailure", "common", STOP, "multi-factor authentication failed", _KEYS),
    ErrorCode("AuthFailure.SecretIdNotFound", "common", STOP, "the key id does not exist or is disabled", _KEYS),
    ErrorCode("AuthFailure.SignatureExpire", "common", STOP,
              "this machine's clock is too far from the vendor's (more than 5 minutes)",
              "Set the clock right (NTP) and run again."),
    ErrorCode("AuthFailure.SignatureFailure", "common", STOP, "the secret key does not go with the key id", _KEYS),
    ErrorCode("AuthFailure.TokenFailure", "common", STOP, "the session token is wrong or has expired",
              "Fetch fresh temporary keys and run again."),
    ErrorCode("AuthFailure.UnauthorizedOperation", "common", STOP, "the keys lack the permission",
              "Allow the action for these keys in CAM."),
    ErrorCode("DryRunOperation", "common", FAIL, "the vendor treated it as a trial", _REPORT),
    ErrorCode("FailedOperation", "common", FAIL, "the operation failed", _SUPPORT),
    ErrorCode("InternalError", "common", SETTLE, "the vendor failed inside", _SUPPORT),
    ErrorCode("InvalidAction", "common", STOP, "the vendor does not know this call",
              "Check `account.endpoint`."),
    ErrorCode("InvalidParameterValue", "common", FAIL, "a parameter's value is wrong",
              "Compare the definition with the message."),
    ErrorCode("InvalidRequest", "common", FAIL, "the request is malformed", _REPORT),
    ErrorCode("IpInBlacklist", "common", STOP, "requests from this address are blocked",
              "Ask the account's owner about the blocklist."),
    ErrorCode("IpNotInWhitelist", "common", STOP, "requests from this address are not allowed",
              "Add the address to the allowlist in the console."),
    ErrorCode("LimitExceeded", "common", FAIL, "a quota of the account is used up",
              "Ask the vendor for a higher quota."),
    ErrorCode("MissingParameter", "common", FAIL, "a parameter is missing", _REPORT),
    ErrorCode("NoSuchProduct", "common", STOP, "the vendor does not know this product", "Check `account.endpoint`."),
    ErrorCode("NoSuchVersion", "common", STOP, "the vendor does not know this API version",
              "Check `account.endpoint`."),
    ErrorCode("RequestLimitExceeded", "common", RETRY, "too many calls a second, console and other tools included",
              "Nothing was written. It is retried by itself; run again later if it stays."),
    ErrorCode("RequestLimitExceeded.GlobalRegionUinLimitExceeded", "common", RETRY,
              "the account makes too many calls a second in all regions", _WAIT),
    ErrorCode("RequestLimitExceeded.IPLimitExceeded", "common", RETRY,
              "this address makes too many calls a second", _WAIT),
    ErrorCode("RequestLimitExceeded.UinLimitExceeded", "common", RETRY,
              "the account makes too many calls a second", _WAIT),
    ErrorCode("RequestSizeLimitExceeded", "common", FAIL, "the request is too large",
              "Make the images smaller; both together must stay below about 7.5 MB."),
    ErrorCode("ResourceInUse", "common", FAIL, "the signature is being worked on", _WAIT),
    ErrorCode("ResourceInsufficient", "common", FAIL, "the vendor lacks resources for this", _WAIT),
    ErrorCode("ResourceNotFound", "common", FAIL, "there is no such resource", "Check `sign_id` and the region."),
    ErrorCode("ResourceUnavailable", "common", SETTLE, "the resource is not available now", _WAIT),
    ErrorCode("ResponseSizeLimitExceeded", "common", SETTLE, "the answer was too large to send", _SUPPORT),
    ErrorCode("ServiceUnavailable", "common", SETTLE, "the service is not available now", _WAIT),
    ErrorCode("UnauthorizedOperation", "common", STOP, "the keys lack the permission",
              "Allow the action for these keys in CAM."),
    ErrorCode("UnknownParameter", "common", FAIL, "the vendor does not know a parameter",
              "Check `account.site`: the editions know different fields."),
    ErrorCode("UnsupportedProtocol", "common", STOP, "the vendor does not speak this protocol", "Use https."),
    ErrorCode("UnsupportedRegion", "common", STOP, "the service does not exist in this region",
              "Check `account.region`."),
    # Trouble on the way, in our own words.
    ErrorCode(CONNECTION_NOT_MADE, "client", RETRY, "no connection to the vendor could be made",
              "Check the network, the proxy settings and `account.endpoint`."),
    ErrorCode(CONNECTION_LOST, "client", SETTLE, "the connection broke before the answer came", _WAIT),
    ErrorCode(TIMEOUT, "client", SETTLE, "no answer came in time", "Raise --request-timeout, or try later."),
    ErrorCode(HTTP_STATUS, "client", SETTLE, "something on the way answered instead of the vendor's API",
              "Check the proxy and `account.endpoint`."),
    ErrorCode(BAD_ANSWER, "client", SETTLE, "the answer is not one of the vendor's API",
              "Check the proxy and `account.endpoint`."),
    ErrorCode(NULL_ANSWER, "client", SETTLE, "the answer lacks the part that says whether it worked", _SUPPORT),
    ErrorCode(NO_KEYS, "client", STOP, "there are no keys to call with, or none that are still good", _KEYS),
    ErrorCode(CHANGED_SINCE_PLAN, "client", FAIL, "the signature is not as planned any more; nothing was sent",
              "Run `reconciler plan` and look at it again."),
    ErrorCode(EVIDENCE_CHANGED, "client", REFUSE, "an image is not the planned one any more; nothing was sent",
              "Run `reconciler plan` and look at it again."),
    ErrorCode(RECORD, "client", STOP, "what was submitted could not be recorded, so nothing further was sent",
              "Correct what keeps the record from being written; `reconciler doctor` shows where it is."),
    ErrorCode(REMOTE, "client", STOP, "the git remote that keeps the record could not be used",
              "Check the network and the access to the remote; `reconciler doctor` shows where the record is."),
    ErrorCode(TOO_LATE, "client", RETRY,
              "the call was not started in time after its intent was stored; nothing was sent",
              "Run apply again; a machine that was asleep or overloaded does this."),
    ErrorCode(CUT_ON_THE_WAY, "client", FAIL,
              "the vendor answers a large request with AuthFailure.SignatureFailure, though the keys are good",
              "Save the images smaller; something on the way may cut large requests."),
    ErrorCode(NOT_LISTED, "client", STOP,
              "this account's signatures cannot be listed with these keys at this endpoint",
              "Name the signatures by their ids, which the console shows; or use keys that may list."),
    ErrorCode(STOPPED, "client", STOP, "the run was stopped before its turn came; nothing was sent",
              "Run apply again."),
)  # fmt: skip

# Failures that say everything themselves; only `explain` looks them up.
PLAIN_CODES: Final = (
    ErrorCode("Client.Usage", "client", STOP, "the command was called in a way that cannot work",
              "Change the option or argument that the message names."),
    ErrorCode("Client.Refused", "client", STOP, "what was asked for would be wrong, so it was not done",
              "Do what the message says; nothing was sent."),
    ErrorCode("Client.Definitions", "client", STOP, "the definitions hold errors, so the account was not read",
              "Correct what is listed; `reconciler validate` shows it."),
    ErrorCode("Client.AccountFile", "client", STOP, "a sandbox's account file is not valid",
              "Correct what is listed."),
    ErrorCode("Client.NoSandbox", "client", STOP, "no sandbox answers at the address that was given",
              "Start one with `reconciler sandbox serve`."),
    ErrorCode("Client.OutOfFiles", "client", STOP, OUT_OF_FILES, RAISE_THE_LIMIT),
    ErrorCode("Client.Unexpected", "client", STOP, "a mistake in this program", "Report what was printed."),
)  # fmt: skip

CODES: Final[Mapping[str, ErrorCode]] = {row.code: row for row in _ROWS}

UNKNOWN_CODE: Final = ErrorCode(
    "(unknown)", "client", SETTLE, "the vendor answered with a code that no page lists", _SUPPORT
)
