"""A role that is taken on with keys that were found: ``AssumeRole``, from permanent or temporary keys.

Sources: the SDK's ``sts`` service, API 2018-08-13; the names of the variables are those of the vendor's command line
tool and of its Terraform provider. Each is honoured or refused: one passed over would act as somebody else.
"""

from __future__ import annotations

import re
from contextlib import closing
from typing import Final, NamedTuple

from reconciler.contract.api import ASSUME_ROLE
from reconciler.contract.error_codes import describe, look_up
from reconciler.errors import CredentialsError, VendorError, said
from reconciler.tencent.api import Answer
from reconciler.tencent.connection import client_for
from reconciler.tencent.credentials.base import (
    CredentialInputs,
    KeySource,
    RenewedKeys,
    Temporary,
    Vendor,
    owner_of_role,
    temporary_from,
)
from reconciler.tencent.endpoint import sts_at
from reconciler.tencent.rate_limit import retrying

ROLE: Final = "TENCENTCLOUD_ROLE_ARN"
SESSION: Final = "TENCENTCLOUD_ROLE_SESSION_NAME"
TERRAFORM: Final = "TENCENTCLOUD_ASSUME_ROLE_"

# The vendor's default and most, in seconds.
DURATION_S: Final = 7200
_LONGEST_S: Final = 43200

DEFAULT_SESSION: Final = "sms-signature-reconciler"
_SESSION_FORM: Final = re.compile(r"[\w+=,.@-]{2,128}", re.ASCII)
_TERRAFORM_PARTS: Final = ("ARN", "SESSION_NAME", "SESSION_DURATION", "EXTERNAL_ID")
_ROLE_FORM: Final = "qcs::cam::uin/UIN:roleName/NAME"


class Role(NamedTuple):
    """A role to take on; ``duration`` is in seconds.

    ``origin`` says in words who asked for it, ``session_origin`` where the name of the session is from.
    """

    arn: str
    origin: str
    session: str = DEFAULT_SESSION
    duration: int = DURATION_S
    external_id: str = ""
    session_origin: str = ""


def role_in_environment(near: CredentialInputs, *, has_web_identity: bool) -> Role | None:
    """Return the role to take on with the keys, ``None`` where none is asked for.

    A web identity has a role of its own, which its variables name. Raises CredentialsError where what the environment
    says of it cannot be honoured, or is set twice.
    """
    plain, terraform = None if has_web_identity else _plain_role(near), _terraform_role(near)
    if plain is not None and terraform is not None and plain.arn != terraform.arn:
        raise CredentialsError(
            "{first} and {second} name different roles",
            hint="unset one of them",
            first=plain.origin,
            second=terraform.origin,
        )
    return terraform or plain


def _plain_role(near: CredentialInputs) -> Role | None:
    arn = near.role_arn or near.variable(ROLE)
    if arn:
        origin, session = "--role-arn" if near.role_arn else ROLE, near.variable(SESSION) or DEFAULT_SESSION
        return checked(Role(arn, origin, session, session_origin=SESSION))
    if near.variable(SESSION):
        raise _without_role(SESSION, ROLE)
    return None


def _terraform_role(near: CredentialInputs) -> Role | None:
    given = {name.removeprefix(TERRAFORM) for name in near.environment if name.startswith(TERRAFORM)}
    given = {part for part in given if near.variable(TERRAFORM + part)}
    if strange := sorted(given - set(_TERRAFORM_PARTS)):
        raise CredentialsError(
            "{variable} is not supported here",
            hint="unset it, or take the role on before",
            variable=TERRAFORM + strange[0],
        )
    if not given:
        return None
    if "ARN" not in given:
        raise _without_role(TERRAFORM + min(given), TERRAFORM + "ARN")
    arn, session, duration, external = (near.variable(TERRAFORM + part) for part in _TERRAFORM_PARTS)
    role = Role(arn, TERRAFORM + "ARN", session or DEFAULT_SESSION, _seconds(duration), external)
    return checked(role._replace(session_origin=TERRAFORM + "SESSION_NAME"))


def _without_role(variable: str, needed: str) -> CredentialsError:
    return CredentialsError(
        "{variable} is set, but no role is", hint="set {needed} too, or unset it", variable=variable, needed=needed
    )


def _seconds(text: str) -> int:
    if not text:
        return DURATION_S
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _LONGEST_S:
        return int(text)
    raise CredentialsError(
        "{variable} is {value!r}, which is not a number of seconds from 1 to {most}",
        hint="correct or unset it",
        variable=TERRAFORM + "SESSION_DURATION",
        value=text,
        most=_LONGEST_S,
    )


def checked(role: Role) -> Role:
    """Return the role. Raises CredentialsError where its ARN or session name could not be one."""
    if owner_of_role(role.arn) is None:
        raise CredentialsError(
            "{origin}: {arn!r} is not the ARN of a role",
            hint="write it like the console does: {form}",
            origin=role.origin,
            arn=role.arn,
            form=_ROLE_FORM,
        )
    if not _SESSION_FORM.fullmatch(role.session):
        raise CredentialsError(
            "{origin}: {session!r} is not a session name",
            hint="2 to 128 letters, digits and any of _ + = , . @ -",
            origin=role.session_origin,
            session=role.session,
        )
    return role


def taken_on(role: Role, keys: KeySource, vendor: Vendor) -> RenewedKeys:
    """Return the keys of a role, asked for with ``keys`` when first used, and again before they expire."""
    return RenewedKeys(lambda: _asked(role, keys, vendor), vendor.clock)


def _asked(role: Role, keys: KeySource, vendor: Vendor) -> Temporary:
    source = keys.current(0.0).source
    answer = _answer(role, keys, source, vendor)
    return temporary_from(
        answer.get("Credentials"),
        answer.get("ExpiredTime"),
        said("role {arn}, taken on with keys from {source}", arn=role.arn, source=source),
        owner_of_role(role.arn),
    )


def _answer(role: Role, keys: KeySource, source: str, vendor: Vendor) -> Answer:
    parameters: dict[str, object] = {
        "RoleArn": role.arn,
        "RoleSessionName": role.session,
        "DurationSeconds": role.duration,
    }
    if role.external_id:
        parameters["ExternalId"] = role.external_id
    try:
        return sts_answer(vendor, ASSUME_ROLE, parameters, keys)
    except VendorError as error:
        raise CredentialsError(
            "the role {arn} cannot be taken on with the keys from {source}: {reason}",
            hint="{remedy}",
            arn=role.arn,
            source=source,
            reason=f"{error.code} ({look_up(error.code).meaning})" if _is_vendors(error) else describe(error),
            remedy=_remedy(role, error),
        ) from None


def _is_vendors(error: VendorError) -> bool:
    """Return whether the vendor answered, and not the network or a server that is not the vendor."""
    return look_up(error.code).source != "client"


def _remedy(role: Role, error: VendorError) -> str:
    if not _is_vendors(error):
        return describe(error).hint
    return said(
        "check the role's name and account, that it trusts the keys' owner, and that the owner may "
        "sts:AssumeRole; {origin} asks for it",
        origin=role.origin,
    )


def sts_answer(vendor: Vendor, action: str, parameters: dict[str, object], keys: KeySource | None = None) -> Answer:
    """Return the answer of the service that gives temporary keys. Without ``keys`` the call is not signed."""
    address = sts_at(vendor.endpoint, vendor.region)
    # A client for this one action: with it nothing else can be asked in the name of these keys.
    with closing(client_for(keys, address, {action}, vendor.timeout, vendor.transport)) as client:
        return retrying(vendor.clock, lambda: client.call(action, parameters))
