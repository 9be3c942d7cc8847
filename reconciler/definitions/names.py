"""What the vendor's pages say of a signature's name, beyond what the schema refuses outright.

The pages differ (the reference page's own example, 13 characters with a space, breaks the mainland page), so only what
is beyond every page is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from reconciler.definitions.edition import NameRule
from reconciler.definitions.wording import shown
from reconciler.model.source import Severity

_BRACKETS: Final = re.compile(r"[\[\](){}<>\uff08\uff09\uff3b\uff3d\uff5b\uff5d\u3008-\u3011\u3014-\u301b]")
# Other spaces than the plain one, characters of no width, and those that turn the direction of writing.
_UNSEEN: Final = re.compile("[\u00a0\u00ad\u115f\u1160\u2000-\u200f\u202a-\u202f\u205f-\u2069\u3000\u3164]")
# Han ideographs with their extensions, letters and digits of ASCII, and the space of the reference page's example.
_USUAL: Final = re.compile("[A-Za-z0-9 \u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]*")


class NameProblem(NamedTuple):
    """What is to be said of a name."""

    severity: Severity
    code: str
    message: str
    hint: str


def name_problems(name: str, rule: NameRule, series: str) -> Iterable[NameProblem]:
    """Return what is to be said of a name under a series' rule."""
    if rule.shortest <= len(name) <= rule.longest and name.isascii() and name.isalnum():
        return ()
    return _unusual(name, rule, series)


def _unusual(name: str, rule: NameRule, series: str) -> Iterator[NameProblem]:
    if not rule.shortest <= len(name) <= rule.longest:
        message = f"the name has {len(name)} characters, and the {series} page says {rule.shortest} to {rule.longest}"
        yield NameProblem(Severity.WARNING, "name-length-unusual", message, "shorten it if the reviewers refuse it")
    bracket, space = _BRACKETS.search(name), _UNSEEN.search(name)
    if bracket:
        message = f"the name holds the bracket {shown(bracket[0])}, and the vendor puts brackets round it by itself"
        yield NameProblem(Severity(rule.brackets), "name-brackets", message, "write the name without brackets")
    if space:
        message = f"the name holds U+{ord(space[0]):04X}, which is seen as a space or not at all"
        yield NameProblem(Severity.WARNING, "name-wide-space", message, "use a plain space, or none")
    if not (bracket or space) and rule.characters != "any" and not _USUAL.fullmatch(name):
        message = (
            f"the {series} page allows Chinese characters, letters and digits in a name, and {shown(name)} holds others"
        )
        yield NameProblem(Severity.WARNING, "name-characters", message, "the reviewers may refuse it")
