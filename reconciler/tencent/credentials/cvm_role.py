"""The role of a virtual machine of the vendor's, asked for at its metadata service."""

# Only where ``TENCENTCLOUD_CAM_ROLE_NAME`` names the role: the service is plain http under a public name, so on any
# other network anybody could answer, and have images sent to an account of theirs. The variable is the Terraform
# provider's.

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from reconciler.clock import Clock
from reconciler.contract.error_codes import describe
from reconciler.errors import CredentialsError, VendorError, said
from reconciler.net import http
from reconciler.tencent.credentials.base import Absent, CredentialInputs, RenewedKeys, Temporary, temporary_from

ROLE_NAME: Final = "TENCENTCLOUD_CAM_ROLE_NAME"

TIME_LIMIT_S: Final = 2.0

_PATH: Final = "cam/security-credentials/"


def from_cvm_role(near: CredentialInputs, clock: Clock) -> RenewedKeys | Absent:
    """Return the keys of the machine's role; they are fetched when first used, within two seconds."""
    role = near.variable(ROLE_NAME)
    if not role:
        return Absent(said("role of a virtual machine: {name} not set", name=ROLE_NAME))
    return RenewedKeys(lambda: _fetched(f"{near.metadata_url}{_PATH}{quote(role, safe='')}", role), clock)


def _fetched(url: str, role: str) -> Temporary:
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
