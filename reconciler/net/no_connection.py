"""Why a connection was not made, in words of this tool's own: names of hosts, TLS and proxies."""

# What Python, OpenSSL and PySocks say differs by their releases, and may repeat an address with its password.

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from reconciler.contract.api import is_loopback
from reconciler.errors import VendorError, said
from reconciler.net.environment import NamedProxy, named_proxy


class Why(NamedTuple):
    """What went wrong, and what to do about it: empty where the code says that.

    ``host`` where another one is at fault than the one that was called.
    """

    what: str
    hint: str = ""
    host: str | None = None


_OLD_TLS: Final = frozenset(
    {"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW"}
)

# What OpenSSL takes the first bytes of another protocol for.
_NO_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)

# Results of a verification, which OpenSSL has as numbers (``x509_vfy.h``).
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_OTHER_NAMES: Final = frozenset({62, 64})

# The kinds before those that they are of.
_HTTP: Final[Mapping[str, str]] = {
    "RemoteDisconnected": "the other side closed the connection without an answer",
    "IncompleteRead": "the answer ended early",
    "HTTPException": "the answer is not HTTP",
}

_TUNNEL: Final = re.compile(r"Tunnel connection failed: ([0-9]{3})\b")


def tls_failure(causes: Sequence[BaseException], url: str) -> Why | None:
    """Return what TLS failed for in a request to ``url``, ``None`` where it was something else."""
    error = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if error is None:
        return None
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(getattr(error, "verify_code", 0))
    reason = getattr(error, "reason", None)  # one that OpenSSL did not raise has none
    if reason in _NO_TLS:
        return Why(said("the server speaks no TLS there"), _instead_of_tls(url))
    if reason in _OLD_TLS:
        return Why(
            said("the server and this tool have no version of TLS in common; the oldest one taken is 1.2"),
            said("check the proxy and `account.endpoint`; a server of your own has to offer TLS 1.2 or 1.3"),
        )
    return Why(said("TLS was broken off by the server, or by something on the way"))


def _certificate(code: int) -> Why:
    if code in {_EXPIRED, _NOT_YET_VALID}:
        words = (
            "the server's certificate has expired" if code == _EXPIRED else "the server's certificate is not valid yet"
        )
        return Why(
            said(words),
            said("check this machine's clock; if it is right, whoever runs the server has to renew the certificate"),
        )
    if code in _OTHER_NAMES:
        return Why(
            said("the server's certificate is for another name"),
            said("check the proxy and `account.endpoint`: something else may answer in the place of that host"),
        )
    return Why(
        said("the server's certificate is from nobody whom this machine trusts"),
        said(
            "where a proxy of your own network opens TLS, name the file with its certificate in REQUESTS_CA_BUNDLE or"
            " SSL_CERT_FILE, as docs/credentials.md says; anywhere else somebody may be listening"
        ),
    )


def _instead_of_tls(url: str) -> str:
    parts = urlsplit(url)
    if is_loopback(parts.hostname or ""):
        return said("write `http://{host}` for one on this machine", host=parts.netloc)
    return said("check the proxy and `account.endpoint`")


def proxy_failure(causes: Sequence[BaseException], url: str, *, unreached: bool) -> Why | None:
    """Return what the proxy on the way to ``url`` did, ``None`` where it is not to blame.

    ``unreached`` where it is known that the proxy itself was not reached. All of it is about a connection that was
    not made yet.
    """
    proxy = None
    with suppress(VendorError):  # one that cannot be read was reported before the first call
        proxy = named_proxy(url) if url else None
    if proxy is None:
        return None
    socks = _kinds(causes, "socks")
    status = next((found[1] for cause in causes if (found := _TUNNEL.match(str(cause)))), None)
    if status is not None:
        what = said("the proxy {proxy} answered {status}", proxy=proxy.address, status=status)
        return Why(what, _login(proxy) if status == "407" else _permission(proxy))
    if unreached or "ProxyConnectionError" in socks:
        return _unreached(causes, url, proxy)
    if socks or _kinds(causes, "http.client"):
        return _misfit(socks, proxy)
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return Why(said("no answer in time through the proxy {proxy}", proxy=proxy.address), _look(proxy))
    return None


def _misfit(socks: AbstractSet[str], proxy: NamedProxy) -> Why:
    """Return what a proxy did that was reached; ``socks`` are the kinds of PySocks' errors."""
    if "SOCKS5AuthError" in socks:
        return Why(said("the proxy {proxy} wants another user and password", proxy=proxy.address), _login(proxy))
    if socks & {"SOCKS5Error", "SOCKS4Error"}:
        return Why(said("the proxy {proxy} did not connect to it", proxy=proxy.address), _permission(proxy))
    what = said("the proxy {proxy} did not answer as a proxy does", proxy=proxy.address)
    return Why(what, _look(proxy))


def _unreached(causes: Sequence[BaseException], url: str, proxy: NamedProxy) -> Why:
    tls = tls_failure(causes, url)
    return Why(
        said("the proxy cannot be reached: {cause}", cause=tls.what if tls is not None else plain_words(causes)),
        said("the proxy is named in {source}: start it, or correct or unset {source}", source=proxy.source),
        host=proxy.address.partition("://")[2],
    )


def _look(proxy: NamedProxy) -> str:
    return said("check {source}, where the proxy is named", source=proxy.source)


def _login(proxy: NamedProxy) -> str:
    words = "set the proxy's user and password in {source}, as {kind}://USER:PASSWORD@HOST:PORT"
    return said(words, source=proxy.source, kind=proxy.address.partition("://")[0])


def _permission(proxy: NamedProxy) -> str:
    words = (
        "the proxy is named in {source}: have it allow this host, or name the host in NO_PROXY if it can be reached"
        " without a proxy"
    )
    return said(words, source=proxy.source)


def plain_words(causes: Sequence[BaseException]) -> str:
    """Name the innermost cause by its kind alone: texts of network errors may carry URLs with passwords."""
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return said("the name of the host cannot be resolved")
    system = next((cause for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    if system is not None and system.strerror:
        return said(system.strerror.lower())
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return said("no answer in time")
    kinds = _kinds(causes, "http.client")
    kind = next((kind for kind in _HTTP if kind in kinds), None)
    return said(_HTTP[kind]) if kind is not None else type(causes[-1]).__name__


def _kinds(causes: Sequence[BaseException], module: str) -> AbstractSet[str]:
    """Return the names of the kinds of errors that are of a module, which need not be installed or loaded."""
    return {kind.__name__ for cause in causes for kind in type(cause).__mro__ if kind.__module__ == module}
