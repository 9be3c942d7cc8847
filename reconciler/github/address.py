"""Where a token may be sent: over https, or in the clear to this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from reconciler.errors import UsageProblem


def checked_address(url: str) -> str:
    """Return the address as it is. Raises UsageProblem for one that a token must not be sent to."""
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        scheme, host = "", ""
    if not host or not (scheme == "https" or (scheme == "http" and _is_this_machine(host))):
        raise UsageProblem("the address of GitHub's API is not an https one", hint="check GITHUB_API_URL")
    return url


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
