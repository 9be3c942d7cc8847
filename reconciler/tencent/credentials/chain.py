"""Where keys come from: the environment, and the order in which the other sources are asked."""

# What somebody chose for this run comes before what lies around. A source that holds only a part of what it
# needs ends the search: going on would use another account's keys.

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.errors import CredentialsError, OptionKey
from reconciler.tencent.credentials.base import Absent, CredentialInputs, Keys, KeySource, Vendor, keys_of
from reconciler.tencent.credentials.cvm_role import from_cvm_role
from reconciler.tencent.credentials.profile_file import from_profile_file
from reconciler.tencent.credentials.tccli import from_tccli
from reconciler.tencent.credentials.web_identity import from_web_identity

SECRET_ID: Final = "TENCENTCLOUD_SECRET_ID"  # noqa: S105  # a variable's name
SECRET_KEY: Final = "TENCENTCLOUD_SECRET_KEY"  # noqa: S105  # a variable's name
# ``TENCENTCLOUD_TOKEN`` is the session token's name in the vendor's command line tool, ``TENCENTCLOUD_SECURITY_TOKEN``
# in its Terraform provider.
TOKENS: Final = ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")


def find_keys(near: CredentialInputs, vendor: Vendor) -> KeySource:
    """Return the first keys that there are.

    Raises CredentialsError where a source is incomplete, or where all are empty, with what was looked for.
    """
    looked = []
    for found in _sources(near, vendor):
        if not isinstance(found, Absent):
            return found
        looked.append(found.why)
    raise CredentialsError(
        "no keys: {looked}",
        hint="set {id} and {key}, or try {option}; docs/credentials.md lists every way",
        looked="; ".join(looked),
        id=SECRET_ID,
        key=SECRET_KEY,
        option=OptionKey("sandbox"),
    )


def _sources(near: CredentialInputs, vendor: Vendor) -> Iterator[KeySource | Absent]:
    if not (near.oidc_provider or near.role_arn):  # an option is never passed over
        yield from_environment(near)
    yield from_web_identity(near, vendor)
    yield from_cvm_role(near, vendor.clock)
    yield from_profile_file(near)
    yield from_tccli(near, vendor.clock)


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
