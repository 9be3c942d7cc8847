"""The one module that imports the vendor's SDK, and what has to be known to use it safely.

- Its retryer can submit twice, so it stays off.
- It raises an error answer only under one exact content type, so answers are read by our own hand.
- Its debug log prints whole bodies, images included, so it is kept silent.
- It reads proxies in its own way and no CA bundle of the environment, so the connection is our own.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from reconciler.contract.api import ADD, MODIFY
from reconciler.contract.error_codes import NO_KEYS
from reconciler.errors import CredentialsError, VendorError, said
from reconciler.net.deadline import Call, Deadline
from reconciler.net.environment import ca_bundle, proxy_for
from reconciler.net.transport import Transport
from reconciler.tencent.api import Answer
from reconciler.tencent.credentials.base import Keys, KeySource
from reconciler.tencent.endpoint import Endpoint, ServiceAddress
from reconciler.tencent.responses import content_of, request_id_of

_LANGUAGE: Final = "en-US"

# Keys are renewed this early, by the describe before a write and not by the write, which must not start late.
_READ_MARGIN_S: Final = 300.0
_WRITE_MARGIN_S: Final = 60.0

_log = logging.getLogger("reconciler.cloud")
# Parameters that ``-vv`` logs; whatever else is sent is somebody's data.
_LOGGED: Final = ("International", "Limit", "Offset", "SignId", "SignIdSet")


class Sdk:
    """Calls of one service version in one region. Safe to use from several threads; connections are kept.

    ``actions`` are all that it can be made to call: one opened for a plan has no way to write. ``timeout`` bounds each
    call as a whole, in seconds. Without ``keys`` calls are not signed. With ``transport`` the connections are its own,
    and stay when this is closed. Raises VendorError where the environment names a CA bundle that cannot be used.
    """

    def __init__(
        self,
        keys: KeySource | None,
        address: ServiceAddress,
        actions: Collection[str],
        timeout: float,
        transport: Transport | None = None,
    ) -> None:
        _silence_sdk()
        self._actions = frozenset(actions)
        self._keys = keys
        self._deadline = Deadline(timeout)
        self._address = address
        self._own = None if transport is not None else Transport(proxies=not address.endpoint.loopback)
        self._client = _Client(address, timeout, transport or self._own)
        self._last: CallLog | None = None

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of the vendor's as of the last answer, to about a second."""
        return self._last.skew if self._last is not None else None

    def call(self, action: str, parameters: dict[str, object], check: Callable[[], None] | None = None) -> Answer:
        """Return the content of ``Response``. ``check`` is asked right before the first byte, and may raise.

        Raises VendorError with the vendor's code, or with one of our own: ``Client.NoKeys`` where keys have run out.
        """
        return self.start(action, parameters, check).result()

    def start(self, action: str, parameters: dict[str, object], check: Callable[[], None] | None = None) -> StartedCall:
        """Send a call, to be waited for later. Raises as ``call`` does, and so does its result."""
        if action not in self._actions:
            raise PermissionError(f"{action} is not among the calls that this client was opened for")
        log = CallLog(action, self._address.endpoint, self._address.region)
        if self._keys is not None:
            margin = _WRITE_MARGIN_S if action in {MODIFY, ADD} else _READ_MARGIN_S
            self._client.credential.keys = keys = _good_keys(self._keys, margin)
            log.keys = said("{id} from {source}", id=keys.masked_id, source=keys.source)
        self._last = log
        log.started(parameters)
        options = {"SkipSign": self._keys is None, "CallLog": log}
        return StartedCall(log, self._deadline.start(lambda: self._client.answer(action, parameters, options), check))

    def close(self) -> None:
        """Close the kept connections, unless they are others' too."""
        if self._own is not None:
            self._own.close()


class StartedCall(NamedTuple):
    """A call that was sent, with its log."""

    log: CallLog
    answer: Call[Answer]

    def result(self) -> Answer:
        """Wait for the answer, log the end of the call, and return the content of ``Response``."""
        with self.log.logged():
            answer = self.answer.result()
            self.log.answered(answer)
        return answer


def _good_keys(source: KeySource, margin: float) -> Keys:
    try:
        return source.current(margin)
    except CredentialsError as error:
        # Keys that run out in the middle of a run end it as any other failed call does, with a report of what was done.
        raise VendorError("{keys}", code=NO_KEYS, hint="{remedy}", keys=error.message, remedy=error.hint) from None


