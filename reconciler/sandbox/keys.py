"""The keys that the sandbox takes: fixed pairs, and temporary ones that it hands out itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reconciler.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair; without ``token`` any ``X-TC-Token`` is taken. ``expires_at`` is unix seconds."""

    secret_id: str
    secret_key: str
    token: str | None = None
    expires_at: float | None = None


DEFAULT_KEY: Final = Key("AKIDsandbox", "sandbox-secret")


def parse_key(text: str) -> Key:
    """Read ``ID:SECRET[:TOKEN]``. Raise ``UsageProblem`` for any other shape, without repeating the text."""
    secret_id, _, rest = text.partition(":")
    secret_key, colon, token = rest.partition(":")
    if not secret_id or not secret_key or (colon and not token):
        raise UsageProblem(
            "a key is not of the form ID:SECRET or ID:SECRET:TOKEN", hint="none of the parts may be empty"
        )
    return Key(secret_id, secret_key, token or None)


class KeyRing:
    """Every key that can sign at the moment."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = {key.secret_id: key for key in keys}

    def find(self, secret_id: str) -> Key | None:
        """Return the key of that id."""
        return self._keys.get(secret_id)

    def issue(self, expires_at: float) -> Key:
        """Hand out a temporary key that signs until ``expires_at`` (unix seconds) and needs its token."""
        key = Key(f"AKID{secrets.token_hex(16)}", secrets.token_hex(20), secrets.token_hex(32), expires_at)
        self._keys[key.secret_id] = key
        return key
