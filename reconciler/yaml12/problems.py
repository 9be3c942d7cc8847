"""What a YAML file may not hold: its bounds, and a message for everything that is refused."""

# Whoever can open a pull request chooses the input, so everything has a bound. 100,000 signatures of ten lines in one
# file (about 30 MB, 2.2 million nodes) stay within all of them. The worst files found within them take about half a
# minute and 900 MB.

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

from reconciler.diagnostics import Diagnostic, Location, Message

# Most keys, values, mappings, sequences and aliases in one file.
MAX_NODES: Final = 2_500_000

# Deepest nesting; a definition needs three levels.
MAX_DEPTH: Final = 32

# Longest single value or key, in characters.
MAX_SCALAR_CHARS: Final = 10_000

# Most blank lines in a row: libyaml joins those before a block text anew for each of its lines, 1.9 s for 400,000 each.
MAX_BLANK_LINES: Final = 10_000

# Most characters that the aliases of one file may refer to together.
MAX_ALIASED_CHARS: Final = 16 * 1024 * 1024

# Most problems reported of one file; whoever made more will not read them one by one.
MAX_PROBLEMS: Final = 25_000

# Longest integer in any notation; Python at its strictest setting writes no more than 640 decimal digits.
MAX_INTEGER_DIGITS: Final = 500

MERGE_KEY: Final = "<<"

# Line and column, both from 1; columns count characters.
Place = tuple[int, int]


class Problem(NamedTuple):
    """One problem at a line and column, both from 1, of a text whose file name is not known here."""

    line: int
    column: int
    rule: Message

    @property
    def code(self) -> str:
        """The stable word for programs."""
        return self.rule.code

    def within(self, file: str) -> Diagnostic:
        """Return the problem with the name of its file."""
        return Diagnostic(Location(file, self.line, self.column), self.rule)


TOO_MANY_PROBLEMS: Final = Message(
    "too-many-problems", "the file has more than {limit} problems; the rest is not checked", "fix these first"
)
ALIAS_UNKNOWN: Final = Message(
    "yaml-alias", "unknown anchor: it must be defined before the alias", "write the value out"
)
ALIAS_OF_CONTAINER: Final = Message(
    "yaml-alias",
    "an alias must refer to a single value, not to a mapping or a list",
    "write the mapping or list out",
)
ALIASES_TOO_LONG: Final = Message(
    "yaml-alias", "the aliases of this file expand to too much text", "write shorter values out"
)
ALIAS_AS_KEY: Final = Message("yaml-alias", "a key must not be an alias", "write the key out")
HALF_A_CHARACTER: Final = Message(
    "yaml-character",
    "`\\u` escape of half a character",
    "write the character itself, or `\\U` with eight digits",
)
TEMPLATE: Final = Message(
    "yaml-syntax",
    "this is a place in a template, which nothing has filled in",
    "fill the template in first; put a text with braces in quotes",
)
COMPLEX_KEY: Final = Message(
    "yaml-complex-key", "a key must be a single value, not a mapping or a list", "write a plain word as the key"
)
DIRECTIVE: Final = Message(
    "yaml-directive", "directives are not supported: files are read as YAML 1.2", "remove the line"
)
DIRECTIVE_TWICE: Final = Message("yaml-directive", "duplicate `%YAML` directive", "remove the line")
DUPLICATE_KEY: Final = Message(
    "yaml-duplicate-key",
    "duplicate key {key}, first defined at {line}:{column}",
    "remove one of the two",
)
MERGE: Final = Message(
    "yaml-merge-key", "the merge key `<<` is not supported: it is not part of YAML 1.2", "write the fields out"
)
SCALAR_TOO_LONG: Final = Message("yaml-scalar-too-long", "the value is longer than {limit} characters", "shorten it")
SECOND_DOCUMENT: Final = Message(
    "yaml-several-documents",
    "a second document in the same file",
    "remove the `---`, or move this part to a file of its own",
)
TAB: Final = Message("yaml-tab", "tabs are not allowed here", "indent with spaces")
TAG: Final = Message("yaml-tag", "YAML tags are not supported", "remove the tag")
TOO_MANY_BLANK_LINES: Final = Message("yaml-scalar-too-long", "more than {limit} blank lines in a row", "remove them")
_SAMPLE: Final = 64
# From a line end on; nothing is looked at twice, however the blanks and line ends come.
_BLANK_LINES: Final = r"[\r\n][ \t]*+[\r\n]\s*+"
TOO_DEEP: Final = Message("yaml-too-deep", "nested more than {limit} levels deep", "use fewer levels")
TOO_MANY_NODES: Final = Message(
    "yaml-too-many-nodes", "the file has more than {limit} keys and values", "split it into several files"
)
QUOTE_OPEN: Final = Message(
    "yaml-syntax", "the quote that is opened here is never closed", "close it at the end of its text"
)
QUOTE_LATE: Final = Message(
    "yaml-syntax",
    "the quote that is opened here is closed on line {line} only",
    "close it at the end of its text; where the text does go on, indent its lines more than its key",
)
NOT_YAML: Final = Message("yaml-syntax", "invalid YAML: {reason}", "check indentation and quotes")

