"""Which hosts may be talked to, the vendor's over https and loopback for a sandbox; and the limits of the calls."""

# Keys and licence images go wherever the endpoint points, so nothing else is accepted.

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from reconciler.contract.api import (
    DEFAULT_ENDPOINTS,
    DESCRIBE_RATE,
    ROOT_DOMAIN,
    SMS_SERVICE,
    SMS_VERSION,
    STS_SERVICE,
    STS_VERSION,
    is_loopback,
)
from reconciler.errors import UsageError
from reconciler.tencent.rate_limit import MODIFY_INTERVAL_S

REQUEST_TIMEOUT_S: Final = 10.0
DESCRIBE_LAG_S: Final = 5.0

_OPTION: Final = "--endpoint"

# Beside these there may be a password, or a token.
_SECRET_SIGNS: Final = frozenset("@?#")
_PLAIN_NAME: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")


class Endpoint(NamedTuple):
    """``host`` may carry a port; ``scheme`` is ``https``, or ``http`` on loopback only."""

    scheme: str
    host: str

    @property
    def loopback(self) -> bool:
        """Return whether the other side is this very machine."""
        return is_loopback(urlsplit(f"//{self.host}").hostname or "")

    def for_service(self, service: str) -> Endpoint:
        """Return where another of the vendor's services is: same site and region, same place on loopback."""
        prefix = SMS_SERVICE + "."
        if self.loopback or not self.host.startswith(prefix):
            return self
        return self._replace(host=f"{service}.{self.host.removeprefix(prefix)}")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


class ServiceAddress(NamedTuple):
    """What is called and where: a service and its version at an endpoint, in a region."""

    service: str
    version: str
    endpoint: Endpoint
    region: str


def sms_at(endpoint: Endpoint, region: str) -> ServiceAddress:
    """Return where the SMS actions are."""
    return ServiceAddress(SMS_SERVICE, SMS_VERSION, endpoint, region)


def sts_at(endpoint: Endpoint, region: str) -> ServiceAddress:
    """Return where temporary keys, and the owner of keys, can be asked for: beside the SMS service."""
    return ServiceAddress(STS_SERVICE, STS_VERSION, endpoint.for_service(STS_SERVICE), region)


def endpoint_from(override: str | None, declared: str | None, site: str = "china") -> Endpoint:
    """Return the endpoint of a run: ``override`` of the command over ``account.endpoint`` over the site's own.

    Raises UsageError where ``override`` is neither a host of the vendor nor on loopback.
    """
    if override is None:
        return Endpoint("https", declared or DEFAULT_ENDPOINTS[site])
    scheme, host, port = _split(override)
    loopback = is_loopback(host)
    if scheme not in ({"https", "http"} if loopback else {"https"}) or not (loopback or is_vendors(host)):
        raise UsageError(
            "{option} {url!r} is not a place to send keys to",
            hint="use https://HOST.{domain}, or http://127.0.0.1:PORT for a sandbox",
            option=_OPTION,
            url=override,
            domain=ROOT_DOMAIN,
        )
    # Put together again from its parts, so that no other reader of the text can see another host in it.
    name = f"[{host}]" if ":" in host else host
    return Endpoint(scheme, name if port is None else f"{name}:{port}")


def _split(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        plain = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        plain, scheme, host, port = False, "", "", None
    if not plain:
        raise UsageError(
            "{option} {url!r} is not a URL of scheme and host alone",
            hint="like http://127.0.0.1:8080",
            option=_OPTION,
            url=url if _SECRET_SIGNS.isdisjoint(url) else "...",
        )
    return scheme, host, port


def is_vendors(host: str) -> bool:
    """Return whether a host lies below the vendor's API domain. Anything but a plain name could be read in two ways."""
    return host.endswith("." + ROOT_DOMAIN) and _PLAIN_NAME.fullmatch(host) is not None


class RequestLimits(NamedTuple):
    """``describe_rate`` in calls a second, the others in seconds.

    ``describe_lag`` is how long a describe may trail a write, which no vendor page says.
    """

    describe_rate: float = DESCRIBE_RATE
    modify_interval: float = MODIFY_INTERVAL_S
    request_timeout: float = REQUEST_TIMEOUT_S
    describe_lag: float = DESCRIBE_LAG_S

    def check(self, endpoint: Endpoint) -> None:
        """Raise UsageError where the vendor's own limits would be exceeded."""
        changed = (self.describe_rate, self.modify_interval) != (DESCRIBE_RATE, MODIFY_INTERVAL_S)
        if changed and not endpoint.loopback:
            raise UsageError(
                "{rate} and {interval} are the vendor's limits and stay as they are",
                hint="they can be changed for an endpoint on loopback only",
                rate="--describe-rate",
                interval="--modify-interval",
            )


class ConnectionOptions(NamedTuple):
    """What a person asked for on how the account is reached. ``endpoint`` is a URL, ``None`` for the definitions' own.

    ``sandbox`` asks for the one inside this process; ``oidc_provider`` and ``role_arn`` for keys by a web identity.
    """

    endpoint: str | None = None
    sandbox: bool = False
    oidc_provider: str | None = None
    role_arn: str | None = None
    request_timeout: float = REQUEST_TIMEOUT_S
    describe_lag: float = DESCRIBE_LAG_S
    describe_rate: float = DESCRIBE_RATE
    modify_interval: float = MODIFY_INTERVAL_S

    @property
    def limits(self) -> RequestLimits:
        """The limits that calls are made within."""
        return RequestLimits(self.describe_rate, self.modify_interval, self.request_timeout, self.describe_lag)
