"""A sign of life for reads that take longer than a moment."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

_MOMENT_S: Final = 1.0


@contextmanager
def busy(words: str) -> Iterator[None]:
    """Show a spinner with ``words`` on stderr, if that is a terminal, once the block takes over a second."""
    if not sys.stderr.isatty():
        yield
        return
    with ExitStack() as shown:
        timer = threading.Timer(_MOMENT_S, _show, (shown, words))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _show(shown: ExitStack, words: str) -> None:
    from rich.console import Console  # noqa: PLC0415  # only for what takes its time

    shown.enter_context(Console(stderr=True).status(words))
