"""The keys that the sandbox takes, fixed and temporary ones, and the check of a signature made with them."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from reconciler.contract.api import MAX_CLOCK_SKEW_S, SMS_SERVICE, STS_SERVICE
from reconciler.errors import UsageError
from reconciler.sandbox.http import Request
from reconciler.sandbox.model import ApiError


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair; without ``token`` any ``X-TC-Token`` is taken. ``expires_at`` is unix seconds.

    ``uin`` is whose it is; without one, it is the first account's. ``role`` is the name of the role that it is of.
    """

    secret_id: str
    secret_key: str
    token: str | None = None
    expires_at: float | None = None
    uin: str | None = None
    role: str = ""

    @property
    def caller(self) -> str:
        """Who is counted for the rate limits: temporary keys of one account count together, whoever got them."""
        return self.secret_id if self.expires_at is None else f"temporary keys of {self.uin}"


DEFAULT_KEY: Final = Key("AKIDsandbox", "sandbox-secret")


_FORM: Final = re.compile(r"(?P<id>[^:]+):(?P<secret>[^:]+)(?::(?P<token>.+))?", re.DOTALL)


def is_key(text: str) -> bool:
    """Return whether a text is of the form ``ID:SECRET[:TOKEN]``."""
    return _FORM.fullmatch(text) is not None


