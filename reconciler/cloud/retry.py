"""Repeating a read: a describe changes nothing, so whatever may pass is tried again, slower each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from reconciler.clock import Clock
from reconciler.contract.codes import look_up
from reconciler.contract.treatment import Treatment
from reconciler.errors import VendorError

Result = TypeVar("Result")
_PAUSES_S: Final = (0.5, 1.0, 2.0)
_PASSING: Final = frozenset({Treatment.RETRY, Treatment.SETTLE})


def patiently(clock: Clock, read: Callable[[], Result]) -> Result:
    """Return what ``read`` returns, trying at most four times while its trouble is of a kind that may pass."""
    for pause in _PAUSES_S:
        try:
            return read()
        except VendorError as error:
            if look_up(error.code).treatment not in _PASSING:
                raise
            clock.wait(pause)
    return read()