KEY_EXPECTED: Final = Message(
    "yaml-syntax",
    "expected a key here",
    "indent all keys of a mapping equally, and close open brackets and quotes",
)

ENTRY_END: Final = Message(
    "yaml-syntax", "a comma is missing before this", "write `, ` between the entries of a list or mapping in brackets"
)
BRACKET_OPEN: Final = Message(
    "yaml-syntax",
    "the `{opening}` that is opened here is never closed",
    "add `{closing}` behind its last entry; put a text that begins with a bracket in quotes",
)
BRACKET_OTHER: Final = Message(
    "yaml-syntax",
    "the `{opening}` that is opened here meets a `{other}` on line {line} before it is closed",
    "add `{closing}` behind its last entry, or remove the `{other}`",
)
TEXT_BEHIND: Final = Message(
    "yaml-syntax",
    "nothing may follow the `{sign}` that ends a value",
    "put the whole text in quotes, or begin what follows on a line of its own",
)
SECOND_COLON: Final = Message(
    "yaml-syntax",
    "`: ` is not allowed here",
    "check the indentation; quote a text that contains a colon and a space",
)
BRACKET_ALONE: Final = Message(
    "yaml-syntax", "this `{sign}` closes nothing", "remove it, or put a text that holds it in quotes"
)

ANCHOR_NAME: Final = Message(
    "yaml-unsupported", "this name of an anchor is not supported", "use letters, digits, `-` and `_` alone"
)
EMPTY_DOCUMENT: Final = Message(
    "yaml-unsupported", "the end of a document without a document is not supported", "remove the `...`"
)
BLOCK_DOCUMENT: Final = Message(
    "yaml-unsupported", "a file that is one block text is not supported", "write `key: value` below each other"
)
COLON: Final = Message(
    "yaml-unsupported",
    "a `:` is not supported in this place",
    "write the key before it on the same line, `key: value`, or put a text that begins with it in quotes",
)
COLON_AT_THE_END: Final = Message(
    "yaml-unsupported",
    "a `:` right before a comma or a bracket is not supported",
    "write the value behind it, or put the text in quotes",
)
HEXADECIMAL: Final = Message(
    "yaml-syntax",
    "the escape sequence is cut short",
    "write `\\x` with two, `\\u` with four or `\\U` with eight hexadecimal digits",
)
LIST_ITEM: Final = Message(
    "yaml-syntax", "an item of a list is not allowed here", "begin it on a line of its own, or quote the text"
)
BLOCK_HEADER: Final = Message(
    "yaml-syntax",
    "only `+`, `-` and a digit from 1 to 9 may follow `|` or `>` on the same line",
    "begin the text on the next line",
)
CONTROL: Final = Message("yaml-character", "a control character", "remove it, or escape it in double quotes")
QUESTION: Final = Message(
    "yaml-unsupported", "a `?` in a text without quotes in brackets is not supported", "put the text in quotes"
)
TAG_AND_COMMA: Final = Message(
    "yaml-unsupported", "a tag with a comma right behind it is not supported", "remove the tag: tags are not read here"
)

