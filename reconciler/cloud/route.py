"""The way to an endpoint as the environment sets it, for people: through which proxy, trusting whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from reconciler.cloud.endpoint import Endpoint
from reconciler.cloud.trust import CA_VARIABLES, ca_bundle

_UNREADABLE: Final = "one that cannot be read"


def proxy_for(endpoint: Endpoint) -> str | None:
    """Return the proxy that calls go through, without the password it may hold; ``None`` where there is none."""
    if endpoint.loopback:
        return None
    proxy = select_proxy(str(endpoint), get_environ_proxies(str(endpoint)))
    return _without_password(proxy) if proxy else None


def _without_password(proxy: str) -> str:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return _UNREADABLE
    return f"{parts.scheme}://{place}" if place else _UNREADABLE


def trusted(endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    """Say whose certificates are trusted. Raises VendorError where the environment names none that can be used."""
    if endpoint.scheme == "http":
        return "not asked for: plain http"
    path = ca_bundle(environment)
    if path is None:
        return "the list that comes with the vendor's client"
    name = next(name for name in CA_VARIABLES if environment.get(name))
    return f"{path} ({name})"
