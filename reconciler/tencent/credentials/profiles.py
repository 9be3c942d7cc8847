"""Profiles that the vendor's tools keep keys in: the SDKs' ``~/.tencentcloud/credentials``, and those of ``tccli``.

Sources: ``ProfileCredential`` of the Python SDK for both places and names; the Go SDK for the variable; the Node SDK
for ``token``, and for values in quotation marks; ``tccli`` itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from reconciler.errors import CredentialsError, said
from reconciler.tencent.credentials.assumed_role import DEFAULT_SESSION, Role, checked, taken_on
from reconciler.tencent.credentials.base import Absent, CredentialInputs, Keys, KeySource, Vendor, keys_of, read_small
from reconciler.tencent.credentials.workload_identity import ROLE_NAME

FILE: Final = "TENCENTCLOUD_CREDENTIALS_FILE"

# The first is tccli's own, the others are those of the vendor's Terraform provider, which reads the same files.
PROFILES: Final = ("TCCLI_PROFILE", "TENCENTCLOUD_PROFILE")
FOLDER: Final = "TENCENTCLOUD_SHARED_CREDENTIALS_DIR"
PROFILE_CHOICES: Final = (*PROFILES, FOLDER)

_DEFAULT: Final = "default"

# Keys that expire sooner are not used: a run could outlast them. What `tccli auth login` wrote only tccli can renew.
_LEAST_S: Final = 60.0

_INI_FORM: Final = "it should hold a line [{section}], and below it secret_id = ... and secret_key = ..."

_ABOUT_ROLES: Final = ("role-arn", "role-session-name", "use-cvm-role")

_REMEDY: Final = "run `tccli configure` or remove it"


def from_profile_file(near: CredentialInputs) -> Keys | Absent:
    """Return the keys of the profile file. Raises CredentialsError where one exists without usable keys."""
    if named := near.variable(FILE):
        found = _keys_in_ini(Path(named))
        if found is None:
            raise CredentialsError(
                "{variable} names {path}, which does not exist",
                hint="correct or unset {variable}",
                variable=FILE,
                path=named,
            )
        return found
    places = [folder / "credentials" for folder in (near.home / ".tencentcloud", near.system / "tencentcloud")]
    for place in places:
        if (found := _keys_in_ini(place)) is not None:
            return found
    return Absent(said("profile file: neither {one} nor {other} exists", one=places[0], other=places[1]))


def _keys_in_ini(path: Path) -> Keys | None:
    text = read_small(path)
    if text is None:
        return None
    import configparser  # noqa: PLC0415  # 1.3 ms, which a run without such a file need not pay

    parser = configparser.ConfigParser(interpolation=None, default_section="", strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:  # its words may quote a line with a key
        raise CredentialsError("{path} is not an INI file", hint=_INI_FORM, path=path, section=_DEFAULT) from None
    section = dict(parser[_DEFAULT]) if parser.has_section(_DEFAULT) else {}
    if role := next((name for name in section if "role" in name), ""):
        raise CredentialsError(
            "{path} has {role}, which is not supported there",
            hint="write the role as account.role into the definitions, or name it in TENCENTCLOUD_ROLE_ARN",
            path=path,
            role=role,
        )
    secret_id, secret_key, token = (_unquoted(section.get(name)) for name in ("secret_id", "secret_key", "token"))
    if not (secret_id and secret_key):
        raise CredentialsError(
            "{path} has no [{section}] with secret_id and secret_key", hint=_INI_FORM, path=path, section=_DEFAULT
        )
    return keys_of(secret_id, secret_key, token, str(path))


def _unquoted(value: str | None) -> str:
    return (value or "").strip().strip("\"'")


# ``~/.tccli/PROFILE.credential`` is JSON.


def from_tccli(near: CredentialInputs, vendor: Vendor) -> KeySource | Absent:
    """Return the keys of a tccli profile, with its role taken on where it has one.

    Raises CredentialsError where it exists, or is named, and has none.
    """
    profile, chosen_by = _profile(near), next((name for name in PROFILE_CHOICES if near.variable(name)), "")
    folder = Path(near.variable(FOLDER) or near.home / ".tccli")
    path = folder / f"{profile or _DEFAULT}.credential"
    text = read_small(path)
    if text is not None:
        return _keys_in_json(text, path, vendor)
    if chosen_by:
        raise CredentialsError(
            "{variable} is {value!r}, but {path} does not exist",
            hint="correct or unset {variable}",
            variable=chosen_by,
            value=near.variable(chosen_by),
            path=path,
        )
    return Absent(said("tccli: {path} does not exist", path=path))


def _profile(near: CredentialInputs) -> str:
    profile = near.agreed(PROFILES)
    if "/" in profile or profile.startswith("."):
        raise CredentialsError("{profile!r} is not the name of a profile", hint="a name, not a path", profile=profile)
    return profile


def _keys_in_json(text: str, path: Path, vendor: Vendor) -> KeySource:
    data = _json(text, path)
    if data.get("type") == "cvm-role" or data.get("use-cvm-role") not in (None, False, "", "false"):
        raise CredentialsError(
            "{path} asks for the role of this machine",
            hint="set {variable} to the role's name instead",
            path=path,
            variable=ROLE_NAME,
        )
    parts = [data.get(name) or "" for name in ("secretId", "secretKey", "token")]
    if not all(isinstance(part, str) for part in parts) or not (parts[0] and parts[1]):
        raise CredentialsError("{path} has no secretId and secretKey", hint=_REMEDY, path=path)
    expires_at = data.get("expiresAt")
    if isinstance(expires_at, int | float) and expires_at < vendor.clock.now() + _LEAST_S:
        raise CredentialsError("the keys in {path} have expired", hint="run `tccli auth login` again", path=path)
    secret_id, secret_key, token = parts
    keys = keys_of(secret_id.strip(), secret_key.strip(), token.strip(), str(path))
    role = _role(data, path)
    return keys if role is None else taken_on(role, keys, vendor)


def _role(data: dict[str, Any], path: Path) -> Role | None:
    """Return the role of a profile. tccli takes it on only with a session name; here a missing one has a default."""
    if strange := next((name for name in data if data[name] and _is_about_roles(name)), None):
        raise CredentialsError(
            "{path} has {role}, which is not supported there",
            hint="write `role-arn` and `role-session-name`, as tccli does",
            path=path,
            role=strange,
        )
    arn, session = data.get("role-arn") or "", data.get("role-session-name") or ""
    if not arn and not session:
        return None
    if not arn:
        raise CredentialsError("{path} has a role-session-name without a role-arn", hint=_REMEDY, path=path)
    origins = f"role-arn in {path}", f"role-session-name in {path}"
    return checked(Role(str(arn), origins[0], str(session or DEFAULT_SESSION), session_origin=origins[1]))


def _is_about_roles(name: str) -> bool:
    return "role" in name.lower() and name not in _ABOUT_ROLES


def _json(text: str, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise CredentialsError("{path} is not a JSON object", hint=_REMEDY, path=path)
    return data
