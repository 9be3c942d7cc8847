"""What is told of a call: never its keys, never what it carries."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

from reconciler.errors import VendorError
from reconciler.tencent.endpoint import Endpoint
from reconciler.tencent.responses import Answer, request_id_of

_log = logging.getLogger("reconciler.cloud")


_TOLD: Final = ("International", "Limit", "Offset", "SignId", "SignIdSet")
"""Parameters that ``-vv`` shows; whatever else is sent is somebody's data."""


class CallLog:
    """One call with what became of it. ``sent`` and ``received`` are bytes of the bodies."""

    def __init__(self, action: str, endpoint: Endpoint, region: str) -> None:
        self._action = action
        self._where = f"{endpoint}, region {region}"
        self._code = "interrupted"
        self._request_id: str | None = None
        self.sent = 0
        self.received = 0
        self._start = 0.0
        self._seconds: float | None = None
        self._date: str | None = None
        self._arrived = 0.0

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock was ahead of the vendor's, ``None`` where the vendor did not say."""
        try:
            return self._arrived - parsedate_to_datetime(self._date or "").timestamp()
        except (ValueError, OverflowError):
            return None

    def arrived(self, headers: Mapping[str, str], now: float) -> None:
        """Note when the vendor answered by its own clock, where it says so."""
        self._date, self._arrived = headers.get("Date"), now

    def begun(self, parameters: Mapping[str, object]) -> None:
        """Note and log that the call begins."""
        _log.debug("%s to %s: %s", self._action, self._where, _told(parameters))
        self._start = time.monotonic()

    def ended(self) -> None:
        """Note that the call has ended now, though it may be waited for later."""
        self._seconds = time.monotonic() - self._start

    def answered(self, answer: Answer) -> None:
        """Note that the vendor did what it was asked."""
        self._code, self._request_id = "ok", request_id_of(answer)

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Log the end of the call, whatever it is."""
        try:
            yield
        except VendorError as error:
            self._code, self._request_id = error.code, error.request_id
            raise
        finally:
            self._log_end(time.monotonic() - self._start if self._seconds is None else self._seconds)

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


def _told(parameters: Mapping[str, object]) -> str:
    shown = (f"{name}={parameters[name]}" for name in _TOLD if name in parameters)
    return ", ".join(shown) or "no parameters to show"
