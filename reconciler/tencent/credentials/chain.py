"""The order in which sources of keys are asked: what somebody chose for this run before what lies around."""

# A source that holds only a part of what it needs ends the search: going on would use another account's keys.

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import CredentialsError, OptionKey
from reconciler.tencent.credentials.base import Absent, CredentialInputs, KeySource, Vendor
from reconciler.tencent.credentials.cvm_role import from_cvm_role
from reconciler.tencent.credentials.environment import SECRET_ID, SECRET_KEY, from_environment
from reconciler.tencent.credentials.profile_file import from_profile_file
from reconciler.tencent.credentials.tccli import from_tccli
from reconciler.tencent.credentials.web_identity import from_web_identity


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
    # Loaded where they are asked: keys in the environment are the usual case.

    yield from_web_identity(near, vendor)
    yield from_cvm_role(near, vendor.clock)
    yield from_profile_file(near)
    yield from_tccli(near, vendor.clock)
