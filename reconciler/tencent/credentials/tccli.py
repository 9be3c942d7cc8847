"""The profiles of the vendor's command line tool: ``~/.tccli/<profile>.credential``, JSON.

Source: ``tccli`` itself. Profiles that ``tccli auth login`` wrote have ``expiresAt`` (unix seconds); only tccli can
renew those.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from reconciler.clock import Clock
from reconciler.errors import CredentialsError
from reconciler.tencent.credentials.base import Absent, CredentialInputs, Keys, keys_of, read_small

PROFILE: Final = "TCCLI_PROFILE"

_DEFAULT: Final = "default"

# Keys that expire sooner are not used: a run could outlast them, and only tccli can renew them.
_LEAST_S: Final = 60.0

_REMEDY: Final = "run `tccli configure` or remove it"


def from_tccli(near: CredentialInputs, clock: Clock) -> Keys | Absent:
    """Return the keys of a tccli profile. Raises CredentialsError where it exists, or is named, and has none."""
    profile = near.variable(PROFILE)
    path = near.home / ".tccli" / f"{profile or _DEFAULT}.credential"
    text = read_small(path)
    if text is not None:
        return _keys_in(text, path, clock.now())
    if profile:
        raise CredentialsError(
            "{variable} is {profile!r}, but {path} does not exist",
            hint="unset {variable}",
            variable=PROFILE,
            profile=profile,
            path=path,
        )
    return Absent(f"tccli: {path} does not exist")


def _keys_in(text: str, path: Path, now: float) -> Keys:
    data = _json(text, path)
    parts = [data.get(name) or "" for name in ("secretId", "secretKey", "token")]
    if not all(isinstance(part, str) for part in parts) or not (parts[0] and parts[1]):
        raise CredentialsError("{path} has no secretId and secretKey", hint=_REMEDY, path=path)
    expires_at = data.get("expiresAt")
    if isinstance(expires_at, int | float) and expires_at < now + _LEAST_S:
        raise CredentialsError("the keys in {path} have expired", hint="run `tccli auth login` again", path=path)
    secret_id, secret_key, token = parts
    return keys_of(secret_id.strip(), secret_key.strip(), token.strip(), str(path))


def _json(text: str, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise CredentialsError("{path} is not a JSON object", hint=_REMEDY, path=path)
    return data