# Texts, compiled for a file that a parser did not take.
_COMMA_AFTER_TAG: Final = r"(?<=[\s,\[{])![^\s\[\]{}]*,(?=\s)"
_ANCHOR_KEY: Final = r"[&*][^\s]*:(?=\s)"
_DOCUMENT_END: Final = r"(?m)^\.\.\.(?=\s|$)"
_BLOCK_DOCUMENT: Final = r"(?m)^---[ \t]+[|>]"

# Parts of the parsers' words, and the message instead; the first one that fits counts. libyaml and PyYAML's own
# parser word the same problem differently; both are listed where they do.
_SYNTAX: Final[tuple[tuple[str, Message], ...]] = (
    (
        "<document start>",
        Message("yaml-syntax", "text after the end of the document", "indent it, or remove it"),
    ),
    ("incompatible YAML document", DIRECTIVE),
    ("maximum nesting depth", TOO_DEEP.given(limit=MAX_DEPTH)),
    ("duplicate", DIRECTIVE_TWICE),
    ("undefined tag handle", TAG),
    (
        "expected ':'",
        Message("yaml-syntax", "this text must be `key: value`", "write `key: value`, or quote the text"),
    ),
    ("mapping values", SECOND_COLON),
    (
        "start any token",
        Message("yaml-syntax", "plain text must not start with this character", "put the text in quotes"),
    ),
    ("did not find expected key", KEY_EXPECTED),
    ("expected <block end>", KEY_EXPECTED),
    ("or ']'", ENTRY_END),
    ("or '}'", ENTRY_END),
    ("node content", Message("yaml-syntax", "expected a value here", "write it, and close open brackets")),
    ("Unicode character escape", HALF_A_CHARACTER),
    ("hexdecimal number", HEXADECIMAL),  # libyaml's spelling
    ("hexadecimal numbers", HEXADECIMAL),
    ("escape", Message("yaml-syntax", "unknown escape sequence", "use single quotes, or write `\\\\`")),
    ("sequence entries", LIST_ITEM),
    (
        "'-' indicator",
        Message(
            "yaml-syntax",
            "expected another item of the list here",
            "begin it with `- `, or indent a key as its mapping",
        ),
    ),
    ("mapping keys", COMPLEX_KEY),
    ("indentation indicator", BLOCK_HEADER),
    ("comment or line break", BLOCK_HEADER),
    ("comment or a line break", BLOCK_HEADER),
    ("tab character", TAB),
    ("control characters", CONTROL),
    ("special characters", CONTROL),
)

# What the parsers were at when they stopped, where that says more than what they missed there.
_CONTEXTS: Final[tuple[tuple[str, Message], ...]] = (("directive", DIRECTIVE), (" tag", TAG))

_LINE_END: Final = re.compile(r"\r\n|\r|\n")

# Only the directive that says what holds anyway is let through. The expression begins with a rare character, so that
# the search skips from one to the next.
_UNSUPPORTED_DIRECTIVE: Final = re.compile(r"%(?<![^\r\n]%)(?!YAML +1\.2(?:[ \t]+#[^\r\n]*|[ \t]*)(?:[\r\n]|\Z))")

_SURROGATES: Final = re.compile("[\ud800-\udfff]")

# `!!str` before a scalar is the long way to quote it.
_TEXT_TAGS: Final = frozenset({"!", "tag:yaml.org,2002:str"})


def at(mark: Any, rule: Message) -> Problem:
    """Return a problem at a parser's mark, which counts from 0."""
    return Problem(mark.line + 1, mark.column + 1, rule)


def too_many_problems(place: Place) -> Problem:
    """Return the problem that ends the list of a file with too many of them."""
    return Problem(*place, TOO_MANY_PROBLEMS.given(limit=f"{MAX_PROBLEMS:,}"))


def place_after(before: str) -> Place:
    """Return line and column of what follows a text, both from 1."""
    lines = _LINE_END.split(before)
    return len(lines), len(lines[-1]) + 1


