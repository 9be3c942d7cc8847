"""Keys without a secret to keep: a web identity token, exchanged for the temporary keys of a role."""

# The token comes from a file, or fresh from GitHub for the job that runs. Sources: ``AssumeRoleWithWebIdentity`` of the
# vendor's security token service, 2018-08-13, called without a signature; GitHub's documentation of OpenID Connect,
# whose two variables exist where a job has ``id-token: write``.

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from reconciler.contract.api import ASSUME_ROLE, STS_SERVICE, STS_VERSION, is_loopback
from reconciler.contract.error_codes import describe, look_up
from reconciler.errors import CredentialsError, OptionKey, VendorError
from reconciler.net.transport import fetch_json, may_receive_token
from reconciler.tencent.api import Answer
from reconciler.tencent.credentials.base import (
    Absent,
    CredentialInputs,
    RenewedKeys,
    Temporary,
    Vendor,
    read_small,
    temporary_from,
)
from reconciler.tencent.rate_limit import retrying
from reconciler.tencent.sdk import Sdk, ServiceAddress

PROVIDER: Final = "TENCENTCLOUD_PROVIDER_ID"
ROLE: Final = "TENCENTCLOUD_ROLE_ARN"
TOKEN_FILE: Final = "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105  # a variable's name
REQUEST_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
REQUEST_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105  # a variable's name

AUDIENCE: Final = "sts.tencentcloudapi.com"

# The vendor's default; a role may allow up to 43200.
DURATION_S: Final = 7200

_SESSION: Final = "sms-signature-reconciler"
_ARN_START: Final = "qcs::cam::"


class _Role(NamedTuple):
    provider: str
    arn: str
    token: Callable[[], str]


def from_web_identity(near: CredentialInputs, vendor: Vendor) -> RenewedKeys | Absent:
    """Return the keys of a role; they are exchanged when first used, and again before they expire.

    Options win over the environment. Raises CredentialsError where only a part of what is needed is given.
    """
    provider = near.oidc_provider or near.variable(PROVIDER)
    arn = near.role_arn or near.variable(ROLE)
    if not (provider or arn or near.variable(TOKEN_FILE)):
        return Absent(f"web identity: {PROVIDER} and {ROLE} not set")
    token = token_source(near, vendor.timeout)
    if not provider or not arn or token is None:
        raise _incomplete(provider=provider, role=arn, token=token)
    if not arn.startswith(_ARN_START):
        raise CredentialsError(
            "the role {arn!r} is none", hint="roles begin with {start}, like the console's", arn=arn, start=_ARN_START
        )
    role = _Role(provider, arn, token)
    return RenewedKeys(lambda: _exchanged(role, vendor), vendor.clock)


def _incomplete(**given: object) -> CredentialsError:
    return CredentialsError(
        "web identity is incomplete, {missing} missing: it takes a provider ({oidc_provider} or {provider}), "
        "a role ({role_arn} or {role}) and a token ({file} or {url})",
        hint="give all of them, or none; on GitHub, `permissions: id-token: write` gives the job a token",
        missing=" and ".join(name for name, value in given.items() if not value),
        oidc_provider=OptionKey("oidc-provider"),
        provider=PROVIDER,
        role_arn=OptionKey("role-arn"),
        role=ROLE,
        file=TOKEN_FILE,
        url=REQUEST_URL,
    )


def token_source(near: CredentialInputs, timeout: float) -> Callable[[], str] | None:
    """Return what gets a token that is fresh each time, ``None`` where nothing does."""
    if path := near.variable(TOKEN_FILE):
        return lambda: _from_file(Path(path))
    url, request_token = near.variable(REQUEST_URL), near.variable(REQUEST_TOKEN)
    if url and request_token:
        return lambda: _from_github(url, request_token, timeout)
    return None


def _from_file(path: Path) -> str:
    token = (read_small(path) or "").strip()
    if not token:
        raise CredentialsError(
            "{variable} names {path}, which holds no token", hint="correct {variable}", variable=TOKEN_FILE, path=path
        )
    return token


def _from_github(url: str, request_token: str, timeout: float) -> str:
    if not may_receive_token(url):
        raise CredentialsError(
            "{variable} is not an https address", hint="GitHub sets it; do not set it yourself", variable=REQUEST_URL
        )
    separator = "&" if "?" in url else "?"
    headers = {"Authorization": f"bearer {request_token}", "Accept": "application/json"}
    proxies = not is_loopback(urlsplit(url).hostname or "")
    try:
        answer = fetch_json(f"{url}{separator}audience={AUDIENCE}", headers, timeout, proxies=proxies)
    except VendorError as error:
        raise CredentialsError(
            "GitHub gives no web identity token: {reason}",
            hint="give the job `permissions: id-token: write`",
            reason=describe(error).message,
        ) from None
    token = answer.get("value")
    if not isinstance(token, str) or not token:
        raise CredentialsError("GitHub's answer holds no web identity token", hint="run the job again")
    return token


def _exchanged(role: _Role, vendor: Vendor) -> Temporary:
    answer = _answer(role, role.token(), vendor)
    return temporary_from(answer.get("Credentials"), answer.get("ExpiredTime"), f"web identity, role {role.arn}")


def _answer(role: _Role, token: str, vendor: Vendor) -> Answer:
    address = ServiceAddress(STS_SERVICE, STS_VERSION, vendor.endpoint.for_service(STS_SERVICE), vendor.region)
    sdk = Sdk(None, address, {ASSUME_ROLE}, vendor.timeout)
    parameters: dict[str, object] = {
        "ProviderId": role.provider,
        "WebIdentityToken": token,
        "RoleArn": role.arn,
        "RoleSessionName": _SESSION,
        "DurationSeconds": DURATION_S,
    }
    try:
        return retrying(vendor.clock, lambda: sdk.call(ASSUME_ROLE, parameters))
    except VendorError as error:
        raise CredentialsError(
            "the vendor gives no keys for the role {arn}: {reason}",
            hint="check the provider's name, the role, and that its trust policy allows this repository and audience",
            arn=role.arn,
            # Not the vendor's own words: they may repeat what was sent, and that was a token.
            reason=f"{error.code} ({look_up(error.code).meaning})",
        ) from None
    finally:
        sdk.close()
