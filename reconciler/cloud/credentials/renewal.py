"""Temporary keys that are renewed before they expire, also in the middle of a long run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from reconciler.clock import Clock
from reconciler.cloud.keys import Keys
from reconciler.errors import CredentialsError, ReconcilerError

_log = logging.getLogger("reconciler.cloud")
_PAUSE_S: Final = 30.0
"""Between attempts, while the keys at hand are still good."""
_LEAST_S: Final = 15.0
"""Keys with less time left are not used: they could expire on the way."""


class Temporary(NamedTuple):
    """Keys that are good until ``expires_at``, in unix seconds."""

    keys: Keys
    expires_at: float


class RenewedKeys:
    """A key source that asks for new keys when the ones at hand run out. Safe to use from several threads."""

    def __init__(self, renew: Callable[[], Temporary], clock: Clock) -> None:
        self._renew = renew
        self._clock = clock
        self._lock = threading.Lock()
        self._held: Temporary | None = None
        self._next_attempt = float("-inf")

    def current(self, margin: float) -> Keys:
        """Return keys that are good for ``margin`` seconds, or else the ones that are still good.

        Raises CredentialsError or VendorError where there are none.
        """
        with self._lock:
            now = self._clock.now()
            held = self._held
            if held is None or held.expires_at - now < _LEAST_S:
                return self._renewed(now).keys
            if held.expires_at - now < margin and now >= self._next_attempt:
                return self._renewed_if_possible(held, now).keys
            return held.keys

    def _renewed(self, now: float) -> Temporary:
        self._next_attempt = now + _PAUSE_S
        fresh = self._renew()
        if fresh.expires_at - self._clock.now() < _LEAST_S:
            raise CredentialsError(
                f"the temporary keys from {fresh.keys.source} have already expired", hint="check this machine's clock"
            )
        self._held = fresh
        _log.debug("temporary keys from %s, good for %d s", fresh.keys.source, fresh.expires_at - now)
        return fresh

    def _renewed_if_possible(self, held: Temporary, now: float) -> Temporary:
        try:
            return self._renewed(now)
        except ReconcilerError as error:
            _log.info("keys could not be renewed yet, %d s left: %s", held.expires_at - now, error.message)
            return held