def too_many_blank_lines(text: str) -> Problem | None:
    """Return the first run of blank lines that is longer than any that a person writes."""
    # Such a run holds one of these samples whole, so that hardly any file has to be searched.
    step = MAX_BLANK_LINES - _SAMPLE
    if not any(text[start : start + _SAMPLE].isspace() for start in range(0, len(text), step)):
        return None
    for run in re.finditer(_BLANK_LINES, text):
        if run[0].count("\n") + run[0].count("\r") - run[0].count("\r\n") > MAX_BLANK_LINES + 1:
            return Problem(
                *place_after(text[: run.start() + 1]), TOO_MANY_BLANK_LINES.given(limit=f"{MAX_BLANK_LINES:,}")
            )
    return None


def unsupported_directive(text: str) -> Problem | None:
    """Return the first directive other than ``%YAML 1.2``, if there is one.

    Looked for before parsing, since the time that libyaml takes grows with the square of their number.
    """
    match = _UNSUPPORTED_DIRECTIVE.search(text)
    return Problem(*place_after(text[: match.start()]), DIRECTIVE) if match else None


def syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    """Return a parser's error as a problem, where the parser stopped, or where what it missed the end of begins."""
    words = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None)
    began = getattr(error, "context_mark", None)
    if began is not None and "quoted scalar" in context and "unexpected" in words:
        return at(began, QUOTE_OPEN)
    if mark is None or words.endswith(" expected ':'"):
        mark = began or mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        return Problem(line, column, TAB)
    unsupported = _unsupported(words, context, text, mark.index) if mark else None
    if unsupported is not None:
        return Problem(line, column, unsupported)
    for fragment, rule in _CONTEXTS:
        if fragment in context and "duplicate" not in words:
            return Problem(line, column, rule)
    for fragment, rule in _SYNTAX:
        if fragment in words:
            return Problem(line, column, rule)
    return Problem(line, column, NOT_YAML.given(reason=words))


def _unsupported(words: str, context: str, text: str, index: int) -> Message | None:
    """Return what is valid YAML where a parser stopped, but not read here; ``None`` where it is no YAML."""
    line = text[max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1 : index + 1]
    if "an anchor" in context or "an alias" in context or ("mapping values" in words and re.search(_ANCHOR_KEY, line)):
        return ANCHOR_NAME
    if text.startswith("...", index) and not line[:-1]:
        return EMPTY_DOCUMENT
    if "<document start>" in words:
        ends = re.compile(_DOCUMENT_END).search(text, 0, index)
        return (
            SECOND_DOCUMENT if ends else BLOCK_DOCUMENT if re.compile(_BLOCK_DOCUMENT).search(text, 0, index) else None
        )
    in_brackets = next((each for each in "]}" if f"or '{each}', but got" in words), None)
    if in_brackets and (found := _in_brackets(text, index, in_brackets)):
        return found
    if not text.startswith(":", index) or "mapping values" in words:
        return None
    found = COLON_AT_THE_END if words == "found unexpected ':'" else COLON
    return found if "or '}'" not in words or "}" in text[index:] else None


def _in_brackets(text: str, index: int, closing: str) -> Message | None:
    """Return what PyYAML's own parser does not read in brackets, and libyaml does."""
    if text.startswith("?", index) and closing in text[index:]:
        return QUESTION
    above = max(text.rfind("\n", 0, max(text.rfind("\n", 0, index), 0)), 0)
    return TAG_AND_COMMA if re.compile(_COMMA_AFTER_TAG).search(text, above, index) else None


def in_scalar(event: Any, *, plain_key: bool) -> Iterator[Problem]:
    """Yield what is wrong with a scalar. ``plain_key``: it is an unquoted key, so it may be a merge key."""
    mark, text = event.start_mark, event.value
    if len(text) > MAX_SCALAR_CHARS:
        yield at(mark, SCALAR_TOO_LONG.given(limit=f"{MAX_SCALAR_CHARS:,}"))
    if event.tag is not None and event.tag not in _TEXT_TAGS:
        yield at(mark, TAG)
    if not text.isascii() and _SURROGATES.search(text):
        # Escapes make one, which no encoding can write; libyaml refuses them by itself.
        yield at(mark, HALF_A_CHARACTER)
    if plain_key and text == MERGE_KEY:
        yield at(mark, MERGE)
