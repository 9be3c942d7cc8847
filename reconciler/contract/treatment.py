"""What is done after a call failed. One of these stands beside every error code in the table of codes."""

from __future__ import annotations

from enum import StrEnum


class Treatment(StrEnum):
    """How apply goes on after a write that was answered with an error.

    A describe never writes, so for it ``RETRY`` and ``SETTLE`` both mean: try again, slower; all others end the run.
    """

    RETRY = "retry"
    """The write certainly did not happen. It is repeated, slower each time, a bounded number of times."""

    SETTLE = "settle"
    """Nobody can say whether the write happened. It is never repeated; describing the signature settles it."""

    REFUSE = "refuse"
    """The vendor says that the signature is approved. It is left alone; the others go on."""

    FAIL = "fail"
    """The vendor did not take this signature. The others go on."""

    STOP = "stop"
    """No call will work before a person acts. The run ends; what is left is reported as not attempted."""
