"""Where keys come from: the environment, under the names that the vendor's own tools use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.errors import CredentialsError
from reconciler.vendor.keys import Keys

SECRET_ID: Final = "TENCENTCLOUD_SECRET_ID"  # noqa: S105  # a variable's name
SECRET_KEY: Final = "TENCENTCLOUD_SECRET_KEY"  # noqa: S105  # a variable's name
TOKENS: Final = ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")


def find_keys(environment: Mapping[str, str]) -> Keys:
    """Return the keys to use. Raises CredentialsError, naming what was looked for, where a part is missing."""
    secret_id, secret_key = (environment.get(name, "").strip() for name in (SECRET_ID, SECRET_KEY))
    if not (secret_id and secret_key):
        missing = " and ".join(name for name, value in ((SECRET_ID, secret_id), (SECRET_KEY, secret_key)) if not value)
        raise CredentialsError(
            f"no keys: {missing} not set",
            hint=f"set {SECRET_ID} and {SECRET_KEY}, and {TOKENS[0]} for temporary keys; or try --sandbox",
        )
    token = next((value for name in TOKENS if (value := environment.get(name, "").strip())), None)
    return Keys(secret_id, secret_key, token, source="environment")
