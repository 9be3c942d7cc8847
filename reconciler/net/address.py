"""Which hosts count as this machine, and which addresses may be called without TLS."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from reconciler.errors import UsageError


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine."""
    try:
        return host == "localhost" or ("%" not in host and ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False


def may_receive_token(url: str) -> bool:
    """Tell whether a token may be sent to ``url``: over https, or in the clear to this machine."""
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        return False
    return bool(host) and (scheme == "https" or (scheme == "http" and is_loopback(host)))


def checked_address(url: str) -> str:
    """Return the address as it is. Raises UsageError for one that a token must not be sent to."""
    if not may_receive_token(url):
        raise UsageError("the address of GitHub's API is not an https one", hint="check GITHUB_API_URL")
    return url
