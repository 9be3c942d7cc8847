"""Keys without a secret to keep: a web identity token exchanged for the temporary keys of a role.

Source: ``AssumeRoleWithWebIdentity`` of the vendor's security token service, 2018-08-13, called without a signature.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from reconciler.cloud.answers import Answer
from reconciler.cloud.credentials.renewal import RenewedKeys, Temporary
from reconciler.cloud.credentials.source import Absent, Surroundings, Vendor
from reconciler.cloud.credentials.temporary import temporary_from
from reconciler.cloud.credentials.web_token import REQUEST_URL, TOKEN_FILE, token_source
from reconciler.cloud.retry import patiently
from reconciler.cloud.sdk import Place, Sdk
from reconciler.contract.api import ASSUME_ROLE, STS_SERVICE, STS_VERSION
from reconciler.errors import CredentialsError, VendorError

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


def from_web_identity(near: Surroundings, vendor: Vendor) -> RenewedKeys | Absent:
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
    place = Place(STS_SERVICE, STS_VERSION, vendor.endpoint.for_service(STS_SERVICE), vendor.region)
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
