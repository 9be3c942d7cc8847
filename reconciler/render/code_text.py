"""An error code for people: its meaning, what this tool does after it, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.contract.codes import ErrorCode
from reconciler.contract.treatment import Treatment

_SOURCES: Final[Mapping[str, str]] = {
    "page": "the vendor's reference page of ModifySmsSign",
    "common": "the vendor's common error codes",
    "sdk": "the vendor's SDK",
    "client": "this tool's own",
}

TREATMENTS: Final[Mapping[Treatment, str]] = {
    Treatment.RETRY: "Nothing was written. apply tries again by itself, slower each time, five times in all.",
    Treatment.SETTLE: "It may have been written. apply never sends it again; it describes the signature to find out.",
    Treatment.REFUSE: "Nothing was written, and nothing will be: apply leaves this one alone and goes on.",
    Treatment.FAIL: "Nothing was written. A retry helps only after something is changed; apply goes on with others.",
    Treatment.STOP: "Nothing was written. A retry helps only after something is changed; apply ends the run.",
}


def code_text(row: ErrorCode) -> str:
    """Return the explanation of one code."""
    return "\n".join(
        [
            row.code,
            f"  meaning    {row.meaning}",
            f"  treatment  {row.treatment}: {TREATMENTS[row.treatment]}",
            f"  to do      {row.advice}",
            f"  source     {_SOURCES[row.source]}",
        ]
    )
