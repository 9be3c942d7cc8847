"""The web identity token: from a file, or fresh from GitHub for the job that runs.

Source: GitHub's documentation of OpenID Connect; the two variables exist where a job has ``id-token: write``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from reconciler.contract.api import ASSUME_ROLE, STS_SERVICE, STS_VERSION
from reconciler.errors import CredentialsError, VendorError
from reconciler.net.address import is_loopback
from reconciler.net.transport import fetch_json
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
from reconciler.tencent.rate_limit import patiently
from reconciler.tencent.sdk import Sdk, ServiceAddress

TOKEN_FILE: Final = "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105  # a variable's name


REQUEST_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"


REQUEST_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105  # a variable's name


AUDIENCE: Final = "sts.tencentcloudapi.com"


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
        raise CredentialsError(f"{TOKEN_FILE} names {path}, which holds no token", hint=f"correct {TOKEN_FILE}")
    return token


def _from_github(url: str, request_token: str, timeout: float) -> str:
    _check(url)
    separator = "&" if "?" in url else "?"
    headers = {"Authorization": f"bearer {request_token}", "Accept": "application/json"}
    try:
        answer = fetch_json(f"{url}{separator}audience={AUDIENCE}", headers, timeout, proxies=not _is_local(url))
    except VendorError as error:
        raise CredentialsError(
            f"GitHub gives no web identity token: {error.message}", hint="give the job `permissions: id-token: write`"
        ) from None
    token = answer.get("value")
    if not isinstance(token, str) or not token:
        raise CredentialsError("GitHub's answer holds no web identity token", hint="run the job again")
    return token


def _check(url: str) -> None:
    if not (url.startswith("https://") or (url.startswith("http://") and _is_local(url))):
        raise CredentialsError(f"{REQUEST_URL} is not an https address", hint="GitHub sets it; do not set it yourself")


def _is_local(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


# Keys without a secret to keep: a web identity token exchanged for the temporary keys of a role.
#
# Source: ``AssumeRoleWithWebIdentity`` of the vendor's security token service, 2018-08-13, called without a signature.


PROVIDER: Final = "TENCENTCLOUD_PROVIDER_ID"


ROLE: Final = "TENCENTCLOUD_ROLE_ARN"


DURATION_S: Final = 7200
"""The vendor's default; a role may allow up to 43200."""


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
        raise _incomplete(provider=provider, arn=arn, token=token is not None)
    if not arn.startswith(_ARN_START):
        raise CredentialsError(f"the role {arn!r} is none", hint=f"roles begin with {_ARN_START}, like the console's")
    role = _Role(provider, arn, token)
    return RenewedKeys(lambda: _exchanged(role, vendor), vendor.clock)


def _incomplete(*, provider: str, arn: str, token: bool) -> CredentialsError:
    missing = [
        name
        for name, given in (
            (f"the provider (--oidc-provider or {PROVIDER})", provider),
            (f"the role (--role-arn or {ROLE})", arn),
            (f"the token ({TOKEN_FILE} or {REQUEST_URL})", token),
        )
        if not given
    ]
    hint = "on GitHub, give the job `permissions: id-token: write`" if not token else "give all of them, or none"
    return CredentialsError(f"web identity is incomplete: {', '.join(missing)} missing", hint=hint)


def _exchanged(role: _Role, vendor: Vendor) -> Temporary:
    answer = _answer(role, role.token(), vendor)
    return temporary_from(answer.get("Credentials"), answer.get("ExpiredTime"), f"web identity, role {role.arn}")


def _answer(role: _Role, token: str, vendor: Vendor) -> Answer:
    place = ServiceAddress(STS_SERVICE, STS_VERSION, vendor.endpoint.for_service(STS_SERVICE), vendor.region)
    sdk = Sdk(None, place, {ASSUME_ROLE}, vendor.timeout)
    parameters: dict[str, object] = {
        "ProviderId": role.provider,
        "WebIdentityToken": token,
        "RoleArn": role.arn,
        "RoleSessionName": _SESSION,
        "DurationSeconds": DURATION_S,
    }
    try:
        return patiently(vendor.clock, lambda: sdk.call(ASSUME_ROLE, parameters))
    except VendorError as error:
        raise CredentialsError(
            f"the vendor gives no keys for the role {role.arn}: {error.code}",
            hint="check the provider's name, the role, and that its trust policy allows this repository and audience",
        ) from None
    finally:
        sdk.close()
