"""Which authorities are trusted to vouch for the vendor: those of the environment, else the SDK's own list."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconciler.contract.codes import CONNECTION_NOT_MADE
from reconciler.errors import VendorError

CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def ca_bundle(environment: Mapping[str, str]) -> str | None:
    """Return the file or folder of certificates that the environment names, ``None`` where it names none.

    Raises VendorError where it names something that cannot be used: every call would fail, in less clear words.
    """
    for name in CA_VARIABLES:
        if path := environment.get(name):
            _check(name, path)
            return path
    return None


def _check(name: str, path: str) -> None:
    if Path(path).is_dir():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ValueError):  # the first is also what a file without certificates raises
        raise VendorError(
            f"{name} names {path!r}, which is no file of certificates that can be read",
            code=CONNECTION_NOT_MADE,
            hint=f"correct or unset {name}",
        ) from None
