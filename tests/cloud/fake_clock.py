from __future__ import annotations


class FakeClock:
    """A clock that moves only when somebody waits, or when a test moves it."""

    def __init__(self, start: float = 0.0) -> None:
        self.time = start
        self.waits: list[float] = []

    def now(self) -> float:
        return 1_700_000_000 + self.time

    def monotonic(self) -> float:
        return self.time

    def boottime(self) -> float:
        return self.monotonic()

    def wait(self, seconds: float) -> None:
        if seconds > 0:
            self.waits.append(seconds)
            self.time += seconds
