"""What git's answer to a push means where the branch did not move: try again, or give up.

Git tells a lost race in several wordings, by its version, the transport and the moment: before the push it is stale
info, fetch first or non-fast-forward; during it, the server cannot lock the ref or finds that it exists already.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from reconciler.errors import StateError

_DENIED: Final = re.compile(
    r"(error:|http) 40[13]|denied|declined|aborted by hook|permission|protected branch|not allowed|read[- ]only"
    r"|not authori[sz]ed|authentication failed|could not read (username|password)",
    re.IGNORECASE,
)
_RACE: Final = re.compile(
    r"stale info|cannot lock ref|failed to lock|fetch first|non-fast-forward|already exists|failed to update ref"
    r"|incorrect old value|unable to create .*\.lock",
    re.IGNORECASE,
)
_CUT: Final = re.compile(
    r"hung up|disconnect|early eof|rpc failed|timed out|connection reset|broken pipe|(error:|http) (429|50[0234])",
    re.IGNORECASE,
)

_GRANT: Final = (
    "Give this user or job the right to push (on GitHub `contents: write`, or a token in RECONCILER_GIT_TOKEN), and let"
    " rules for branches leave this one out."
)


class Answer(Enum):
    """What to do about a push that failed."""

    AGAIN = auto()
    DENIED = auto()
    FAILED = auto()


def meaning(words: str) -> Answer:
    """Return what a failed push's messages mean. A denial is looked for first: a server may cut the line after it."""
    if _DENIED.search(words):
        return Answer.DENIED
    return Answer.AGAIN if _RACE.search(words) or _CUT.search(words) else Answer.FAILED


def check_worth_trying(words: str, where: str) -> None:
    """Raise StateError where trying again cannot help. ``words`` are git's, ``where`` names the branch."""
    answer = meaning(words)
    if answer is Answer.AGAIN:
        return
    hint = _GRANT if answer is Answer.DENIED else "Mend what git says, and start the run again."
    raise StateError(f"the record cannot be pushed to {where}: {words}", hint=hint)
