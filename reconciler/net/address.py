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


def checked_address(url: str) -> str:
    """Return the address as it is. Raises UsageProblem for one that a token must not be sent to."""
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        scheme, host = "", ""
    if not host or not (scheme == "https" or (scheme == "http" and _is_this_machine(host))):
        raise UsageError("the address of GitHub's API is not an https one", hint="check GITHUB_API_URL")
    return url


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
