"""Which of our own codes a failure on the way gets.

The one question that matters: can the request have arrived?
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, ProxyError, Timeout
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError, SSLError

from reconciler.contract.error_codes import CONNECTION_LOST, CONNECTION_NOT_MADE, TIMEOUT
from reconciler.errors import VendorError

_NEVER_CONNECTED = (ConnectTimeout, ConnectTimeoutError, InvalidSchema, InvalidURL, NewConnectionError, ProxyError)
"""The two invalid ones mean a proxy of the environment that is none."""


def network_error(error: BaseException) -> VendorError:
    """Return the error for a request that got no answer.

    Only where no connection was made, or its certificate did not verify, is it certain that nothing was sent.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, _NEVER_CONNECTED) or _is_unverified(cause) for cause in causes):
        return VendorError(_words(causes), code=CONNECTION_NOT_MADE)
    if any(isinstance(cause, (Timeout, ReadTimeoutError)) for cause in causes):
        return VendorError("no answer in time", code=TIMEOUT)
    return VendorError(_words(causes), code=CONNECTION_LOST)


def _is_unverified(cause: BaseException) -> bool:
    return isinstance(cause, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(cause)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it wraps: by chaining, as ``reason``, or as its first argument."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]


def _words(causes: list[BaseException]) -> str:
    """Name the innermost cause by its kind alone: texts of network errors may carry URLs with passwords."""
    system = next((cause for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    return system.strerror.lower() if system and system.strerror else type(causes[-1]).__name__


# Which authorities are trusted to vouch for the vendor: those of the environment, else the SDK's own list.


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
