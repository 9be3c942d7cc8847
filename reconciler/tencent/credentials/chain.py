"""Where keys come from: the environment, and the order in which the other sources are asked."""

# What somebody chose for this run comes before what lies around. A source that holds only a part of what it
# needs ends the search: going on would use another account's keys.

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.errors import CredentialsError, said
from reconciler.tencent.credentials.assumed_role import Role, role_in_environment, taken_on
from reconciler.tencent.credentials.base import Absent, CredentialInputs, Keys, KeySource, Vendor, keys_of
from reconciler.tencent.credentials.profiles import FILE, PROFILE_CHOICES, from_profile_file, from_tccli
from reconciler.tencent.credentials.workload_identity import (
    PROVIDERS,
    ROLE_NAME,
    ROLES,
    TOKEN_FILES,
    from_cvm_role,
    from_web_identity,
    incomplete,
    token_source,
)
from reconciler.text import joined

SECRET_ID: Final = "TENCENTCLOUD_SECRET_ID"  # noqa: S105  # a variable's name
SECRET_KEY: Final = "TENCENTCLOUD_SECRET_KEY"  # noqa: S105  # a variable's name
# ``TENCENTCLOUD_TOKEN`` is the session token's name in the vendor's command line tool, ``TENCENTCLOUD_SECURITY_TOKEN``
# in its Terraform provider.
TOKENS: Final = ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")


_ABOUT_ROLES: Final = ("TENCENTCLOUD_ROLE_", "TENCENTCLOUD_ASSUME_ROLE_")

# Variables for the same.
_SYNONYMS: Final = (TOKENS, PROVIDERS, ROLES, TOKEN_FILES)

# Variables that choose a source, by source.
_CHOICES: Final = (
    (SECRET_ID, SECRET_KEY, *TOKENS),
    (*PROVIDERS, *TOKEN_FILES),
    (ROLE_NAME,),
    (FILE,),
    PROFILE_CHOICES,
)


class _Found(NamedTuple):
    """Keys of a run, and the ARN of the role that they are of, empty where they are of none that is known."""

    keys: KeySource
    role: str


class KeyFinder:
    """Finds the keys of a run once for each endpoint, and takes on with them the role of each account.

    Safe to use from several threads.
    """

    def __init__(self, near: CredentialInputs) -> None:
        self._near = near
        self._lock = threading.Lock()
        self._found: dict[str, _Found] = {}

    def keys(self, vendor: Vendor, account_role: Role | None) -> KeySource:
        """Return the first keys that there are, with the roles taken on: that of the environment, then the account's.

        Raises CredentialsError where a source is incomplete, where two are chosen, or where all are empty, with what
        was looked for.
        """
        with self._lock:
            place = str(vendor.endpoint)
            if place not in self._found:
                self._found[place] = _keys_of_run(self._near, vendor)
            keys, held = self._found[place]
        if account_role is not None and account_role.arn != held:
            return taken_on(account_role, keys, vendor)
        return keys


def _keys_of_run(near: CredentialInputs, vendor: Vendor) -> _Found:
    keys = _first_keys(near, vendor)
    held = (near.role_arn or near.first(ROLES)) if _is_web_identity(near) else ""
    role = _role_of_run(near)
    if role is not None and role.arn != held:
        keys, held = taken_on(role, keys, vendor), role.arn
    return _Found(keys, held)


def _role_of_run(near: CredentialInputs) -> Role | None:
    if not (near.role_arn or any(name.startswith(_ABOUT_ROLES) for name in near.environment)):
        return None
    return role_in_environment(near, has_web_identity=_is_web_identity(near))


def _first_keys(near: CredentialInputs, vendor: Vendor) -> KeySource:
    _check_one_choice(near)
    if near.variable(ROLES[1]) and not _is_web_identity(near):
        raise CredentialsError(
            "{variable} is set, but no web identity is",
            hint="set {provider} and {file} too, or unset it",
            variable=ROLES[1],
            provider=PROVIDERS[1],
            file=TOKEN_FILES[1],
        )
    looked = []
    for found in _sources(near, vendor):
        if not isinstance(found, Absent):
            return found
        looked.append(found.why)
    if _role_of_run(near) is not None:
        raise incomplete(provider=None, role=True, token=token_source(near, vendor.timeout))
    raise CredentialsError(
        "no keys: {looked}",
        hint="set {id} and {key}, or try {option}; docs/credentials.md lists every way",
        looked=joined(looked, "; "),
        id=SECRET_ID,
        key=SECRET_KEY,
        option="--sandbox",
    )


def _is_web_identity(near: CredentialInputs) -> bool:
    return bool(near.oidc_provider or near.first((*PROVIDERS, *TOKEN_FILES)))


def _check_one_choice(near: CredentialInputs) -> None:
    """Raise CredentialsError where the environment chooses two sources: whichever won, the other would be ignored."""
    if not near.oidc_provider:
        _check_names_agree(near)
    chosen = [name for names in _CHOICES for name in names if near.variable(name)]
    by_source = [next((name for name in names if name in chosen), "") for names in _CHOICES]
    sources = [name for name in by_source if name]
    if near.oidc_provider or len(sources) <= 1:  # an option is the last word
        return
    raise CredentialsError(
        "the environment chooses keys twice: {first} and {second}",
        hint="unset one of them; docs/credentials.md lists what each means",
        first=sources[0],
        second=sources[1],
    )


def _check_names_agree(near: CredentialInputs) -> None:
    """Raise CredentialsError where two variables for one thing differ: one of them would be passed over in silence."""
    for names in _SYNONYMS:
        near.agreed(names)


def _sources(near: CredentialInputs, vendor: Vendor) -> Iterator[KeySource | Absent]:
    if not near.oidc_provider:  # an option is never passed over
        yield from_environment(near)
    yield from_web_identity(near, vendor)
    yield from_cvm_role(near, vendor.clock)
    if not near.first(PROFILE_CHOICES):
        yield from_profile_file(near)
    yield from_tccli(near, vendor)


def from_environment(near: CredentialInputs) -> Keys | Absent:
    """Return the keys of the environment. Raises CredentialsError where only a part of them is set."""
    token = near.agreed(TOKENS)
    missing = [name for name in (SECRET_ID, SECRET_KEY) if not near.variable(name)]
    if not missing:
        return keys_of(near.variable(SECRET_ID), near.variable(SECRET_KEY), token, said("environment"))
    if len(missing) == 1 or token:
        raise CredentialsError(
            "the environment holds only a part of the keys: {missing} not set",
            hint="set {id} and {key}, and {token} for temporary keys; or unset them all",
            missing=joined(missing, " and "),
            id=SECRET_ID,
            key=SECRET_KEY,
            token=TOKENS[0],
        )
    return Absent(said("environment: {id} and {key} not set", id=SECRET_ID, key=SECRET_KEY))
