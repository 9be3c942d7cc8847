"""Keys without a secret to keep: for a web identity token, or of the role of a virtual machine of the vendor's."""

# The token comes from a file, or fresh from GitHub for the job that runs. Sources: ``AssumeRoleWithWebIdentity`` of the
# vendor's security token service, 2018-08-13, called without a signature; GitHub's documentation of OpenID Connect,
# whose two variables exist where a job has ``id-token: write``.

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from reconciler.clock import Clock
from reconciler.contract.api import WEB_IDENTITY_ROLE, is_loopback
from reconciler.contract.error_codes import describe, look_up
from reconciler.errors import CredentialsError, VendorError, said
from reconciler.net import http
from reconciler.net.environment import may_receive_token
from reconciler.tencent.api import Answer
from reconciler.tencent.credentials.assumed_role import DEFAULT_SESSION, DURATION_S, SESSION, Role, checked, sts_answer
from reconciler.tencent.credentials.base import (
    Absent,
    CredentialInputs,
    RenewedKeys,
    Temporary,
    Vendor,
    owner_of_role,
    read_small,
    temporary_from,
)

# The second names are those that the vendor's container service gives to its pods.
PROVIDERS: Final = ("TENCENTCLOUD_PROVIDER_ID", "TKE_PROVIDER_ID")
ROLES: Final = ("TENCENTCLOUD_ROLE_ARN", "TKE_ROLE_ARN")
TOKEN_FILES: Final = ("TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE", "TKE_WEB_IDENTITY_TOKEN_FILE")
REQUEST_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
REQUEST_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105  # a variable's name

AUDIENCE: Final = "sts.tencentcloudapi.com"

ROLE_NAME: Final = "TENCENTCLOUD_CAM_ROLE_NAME"
TIME_LIMIT_S: Final = 2.0
_METADATA_PATH: Final = "cam/security-credentials/"


class _Role(NamedTuple):
    provider: str
    asked: Role
    token: Callable[[], str]


def from_web_identity(near: CredentialInputs, vendor: Vendor) -> RenewedKeys | Absent:
    """Return the keys of a role; they are exchanged when first used, and again before they expire.

    Options win over the environment. Raises CredentialsError where only a part of what is needed is given.
    """
    if not (near.oidc_provider or near.first((*PROVIDERS, *TOKEN_FILES))):
        return Absent(said("web identity: {provider} and {role} not set", provider=PROVIDERS[0], role=ROLES[0]))
    provider = near.oidc_provider or near.agreed(PROVIDERS)
    arn = near.role_arn or near.agreed(ROLES)
    token = token_source(near, vendor.timeout)
    if not provider or not arn or token is None:
        raise incomplete(provider=provider, role=arn, token=token)
    origin = "--role-arn" if near.role_arn else next(name for name in ROLES if near.variable(name))
    asked = checked(Role(arn, origin, near.variable(SESSION) or DEFAULT_SESSION, session_origin=SESSION))
    role = _Role(provider, asked, token)
    return RenewedKeys(lambda: _exchanged(role, vendor), vendor.clock)


def incomplete(**given: object) -> CredentialsError:
    """Return the error that names what is ``given`` as empty, and all that a web identity takes."""
    return CredentialsError(
        "web identity is incomplete, {missing} missing: it takes a provider ({oidc_provider} or {provider}), "
        "a role ({role_arn} or {role}) and a token ({file} or {url})",
        hint="give all of them, or none; on GitHub, `permissions: id-token: write` gives the job a token",
        missing=" and ".join(name for name, value in given.items() if not value),
        oidc_provider="--oidc-provider",
        provider=PROVIDERS[0],
        role_arn="--role-arn",
        role=ROLES[0],
        file=TOKEN_FILES[0],
        url=REQUEST_URL,
    )


def token_source(near: CredentialInputs, timeout: float) -> Callable[[], str] | None:
    """Return what gets a token that is fresh each time, ``None`` where nothing does."""
    if path := near.agreed(TOKEN_FILES):
        return lambda: _from_file(Path(path))
    url, request_token = near.variable(REQUEST_URL), near.variable(REQUEST_TOKEN)
    if url and request_token:
        return lambda: _from_github(url, request_token, timeout)
    return None


def _from_file(path: Path) -> str:
    token = (read_small(path) or "").strip()
    if not token:
        raise CredentialsError(
            "{variable} names {path}, which holds no token",
            hint="correct {variable}",
            variable=TOKEN_FILES[0],
            path=path,
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
        answer = http().fetch_json(f"{url}{separator}audience={AUDIENCE}", headers, timeout, proxies=proxies)
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
    arn = role.asked.arn
    source = said("web identity, role {arn}", arn=arn)
    return temporary_from(answer.get("Credentials"), answer.get("ExpiredTime"), source, owner_of_role(arn))


def _answer(role: _Role, token: str, vendor: Vendor) -> Answer:
    parameters: dict[str, object] = {
        "ProviderId": role.provider,
        "WebIdentityToken": token,
        "RoleArn": role.asked.arn,
        "RoleSessionName": role.asked.session,
        "DurationSeconds": DURATION_S,
    }
    try:
        return sts_answer(vendor, WEB_IDENTITY_ROLE, parameters)
    except VendorError as error:
        raise CredentialsError(
            "the vendor gives no keys for the role {arn}: {reason}",
            hint="check the provider's name, the role, and that its trust policy allows this repository and audience",
            arn=role.asked.arn,
            # Not the vendor's own words: they may repeat what was sent, and that was a token.
            reason=f"{error.code} ({look_up(error.code).meaning})",
        ) from None


# The metadata service is asked only where the variable, which is the Terraform provider's, names the role: it is plain
# http under a public name, so on any other network anybody could answer, and have images sent to an account of theirs.


def from_cvm_role(near: CredentialInputs, clock: Clock) -> RenewedKeys | Absent:
    """Return the keys of the machine's role; they are fetched when first used, within two seconds."""
    role = near.variable(ROLE_NAME)
    if not role:
        return Absent(said("role of a virtual machine: {name} not set", name=ROLE_NAME))
    return RenewedKeys(lambda: _of_machine(f"{near.metadata_url}{_METADATA_PATH}{quote(role, safe='')}", role), clock)


def _of_machine(url: str, role: str) -> Temporary:
    try:
        answer = http().fetch_json(url, {}, TIME_LIMIT_S, proxies=False)
    except VendorError as error:
        raise CredentialsError(
            "the metadata service gives no keys for the role {role!r}: {reason}",
            hint="unset {variable} outside of the vendor's machines, or bind the role to this one",
            role=role,
            reason=describe(error).message,
            variable=ROLE_NAME,
        ) from None
    return temporary_from(answer, answer.get("ExpiredTime"), said("role {role} of this machine", role=role))
