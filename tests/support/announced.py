"""A fault that tells when it hits."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from reconciler.sandbox.faults import Fault


@dataclass(frozen=True)
class Announced(Fault):
    """Sets ``hit`` when its request has come: that is on its way then, and its outcome is not known."""

    hit: threading.Event = field(default_factory=threading.Event, compare=False)

    def hits(self, action: str, count: int) -> bool:
        """Tell whether the fault is for this request, and announce it."""
        found = Fault.hits(self, action, count)
        if found:
            self.hit.set()
        return found
