"""The profile file of the vendor's SDKs: ``[default]`` of ``~/.tencentcloud/credentials``, else below ``/etc``.

Sources: ``ProfileCredential`` of the Python SDK for both places and names; the Go SDK for the variable; the Node SDK
for ``token``, and for values in quotation marks.
"""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Final

from reconciler.errors import CredentialsError, said
from reconciler.tencent.credentials.base import Absent, CredentialInputs, Keys, keys_of, read_small

FILE: Final = "TENCENTCLOUD_CREDENTIALS_FILE"

_SECTION: Final = "default"
_FORM: Final = "it should hold a line [{section}], and below it secret_id = ... and secret_key = ..."


def from_profile_file(near: CredentialInputs) -> Keys | Absent:
    """Return the keys of the profile file. Raises CredentialsError where one exists without usable keys."""
    if named := near.variable(FILE):
        found = _keys_in(Path(named))
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
        if (found := _keys_in(place)) is not None:
            return found
    return Absent(said("profile file: neither {one} nor {other} exists", one=places[0], other=places[1]))


def _keys_in(path: Path) -> Keys | None:
    text = read_small(path)
    if text is None:
        return None
    parser = configparser.ConfigParser(interpolation=None, default_section="", strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:  # its words may quote a line with a key
        raise CredentialsError("{path} is not an INI file", hint=_FORM, path=path, section=_SECTION) from None
    section = dict(parser[_SECTION]) if parser.has_section(_SECTION) else {}
    if role := next((name for name in section if name.startswith("role")), ""):
        raise CredentialsError(
            "{path} has {role}, which is not supported there",
            hint="write the role as account.role into the definitions, or name it in TENCENTCLOUD_ROLE_ARN",
            path=path,
            role=role,
        )
    secret_id, secret_key, token = (_plain(section.get(name)) for name in ("secret_id", "secret_key", "token"))
    if not (secret_id and secret_key):
        raise CredentialsError(
            "{path} has no [{section}] with secret_id and secret_key", hint=_FORM, path=path, section=_SECTION
        )
    return keys_of(secret_id, secret_key, token, str(path))


def _plain(value: str | None) -> str:
    return (value or "").strip().strip("\"'")
