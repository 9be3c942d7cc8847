"""What is logged of a call: never its keys, never what it carries."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.errors import VendorError
from reconciler.tencent.api import Answer
from reconciler.tencent.endpoint import Endpoint
from reconciler.tencent.responses import request_id_of

_log = logging.getLogger("reconciler.cloud")

# Parameters that ``-vv`` logs; whatever else is sent is somebody's data.
_LOGGED: Final = ("International", "Limit", "Offset", "SignId", "SignIdSet")


class CallLog:
    """The log of one call. ``sent`` and ``received`` are bytes of the bodies."""

    def __init__(self, action: str, endpoint: Endpoint, region: str) -> None:
        self._action = action
        self._host = endpoint.host
        self._where = f"{endpoint}, region {region}"
        self._code = "interrupted"
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
        """Log the end of the call, whatever it is, and name its host in an error."""
        try:
            yield
        except VendorError as error:
            self._code, self._request_id = error.code, error.request_id
            error.host = self._host
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
