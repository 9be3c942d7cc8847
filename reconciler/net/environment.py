"""What the environment asks of connections (proxy, certificates), and what a failure on the network means."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, ProxyError, Timeout
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError, SSLError

from reconciler.contract.api import is_loopback
from reconciler.contract.error_codes import CONNECTION_LOST, CONNECTION_NOT_MADE, TIMEOUT
from reconciler.errors import VendorError, said

# The two invalid ones are raised for a proxy in the environment that is not a URL of one.
_NEVER_CONNECTED = (ConnectTimeout, ConnectTimeoutError, InvalidSchema, InvalidURL, NewConnectionError, ProxyError)

CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")

# User and password hold none of the characters that end them: with one, two readers see two hosts. Without a scheme, a
# user is taken for one.
_PROXY: Final = re.compile(
    r"(?:(?P<scheme>https?|socks[45][ah]?)://(?:[^\s@:/?#]*(?::[^\s@:/?#]*)?@)?)?"
    r"(?P<address>(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?)/?",
    re.IGNORECASE | re.ASCII,
)
_PROXY_FORM: Final = (
    "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with # / ? : @ in the password as %23 %2F %3F %3A %40"
)
_MOST_PORT: Final = 65535


def network_error(error: BaseException) -> VendorError:
    """Return the error for a request that got no answer. Its code says whether the request can have arrived.

    Only where no connection was made, or its certificate did not verify, is it certain that nothing was sent.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, _NEVER_CONNECTED) or _is_unverified(cause) for cause in causes):
        return VendorError("{cause}", cause=_words(causes), code=CONNECTION_NOT_MADE)
    if any(isinstance(cause, (Timeout, ReadTimeoutError)) for cause in causes):
        return VendorError("no answer in time", code=TIMEOUT)
    return VendorError("{cause}", cause=_words(causes), code=CONNECTION_LOST)


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
    return said(system.strerror.lower()) if system and system.strerror else type(causes[-1]).__name__


def proxy_for(url: str) -> str | None:
    """Return the proxy that calls to ``url`` go through, without its password; ``None`` where there is none.

    Raises VendorError, which repeats no part of it, for an address that cannot be read in one way only.
    """
    if is_loopback(urlsplit(url).hostname or ""):
        return None
    proxy = select_proxy(url, get_environ_proxies(url))
    return _shown(proxy, urlsplit(url).scheme) if proxy else None


def _shown(proxy: str, scheme: str) -> str:
    if proxy != proxy.strip() or not proxy.isprintable():
        raise _bad_proxy(proxy, scheme, said("has a blank or a line break in or around it"), said("remove it"))
    found = _PROXY.fullmatch(proxy)
    if found is None or not _is_port(found["port"]):
        raise _bad_proxy(proxy, scheme, said("is not the address of a proxy"), said(_PROXY_FORM))
    kind = (found["scheme"] or "http").lower()
    if kind.startswith("socks") and find_spec("socks") is None:
        raise _bad_proxy(proxy, scheme, said("names a SOCKS proxy, which takes PySocks"), "`pip install pysocks`")
    return f"{kind}://{found['address']}"


def _is_port(text: str | None) -> bool:
    return text is None or 0 < int(text) <= _MOST_PORT


def _bad_proxy(proxy: str, scheme: str, wrong: str, remedy: str) -> VendorError:
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    name = next((name for name in names if os.environ.get(name) == proxy), said("the {scheme} proxy", scheme=scheme))
    return VendorError(
        "{name} {wrong}", code=CONNECTION_NOT_MADE, hint="{remedy}", name=name, wrong=wrong, remedy=remedy
    )


def ca_bundle(environment: Mapping[str, str]) -> str | None:
    """Return the file or folder of certificates that the environment names, ``None`` where it names none.

    Raises VendorError where it names something that cannot be used: every call would fail, in less clear words.
    """
    for name in CA_VARIABLES:
        if path := environment.get(name):
            _check_bundle(name, path)
            return path
    return None


def _check_bundle(name: str, path: str) -> None:
    if Path(path).is_dir():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ValueError):  # the first is also what a file without certificates raises
        raise VendorError(
            "{variable} names {path!r}, which is no file of certificates that can be read",
            code=CONNECTION_NOT_MADE,
            hint="correct or unset {variable}",
            variable=name,
            path=path,
        ) from None
