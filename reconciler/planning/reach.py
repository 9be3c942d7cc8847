"""How the account is reached: endpoint, keys and the pace, as one value that every command makes the same way."""

from __future__ import annotations

from typing import Final, NamedTuple

from reconciler.cloud.endpoint import Endpoint
from reconciler.cloud.keys import KeySource
from reconciler.cloud.pace import MODIFY_INTERVAL_S
from reconciler.contract.api import DESCRIBE_RATE
from reconciler.errors import UsageProblem

REQUEST_TIMEOUT_S: Final = 10.0


class Pacing(NamedTuple):
    """``describe_rate`` in calls a second, ``modify_interval`` and ``request_timeout`` in seconds."""

    describe_rate: float = DESCRIBE_RATE
    modify_interval: float = MODIFY_INTERVAL_S
    request_timeout: float = REQUEST_TIMEOUT_S

    @property
    def settle_after(self) -> float:
        """Seconds after which a call that was intended, and not recorded, is no longer on its way."""
        return 2 * self.request_timeout

    def check(self, endpoint: Endpoint) -> None:
        """Raise UsageProblem where the vendor's own limits would be set aside."""
        changed = (self.describe_rate, self.modify_interval) != (DESCRIBE_RATE, MODIFY_INTERVAL_S)
        if changed and not endpoint.loopback:
            raise UsageProblem(
                "--describe-rate and --modify-interval are the vendor's limits and stay as they are",
                hint="they can be changed for an endpoint on loopback only",
            )


class Reach(NamedTuple):
    """Where the vendor is and with which keys. ``embedded`` where it is the sandbox inside this process."""

    endpoint: Endpoint
    keys: KeySource
    pacing: Pacing
    embedded: bool = False
