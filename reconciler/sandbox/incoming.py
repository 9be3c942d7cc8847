"""One HTTP request as it arrived, before anything about it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request: ``query`` is raw, ``headers`` have lower-case names.

    ``arrived`` is the monotonic arrival time, ``now`` the unix time by the sandbox's own clock, both in seconds.
    ``oversized`` says that the body was past the vendor's limit and was not kept.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    arrived: float
    now: float
    oversized: bool = False

    def header(self, name: str) -> str:
        """Return a header's value without surrounding blanks, empty where it is not there."""
        return self.headers.get(name, "").strip()

    @property
    def action(self) -> str:
        """The action asked for."""
        return self.header("x-tc-action")
