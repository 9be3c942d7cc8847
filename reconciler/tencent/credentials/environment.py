"""Keys in the environment, under the names that the vendor's own tools use."""

# ``TENCENTCLOUD_TOKEN`` is the session token's name in the vendor's command line tool, ``TENCENTCLOUD_SECURITY_TOKEN``
# in its Terraform provider.

from __future__ import annotations

from typing import Final

from reconciler.errors import CredentialsError
from reconciler.tencent.credentials.base import Absent, CredentialInputs, Keys, keys_of

SECRET_ID: Final = "TENCENTCLOUD_SECRET_ID"  # noqa: S105  # a variable's name
SECRET_KEY: Final = "TENCENTCLOUD_SECRET_KEY"  # noqa: S105  # a variable's name
TOKENS: Final = ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")


def from_environment(near: CredentialInputs) -> Keys | Absent:
    """Return the keys of the environment. Raises CredentialsError where only a part of them is set."""
    token = next((value for name in TOKENS if (value := near.variable(name))), "")
    missing = [name for name in (SECRET_ID, SECRET_KEY) if not near.variable(name)]
    if not missing:
        return keys_of(near.variable(SECRET_ID), near.variable(SECRET_KEY), token, "environment")
    if len(missing) == 1 or token:
        raise CredentialsError(
            "the environment holds only a part of the keys: {missing} not set",
            hint="set {id} and {key}, and {token} for temporary keys; or unset them all",
            missing=" and ".join(missing),
            id=SECRET_ID,
            key=SECRET_KEY,
            token=TOKENS[0],
        )
    return Absent(f"environment: {SECRET_ID} and {SECRET_KEY} not set")