def parse_key(text: str, uin: str | None = None) -> Key:
    """Read ``ID:SECRET[:TOKEN]``, a key of account ``uin``. Raise ``UsageError`` without repeating the text."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError("a key is not of the form ID:SECRET or ID:SECRET:TOKEN", hint="none of the parts may be empty")
    return Key(found["id"], found["secret"], found["token"], uin=uin)


class KeyRing:
    """Every key that can sign at the moment; those of the roles ``read_only``, by uin and name, may not write."""

    def __init__(self, keys: Iterable[Key], read_only: Iterable[tuple[str, str]] = ()) -> None:
        self._keys = {key.secret_id: key for key in keys}
        self._read_only = frozenset(read_only)

    def find(self, secret_id: str) -> Key | None:
        """Return the key of that id."""
        return self._keys.get(secret_id)

    def may_write(self, key: Key) -> bool:
        """Return whether a key may be used for more than to describe."""
        return (key.uin, key.role) not in self._read_only

    def issue(self, expires_at: float, uin: str, role: str) -> Key:
        """Hand out a temporary key of a role of ``uin``. It signs until ``expires_at`` (unix), with its token."""
        pair = f"AKID{secrets.token_hex(16)}", secrets.token_hex(20)
        key = Key(*pair, secrets.token_hex(32), expires_at, uin, role)
        self._keys[key.secret_id] = key
        return key


# TC3-HMAC-SHA256 as the vendor checks it: who signed, when, and whether it is what arrived.
#
# Source: "Signature v3" of the API's common documentation. The canonical request is method, ``/``, query, the signed
# headers and the sha256 of the body; the key chain is ``TC3<secret>`` -> date -> service -> ``tc3_request``.


_ALGORITHM: Final = "TC3-HMAC-SHA256"
_AUTHORIZATION: Final = re.compile(
    rf"{_ALGORITHM}\s+Credential=(?P<id>[^/,\s]+)/(?P<date>[^/,\s]+)/(?P<service>[^/,\s]+)/tc3_request\s*,"
    r"\s*SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})"
)


_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_PORT: Final = re.compile(r":[0-9]+$")
_TIMESTAMP_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class _Claim:
    secret_id: str
    date: str
    service: str
    headers: tuple[str, ...]
    signature: str


def claimed_id(request: Request) -> str:
    """Return the ``SecretId`` that a request says it is signed with, empty where it says none. Nothing is checked."""
    found = _AUTHORIZATION.fullmatch(request.header("authorization"))
    return found["id"] if found is not None else ""


def verify(request: Request, service: str, keys: KeyRing) -> Key:
    """Return the key that signed the request for ``service``; raise ``ApiError`` as the vendor would."""
    claim = _parse(request)
    timestamp = _fresh_timestamp(request)
    key = keys.find(claim.secret_id)
    if key is None:
        raise ApiError("AuthFailure.SecretIdNotFound", "The SecretId is not found; check that it is right.")
    _check_scope(request, claim, timestamp, service)
    _check_signature(request, claim, key)
    _check_token(request, key)
    return key


def _parse(request: Request) -> _Claim:
    found = _AUTHORIZATION.fullmatch(request.header("authorization"))
    if found is None:
        raise ApiError("AuthFailure.InvalidAuthorization", "The Authorization header is missing or malformed.")
    headers = tuple(found["headers"].lower().split(";"))
    needed = {"host", "content-type"} if request.method == "POST" else {"host"}
    if not needed <= set(headers):
        raise ApiError("AuthFailure.InvalidAuthorization", f"SignedHeaders must hold {', '.join(sorted(needed))}.")
    return _Claim(found["id"], found["date"], found["service"], headers, found["signature"])


def _fresh_timestamp(request: Request) -> int:
    text = request.header("x-tc-timestamp")
    if not text:
        raise ApiError("MissingParameter", "The header X-TC-Timestamp is missing.")
    if not (text.isascii() and text.isdigit() and len(text) <= _TIMESTAMP_DIGITS):
        raise ApiError("InvalidParameterValue", "The header X-TC-Timestamp is not a unix time in seconds.")
    if abs(int(text) - request.now) > MAX_CLOCK_SKEW_S:
        raise ApiError("AuthFailure.SignatureExpire", "The signature has expired; check the clock of the caller.")
    return int(text)


def _check_scope(request: Request, claim: _Claim, timestamp: int, service: str) -> None:
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    services = {service}
    if not {SMS_SERVICE, STS_SERVICE} & {_first_label(request)}:
        # The vendor's Node SDK takes the first label of the endpoint for the service, which here is no name of one.
        services.add(_first_label(request))
    if claim.date != date or claim.service not in services:
        raise ApiError("AuthFailure.SignatureFailure", f"The credential scope is not {date}/{service}/tc3_request.")


def _first_label(request: Request) -> str:
    return request.header("host").split(".")[0]


def _check_signature(request: Request, claim: _Claim, key: Key) -> None:
    payload = _UNSIGNED.encode() if request.header("x-tc-content-sha256") == _UNSIGNED else request.body
    payload_hash = hashlib.sha256(payload).hexdigest()
    texts = (_string_to_sign(request, claim, headers, payload_hash) for headers in _readings(request, claim))
    secret = _secret(claim, key)
    right = [hmac.compare_digest(hmac.new(secret, text, "sha256").hexdigest(), claim.signature) for text in texts]
    if not any(right):
        raise ApiError("AuthFailure.SignatureFailure", "The signature does not match the request.")


# Return the canonical headers in each way that the vendor's own clients write them.
# Its page lowers the values, its Python SDK signs them as sent, its Node SDK signs the host without the port.
def _readings(request: Request, claim: _Claim) -> Iterable[str]:
    as_sent = {name: request.header(name) for name in claim.headers}
    portless = as_sent | {"host": _PORT.sub("", as_sent["host"])}
    plain = ["".join(f"{name}:{value}\n" for name, value in headers.items()) for headers in (as_sent, portless)]
    return dict.fromkeys((*plain, *(headers.lower() for headers in plain)))


def _check_token(request: Request, key: Key) -> None:
    if key.token is not None and not hmac.compare_digest(key.token.encode(), request.header("x-tc-token").encode()):
        raise ApiError("AuthFailure.TokenFailure", "The token is missing or does not belong to the SecretId.")
    if key.expires_at is not None and request.now >= key.expires_at:
        raise ApiError("AuthFailure.TokenFailure", "The temporary key has expired.")


def _secret(claim: _Claim, key: Key) -> bytes:
    secret = f"TC3{key.secret_key}".encode()
    for part in (claim.date, claim.service, "tc3_request"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return secret


def _string_to_sign(request: Request, claim: _Claim, headers: str, payload_hash: str) -> bytes:
    signed = ";".join(claim.headers)
    canonical = f"{request.method}\n/\n{request.query}\n{headers}\n{signed}\n{payload_hash}"
    # latin-1 is what http.server reads a request's head as, so this gives back the bytes that arrived
    digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
    scope = f"{claim.date}/{claim.service}/tc3_request"
    return "\n".join((_ALGORITHM, request.header("x-tc-timestamp"), scope, digest)).encode()