class _Credential:
    """The keys of the next call, as the SDK asks for them; it does not where a call is not signed."""

    keys: Keys

    def get_credential_info(self) -> tuple[str, str, str | None]:
        keys = self.keys
        return keys.secret_id, keys.secret_key, keys.token


class _Client(CommonClient):  # type: ignore[misc]  # the SDK carries no types
    """The vendor's generic client with its connection and its ways of reading an answer replaced."""

    def __init__(self, address: ServiceAddress, timeout: float, transport: Transport | None) -> None:
        http = HttpProfile(
            protocol=address.endpoint.scheme,
            endpoint=address.endpoint.host,
            reqTimeout=(timeout / 2, timeout),
            certification=None if address.endpoint.scheme == "http" else ca_bundle(os.environ),
        )
        profile = ClientProfile(httpProfile=http, language=_LANGUAGE)
        if not address.endpoint.loopback:
            proxy_for(str(address.endpoint))  # one that cannot be read is reported before the first call
        super().__init__(address.service, address.version, _Credential(), address.region, profile)
        self._url = str(address.endpoint)
        self.request.conn.proxy = None
        self.request.conn._session = transport  # noqa: SLF001  # no other way

    def answer(self, action: str, parameters: dict[str, object], options: dict[str, Any]) -> Answer:
        try:
            response = self._call(action, parameters, options)
            with response:
                options["CallLog"].arrived(response.headers, time.time())
                status, body = response.status_code, Transport.body(response)
        except VendorError:
            raise
        except Exception as error:  # noqa: BLE001  # the SDK lets many types through; all mean: no answer
            raise Transport.error(error, self._url) from None
        finally:
            options["CallLog"].ended()
        options["CallLog"].received = len(body)
        return content_of(status, body)

    def _build_req_inter(self, action: str, params: Any, req_inter: Any, options: Any = None) -> None:
        super()._build_req_inter(action, params, req_inter, options)
        options["CallLog"].sent = len(req_inter.data)


def _silence_sdk() -> None:
    """Silence the SDK's log, which would print keys and images, and its use of a function that Python withdraws."""
    sdk_log = logging.getLogger("tencentcloud_sdk_common")
    sdk_log.setLevel(logging.CRITICAL)
    sdk_log.propagate = False
    warnings.filterwarnings("ignore", r".*utcfromtimestamp", DeprecationWarning, r"tencentcloud\.common\..*")


class CallLog:
    """The log of one call. ``sent`` and ``received`` are bytes of the bodies."""

    def __init__(self, action: str, endpoint: Endpoint, region: str) -> None:
        self._action = action
        self._host = endpoint.host
        self._where = f"{endpoint}, region {region}"
        self._code = "interrupted"
        self.keys: str | None = None
        self._request_id: str | None = None
        self.sent = 0
        self.received = 0
        self._started_at = 0.0
        self._seconds: float | None = None
        self._date: str | None = None
        self._arrived_at = 0.0

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock was ahead of the vendor's, ``None`` where the vendor did not say."""
        try:
            return self._arrived_at - parsedate_to_datetime(self._date or "").timestamp()
        except (ValueError, OverflowError):
            return None

    def started(self, parameters: Mapping[str, object]) -> None:
        """Log that the call starts now."""
        _log.debug("%s to %s: %s", self._action, self._where, _described(parameters))
        self._started_at = time.monotonic()

    def arrived(self, headers: Mapping[str, str], now: float) -> None:
        """Note when the vendor answered by its own clock, where it says so."""
        self._date, self._arrived_at = headers.get("Date"), now

    def ended(self) -> None:
        """Note that the call has ended now, though it may be waited for later."""
        self._seconds = time.monotonic() - self._started_at

    def answered(self, answer: Answer) -> None:
        """Note that the vendor did what it was asked."""
        self._code, self._request_id = "ok", request_id_of(answer)

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Log the end of the call, whatever it is, and name its host and its keys in an error."""
        try:
            yield
        except VendorError as error:
            self._code, self._request_id = error.code, error.request_id
            error.host, error.keys = error.host or self._host, self.keys
            raise
        finally:
            self._log_end(time.monotonic() - self._started_at if self._seconds is None else self._seconds)

    def _log_end(self, seconds: float) -> None:
        _log.info(
            "%s %s in %d ms, request id %s, %d bytes sent, %d received",
            self._action,
            self._code,
            seconds * 1000,
            self._request_id or "-",
            self.sent,
            self.received,
        )


def _described(parameters: Mapping[str, object]) -> str:
    logged = (f"{name}={parameters[name]}" for name in _LOGGED if name in parameters)
    return ", ".join(logged) or "no parameters to show"
