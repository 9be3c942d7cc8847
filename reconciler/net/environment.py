"""What the environment asks of connections: proxy and certificates; and where a token may be sent."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from reconciler.contract.api import is_loopback
from reconciler.contract.error_codes import CONNECTION_NOT_MADE
from reconciler.errors import VendorError, said
from reconciler.net import http

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


def may_receive_token(url: str) -> bool:
    """Return whether a token may be sent to ``url``: over https, or in the clear to this machine."""
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        return False
    return bool(host) and (scheme == "https" or (scheme == "http" and is_loopback(host)))


class NamedProxy(NamedTuple):
    """A proxy without its user and password, and where it is named: an environment variable, or the system."""

    address: str
    source: str


def proxy_for(url: str) -> str | None:
    """Return the proxy that calls to ``url`` go through, without its password; ``None`` where there is none.

    Raises VendorError, which repeats no part of it, for an address that cannot be read in one way only.
    """
    proxy = named_proxy(url)
    return proxy.address if proxy is not None else None


def named_proxy(url: str) -> NamedProxy | None:
    """Return the proxy as ``proxy_for`` does, with where it is named. Raises as that does."""
    if is_loopback(urlsplit(url).hostname or ""):
        return None
    proxy, scheme = http().proxy(url), urlsplit(url).scheme
    if not proxy:
        return None
    return NamedProxy(_shown(proxy, scheme), _variable(proxy, scheme) or said("the system's settings"))


def _variable(proxy: str, scheme: str) -> str | None:
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    return next((name for name in names if os.environ.get(name) == proxy), None)


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
    name = _variable(proxy, scheme) or said("the {scheme} proxy", scheme=scheme)
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
