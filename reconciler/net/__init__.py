"""The way to another machine: connections without surprises, limits in time and size, what the environment asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.net.transport import Transport


def http() -> type[Transport]:
    """Return what makes connections. A module that only may need one gets it here, and loads no library before."""
    # At the top of a module, `--help` of each command would load requests and urllib3.
    from reconciler.net.transport import Transport  # noqa: PLC0415  # 45 ms

    return Transport
