"""YAML that is well formed and is not read all the same, each with the mend. A ``mark`` is a parser's, from 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from reconciler.definitions import bounds
from reconciler.definitions.problem import Problem
from reconciler.definitions.syntax import HALF_A_CHARACTER

MERGE: Final = "<<"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_TEXT_TAGS: Final = frozenset({"!", "tag:yaml.org,2002:str"})


def at(mark: Any, code: str, message: str, hint: str) -> Problem:
    """Return a problem at a mark."""
    return Problem(mark.line + 1, mark.column + 1, code, message, hint)


def in_scalar(event: Any, *, merges: bool) -> Iterator[Problem]:
    """Yield what is wrong with a scalar. ``merges``: it would be a merge key if it looked like one."""
    mark, text = event.start_mark, event.value
    if len(text) > bounds.MAX_SCALAR_CHARS:
        limit = f"{bounds.MAX_SCALAR_CHARS:,}"
        yield at(mark, "yaml-scalar-too-long", f"this text is longer than {limit} characters", "shorten it")
    if event.tag not in _TEXT_TAGS:
        yield from tag(event)
    if not text.isascii() and _SURROGATES.search(text):
        # Escapes make one, which no encoding can write; libyaml refuses them by itself.
        yield at(mark, *HALF_A_CHARACTER)
    if merges and text == MERGE:
        yield at(
            mark, "yaml-merge-key", "the merge key `<<` is not part of YAML 1.2 and is not read", "write the fields out"
        )


def tag(event: Any) -> Iterator[Problem]:
    """Yield that a tag is not read. ``!!str`` before a scalar is, being the long way to quote it."""
    if event.tag is not None:
        yield at(event.start_mark, "yaml-tag", "a YAML tag stands here, and tags are not read", "take the tag away")


def second_document(mark: Any) -> Problem:
    """Return the problem of a file that goes on after its document."""
    message = "a second document begins here, and a definition file holds one"
    return at(mark, "yaml-several-documents", message, "take away the `---`, or move this part to a file of its own")


def too_many_nodes(mark: Any) -> Problem:
    """Return the problem of a file that holds too much."""
    message = f"the file holds more than {bounds.MAX_NODES:,} keys and values"
    return at(mark, "yaml-too-many-nodes", message, "split it")


def too_deep(mark: Any) -> Problem:
    """Return the problem of what is nested too deeply."""
    message = f"nested more than {bounds.MAX_DEPTH} levels deep"
    return at(mark, "yaml-too-deep", message, "a definition needs three levels")


def complex_key(mark: Any) -> Problem:
    """Return the problem of a key that is no word."""
    message = "a mapping or a list stands where a key belongs"
    return at(mark, "yaml-complex-key", message, "write a plain word as the key")


def alias_key(mark: Any) -> Problem:
    """Return the problem of a key that stands elsewhere."""
    return at(mark, "yaml-alias", "an alias stands where a key belongs", "write the key out")
