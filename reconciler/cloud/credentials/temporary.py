"""Temporary keys as the vendor hands them out, with the same three names in each place."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.cloud.credentials.renewal import Temporary
from reconciler.cloud.credentials.source import keys_of
from reconciler.errors import CredentialsError


def temporary_from(parts: object, expires_at: object, source: str) -> Temporary:
    """Return checked temporary keys; ``expires_at`` is unix seconds. Raises CredentialsError where they are none."""
    held = parts if isinstance(parts, Mapping) else {}
    words = [held.get(name) for name in ("TmpSecretId", "TmpSecretKey", "Token")]
    if not all(isinstance(word, str) and word for word in words) or type(expires_at) is not int:
        raise CredentialsError(f"{source}: the answer holds no temporary keys", hint="run again later")
    secret_id, secret_key, token = map(str, words)
    return Temporary(keys_of(secret_id, secret_key, token, source), float(expires_at))
