"""How large a definition file may be. Whoever can open a pull request chooses the input, so everything has a bound.

100,000 signatures of ten lines in one file (about 30 MB, 2.2 million nodes) stay within all of them. The worst files
found within them take about half a minute and 900 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

from reconciler.diagnostics import Diagnostic, Location, Message, Severity

MAX_FILE_BYTES: Final = 40 * 1024 * 1024
"""Largest definition file."""


MAX_NODES: Final = 2_500_000
"""Most keys, values, mappings, sequences and aliases in one file."""


MAX_DEPTH: Final = 32
"""Deepest nesting; a definition needs three levels."""


MAX_SCALAR_CHARS: Final = 10_000
"""Longest single value or key, in characters."""


MAX_ALIASED_CHARS: Final = 16 * 1024 * 1024
"""Most characters that the aliases of one file may stand for together."""


MAX_PROBLEMS: Final = 25_000
"""Most problems told of one file; whoever made more will not read them one by one."""


MAX_RUN_CHARS: Final = 64 * 1024 * 1024
"""Most characters in all files of one run together."""


MAX_INTEGER_DIGITS: Final = 500
"""Longest integer in any notation; Python at its strictest setting writes no more than 640 decimal digits."""


# A problem inside a file whose name is not known yet at the place where it is found.


_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Problem(NamedTuple):
    """One problem at a line and column, both from 1; columns count characters. ``hint`` says how to mend it."""

    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def within(self, file: str) -> Diagnostic:
        """Return the problem with the name of its file."""
        place = Location(file, self.line, self.column)
        return Diagnostic(place, Message(self.code, self.message, self.hint, self.severity))


def too_many_problems(line: int, column: int) -> Problem:
    """Return the problem that ends the list of a file with too many of them."""
    message = f"the file has more than {MAX_PROBLEMS:,} problems, and no more are looked for"
    return Problem(line, column, "too-many-problems", message, "mend these first")


def place_after(before: str) -> tuple[int, int]:
    """Return line and column of what follows a text, both from 1."""
    lines = _LINE_END.split(before)
    return len(lines), len(lines[-1]) + 1


# Directives, the lines that begin with ``%``: only the one that says what holds anyway is let through.
#
# They are looked for before parsing, since the time that libyaml takes grows with the square of their number.


# It begins with a character that is rare, so that the search skips from one to the next.
_REFUSED: Final = re.compile(r"%(?<![^\r\n]%)(?!YAML[ \t]+1\.2[ \t]*(?:#[^\r\n]*)?(?:[\r\n]|\Z))")


def refused_directive(text: str) -> Problem | None:
    """Return the first directive other than ``%YAML 1.2``, if there is one."""
    match = _REFUSED.search(text)
    if match is None:
        return None
    message = "a directive stands here, and files are read as YAML 1.2 without any"
    return Problem(*place_after(text[: match.start()]), "yaml-directive", message, "take the line away")


# The parsers' words for what is no YAML, in plain words with the mend.
#
# libyaml and PyYAML's own parser word the same problem differently; both are listed where they do.


HALF_A_CHARACTER: Final = (
    "yaml-character",
    "this text holds half of a character, written with `\\u`",
    "write the character itself, or `\\U` with eight digits",
)


_TAB: Final = ("yaml-tab", "a tab stands where only spaces may", "indent with spaces")


_INDENT: Final = "give all keys of a mapping the same indentation, and close what is open"


_WORDINGS: Final[tuple[tuple[str, tuple[str, str, str]], ...]] = (
    ("<document start>", ("yaml-syntax", "text stands behind the end of the document", "indent it, or take it away")),
    ("duplicate", ("yaml-directive", "the `%YAML` directive stands here again", "take the line away")),
    ("undefined tag handle", ("yaml-tag", "a YAML tag stands here, and tags are not read", "take the tag away")),
    ("expected ':'", ("yaml-syntax", "the text before is no `key: value`", "write `key: value`, or quote the text")),
    (
        "mapping values",
        (
            "yaml-syntax",
            "a `: ` stands where none may",
            "check the indentation; quote a text that holds a colon and a space",
        ),
    ),
    ("start any token", ("yaml-syntax", "a text cannot begin with this character", "put the text in quotes")),
    ("did not find expected key", ("yaml-syntax", "a key was expected here", _INDENT)),
    ("expected <block end>", ("yaml-syntax", "a key was expected here", _INDENT)),
    ("or ']'", ("yaml-syntax", "a list is not closed", "write `]` behind its last item")),
    ("or '}'", ("yaml-syntax", "a mapping in braces is not closed", "write `}` behind its last value")),
    ("node content", ("yaml-syntax", "a value was expected here", "write it, and close what is open")),
    ("unexpected end of stream", ("yaml-syntax", "the file ends inside a quoted text", "close the quotes")),
    ("Unicode character escape", HALF_A_CHARACTER),
    ("escape", ("yaml-syntax", "this backslash sequence is not known", "use single quotes, or write `\\\\`")),
)
"""Parts of the parsers' words, and code, message and hint instead; the first one that fits counts."""


def syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    """Return a parser's error as a problem. The place is where the parser stopped."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = str(getattr(error, "problem", None) or error)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if _is_tab(text, mark):
        return Problem(line, column, *_TAB)
    for fragment, (code, message, hint) in _WORDINGS:
        if fragment in words:
            return Problem(line, column, code, message, hint)
    return Problem(line, column, "yaml-syntax", f"not readable as YAML: {words}", "check indentation and quotes")


def _is_tab(text: str, mark: Any) -> bool:
    return mark is not None and text[mark.index : mark.index + 1] == "\t"


# YAML that is well formed and is not read all the same, each with the mend. A ``mark`` is a parser's, from 0.


MERGE: Final = "<<"


_SURROGATES: Final = re.compile("[\ud800-\udfff]")


_TEXT_TAGS: Final = frozenset({"!", "tag:yaml.org,2002:str"})


def at(mark: Any, code: str, message: str, hint: str) -> Problem:
    """Return a problem at a mark."""
    return Problem(mark.line + 1, mark.column + 1, code, message, hint)


def in_scalar(event: Any, *, merges: bool) -> Iterator[Problem]:
    """Yield what is wrong with a scalar. ``merges``: it would be a merge key if it looked like one."""
    mark, text = event.start_mark, event.value
    if len(text) > MAX_SCALAR_CHARS:
        limit = f"{MAX_SCALAR_CHARS:,}"
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
    message = f"the file holds more than {MAX_NODES:,} keys and values"
    return at(mark, "yaml-too-many-nodes", message, "split it")


def too_deep(mark: Any) -> Problem:
    """Return the problem of what is nested too deeply."""
    message = f"nested more than {MAX_DEPTH} levels deep"
    return at(mark, "yaml-too-deep", message, "a definition needs three levels")


def complex_key(mark: Any) -> Problem:
    """Return the problem of a key that is no word."""
    message = "a mapping or a list stands where a key belongs"
    return at(mark, "yaml-complex-key", message, "write a plain word as the key")


def alias_key(mark: Any) -> Problem:
    """Return the problem of a key that stands elsewhere."""
    return at(mark, "yaml-alias", "an alias stands where a key belongs", "write the key out")
