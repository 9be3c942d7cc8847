"""What people type by mistake, found by its looks: a parser stops elsewhere, with words about something else."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from reconciler.diagnostics import Message
from reconciler.yaml12.problems import (
    BRACKET_ALONE,
    BRACKET_OPEN,
    BRACKET_OTHER,
    COLON,
    ENTRY_END,
    KEY_EXPECTED,
    SECOND_COLON,
    TEMPLATE,
    TEXT_BEHIND,
    Problem,
    place_after,
)

CONFLICT: Final = Message(
    "conflict-marker",
    "a mark of a merge that was not finished",
    "keep one side, remove the lines with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`",
)
WIDE_COLON: Final = Message(
    "yaml-lookalike", "this is a full-width colon `\uff1a`, not `:`", "write `: ` with a space behind it"
)
WIDE_SPACE: Final = Message(
    "yaml-lookalike", "this is {character}, which looks like a space and is none", "write plain spaces"
)
WIDE_MARK: Final = Message(
    "yaml-lookalike", "this is `{character}`, not `{plain}`: YAML takes it for text", "write `{plain}`"
)
GLUED: Final = Message(
    "yaml-syntax", "a `:` without a space behind it does not end a key", "write a space between `{key}:` and its value"
)
EQUALS: Final = Message("yaml-syntax", "a `=` does not end a key", "write `{key}: ` and its value")

FENCE: Final = Message("yaml-syntax", "this is the edge of a code block in Markdown", "remove the line")
COMMENT_SIGN: Final = Message("yaml-syntax", "`{sign}` does not begin a comment", "write `# ` instead")

# Of marks and of mistakes: each place is counted from the start of the file.
_MOST_NAMED: Final = 100

# Nobody types longer lines, so the expressions below need not be quick on them.
_LONGEST: Final = 2_000

_CONFLICT: Final = re.compile(r"(?<![^\r\n])(?:<{7}(?=\s|\Z)|={7}(?=[ \t]*(?:[\r\n]|\Z))|>{7}(?=\s|\Z)|\|{7}(?=\s|\Z))")
CONFLICT_SIGNS: Final = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_WIDE_BLANKS: Final = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000"
_LOOKALIKE: Final = re.compile(
    rf"^ *(?:- +)?[A-Za-z0-9_-]+ *(\uff1a)|^ *([{_WIDE_BLANKS}])|^ *(?:- +)?[A-Za-z0-9_-]+:([{_WIDE_BLANKS}])",
    re.MULTILINE,
)

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
# Texts from here on: they are compiled when a file that cannot be read is looked at, which hardly one is.
_HIDDEN: Final = r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|(?:(?<=\s)|^)#.*"
_KEY: Final = r"([A-Za-z_][A-Za-z0-9_-]*)"
_COMMAS: Final = "\uff0c\u3001\uff1b;"
_OPENING: Final = "{[\uff5b\uff3b\u3010"
_CLOSING: Final = "\uff5d\uff3d\u3011"
_QUOTES: Final = "\u201c\u201d\u2018\u2019\uff02\uff07\u300c\u300d\u300e\u300f"
_PLAIN: Final = {
    **dict.fromkeys(_COMMAS, ","),
    **dict.fromkeys("\uff5b", "{"),
    **dict.fromkeys("\uff5d", "}"),
    **dict.fromkeys("\uff3b\u3010", "["),
    **dict.fromkeys("\uff3d\u3011", "]"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys("\u2018\u2019\uff07", "'"),
}

_FOREIGN: Final = r" *(?:(```|~~~)|(//|/\*|--(?!-)|;)|\{[{%])"

# The sign that follows belongs to a key that has its colon.
_NOT_IN_A_KEY: Final = r"(?![^\s,]*:(?:\s|$))"
_START: Final = r"^ *(?:- +)*"
_IN_BLOCK: Final = rf"{_START}{_KEY}(?: *([=\uff1d])(?!=)|(:)(?=[^\s:/]|/[^/])){_NOT_IN_A_KEY}"
_ENTRY: Final = rf"[{re.escape(_OPENING)},{_COMMAS}] *"
_IN_BRACKETS: Final = rf"{_ENTRY}{_KEY}(?: *([=\uff1d])(?!=)| *(\uff1a)|(:)(?=[^\s:/,\]}}]|/[^/])){_NOT_IN_A_KEY}"
_COMMA: Final = rf"[{_COMMAS}](?= *{_KEY} *[:\uff1a=]|[ \t]*$)"
_WIDE_BRACKET: Final = rf"(?:{_START}|[:\uff1a,{re.escape(_OPENING)}] *)[\uff5b\uff3b\u3010]"
_WIDE_CLOSING: Final = rf"[{_CLOSING}]"
_WIDE_QUOTE: Final = (
    rf"(?:{_START}|[:\uff1a,{re.escape(_OPENING)}{_COMMAS}] *)[{_QUOTES}]"
    rf"|[{_QUOTES}](?= *(?:[:\uff1a,{_COMMAS}\]}}{_CLOSING}]|$))"
)

_PAIRS: Final = {"[": "]", "{": "}"}
_SIGNS: Final = frozenset("[]{}")
_BRACKET: Final = re.compile(
    r"(?<=\s)#[^\r\n]*|(?<=[\s,\[\]{}:])(?:\"(?:\\.|[^\"\\])*+\"|'(?:''|[^'])*+')|[\[\]{}]", re.DOTALL
)
_ENDS_A_KEY: Final = r":(?=[\s,\]}]|\Z)"


def conflict_markers(text: str) -> list[Problem]:
    """Return the marks of a merge that was not finished, each kind by itself too: at the margin they are no YAML."""
    return [
        Problem(*place_after(text[: found.start()]), CONFLICT)
        for found in islice(_CONFLICT.finditer(text), _MOST_NAMED)
    ]


def lookalikes(text: str) -> list[Problem]:
    """Return the characters beside keys that look like a colon or a space and are none, each at its own place."""
    found = []
    for match in islice(_LOOKALIKE.finditer(text), _MOST_NAMED):
        character = next(group for group in match.groups() if group)
        index = match.end() - 1
        rule = WIDE_COLON if character == "\uff1a" else WIDE_SPACE.given(character=f"U+{ord(character):04X}")
        found.append(Problem(*place_after(text[:index]), rule))
    return found


class TextLines:
    """The lines of a text by their number from 1, without a copy of them all."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("Q", [0])
        self._starts.extend(found.end() for found in _LINE_END.finditer(text))

    def __getitem__(self, number: int) -> str:
        """Return the front of a line without its end; beyond the text there are empty ones."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        start = self._starts[number - 1]
        return self._text[start : min(end, start + _LONGEST)].rstrip("\r\n")

    def suspects(self, problem: Problem) -> Iterator[int]:
        """Yield the lines that a syntax error may come from: its own, and the one above if that is no whole entry.

        A colon that is no key's has its key's text taken for the end of what is above; where a key is not expected, a
        comment ended a text above that is indented as the key is.
        """
        yield problem.line
        line, index = self[problem.line], problem.column - 1
        is_no_keys_colon = line[index : index + 1] == ":" and ":" not in line[:index]
        if not is_no_keys_colon and index != _indent(line):
            return
        for number in range(problem.line - 1, max(problem.line - _MOST_NAMED, 0), -1):
            above = self[number]
            if above.strip() and not above.lstrip().startswith("#"):
                if is_no_keys_colon or (_indent(above) == index and above[index] != "-"):
                    yield number
                return


def mistakes(lines: TextLines, last: Problem | None, odd: Iterable[int]) -> list[Problem]:
    """Return what was typed by mistake where the last syntax error comes from, and on lines that were read oddly.

    What is like it on the lines right above and below is named too.
    """
    found: dict[int, list[Problem]] = {}
    for number in lines.suspects(last) if last else ():
        found[number] = list(_in_line(lines[number], number, in_brackets=last is not None and last.rule is COLON))
    for number in dict.fromkeys(odd):
        found[number] = list(_in_line(lines[number], number, in_brackets=False))
    for number in [number for number, there in found.items() if there]:
        for step in (-1, 1):
            _spread(found, lines, number, step)
    return [problem for number in sorted(found) for problem in found[number]]


def _spread(found: dict[int, list[Problem]], lines: TextLines, number: int, step: int) -> None:
    indent = _indent(lines[number])
    for near in range(number + step, number + step * _MOST_NAMED, step):
        if near in found or _indent(lines[near]) != indent or not re.match(_IN_BLOCK, _masked(lines[near])):
            return
        found[near] = list(_in_line(lines[near], near, in_brackets=False))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _masked(line: str) -> str:
    """Return a line with letters in the place of what is in quotes, or is a comment behind a space."""
    return re.sub(_HIDDEN, lambda found: (" " if found[0][0] == "#" else "x") * len(found[0]), line)


def _in_line(line: str, number: int, *, in_brackets: bool) -> Iterator[Problem]:
    masked = _masked(line)
    if foreign := re.match(_FOREIGN, masked):
        fence, sign = foreign.groups()
        rule = FENCE if fence else COMMENT_SIGN.given(sign=sign) if sign else TEMPLATE
        yield Problem(number, _indent(line) + 1, rule)
        return
    in_brackets = in_brackets or any(sign in masked for sign in _OPENING)
    entries = [re.match(_IN_BLOCK, masked), *(re.finditer(_IN_BRACKETS, masked) if in_brackets else ())]
    for entry in islice(filter(None, entries), _MOST_NAMED):
        sign = entry[entry.lastindex or 0]
        key = line[entry.start(1) : entry.end(1)].strip("\"'")
        rules = {
            "=": EQUALS.given(key=key),
            "\uff1d": EQUALS.given(key=key),
            ":": GLUED.given(key=key),
            "\uff1a": WIDE_COLON,
        }
        yield Problem(number, entry.end(), rules[sign])
    marks = [*re.finditer(_WIDE_QUOTE, masked)]
    if in_brackets:
        wide = [*re.finditer(_WIDE_BRACKET, masked)]
        marks += [
            *re.finditer(_COMMA, masked),
            *wide,
            *(re.finditer(_WIDE_CLOSING, masked) if wide or "{" in masked else ()),
        ]
    for at in islice(sorted(mark.end() - 1 for mark in marks), _MOST_NAMED):
        yield Problem(number, at + 1, WIDE_MARK.given(character=masked[at], plain=_PLAIN[masked[at]]))


def bracket_mistake(text: str, start: int | None, column: int, stopped: int, problem: Problem) -> Problem:
    """Return what is wrong with brackets where a parser stopped, else the problem that it had there.

    ``start`` is where the outermost bracket around that place is, ``None`` where there is none, and ``column`` that of
    the block around it, from 0.
    """
    if start is None:
        return _behind_an_end(text, stopped, problem)
    unclosed = _unclosed(text, start, stopped)
    if unclosed is not None:
        return unclosed
    at, rule = _without_comma(text, start, stopped, problem)
    indent = at - 1 - max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
    if rule is ENTRY_END and indent <= column and not text[at - indent : at].strip():
        # It goes on where the block around does, and a bracket far below only seems to close it.
        return _unclosed(text[:at], start, at) or problem
    return problem if rule is problem.rule else Problem(*place_after(text[:at]), rule)


def _behind_an_end(text: str, stopped: int, problem: Problem) -> Problem:
    sign = text[stopped : stopped + 1]
    if sign and sign in "]}":
        return Problem(problem.line, problem.column, BRACKET_ALONE.given(sign=sign))
    before = text[:stopped].rstrip(" \t")[-1:]
    if problem.rule is KEY_EXPECTED and before and before in "]}\"'":
        return Problem(problem.line, problem.column, TEXT_BEHIND.given(sign=before))
    return problem


def _unclosed(text: str, start: int, stopped: int) -> Problem | None:
    """Return the bracket that is open where a parser stopped and that nothing further down closes, if there is one."""
    found: Iterator[re.Match[str]] = (match for match in _BRACKET.finditer(text, start) if match[0] in _SIGNS)
    stack: list[int] = []
    for match in found:
        if match.start() > stopped:
            found = chain((match,), found)
            break
        if match[0] in _PAIRS:
            stack.append(match.start())
        elif stack and _PAIRS[text[stack[-1]]] != match[0]:
            return _met(text, stack[-1], match.start())
        elif stack:  # a tag before the first one may hold any sign
            stack.pop()
    around = _still_open(text, stack, found)
    if not around:
        return None
    given = {"opening": text[around[-1]], "closing": _PAIRS[text[around[-1]]]}
    return Problem(*place_after(text[: around[-1]]), BRACKET_OPEN.given(**given))


def _still_open(text: str, around: list[int], found: Iterator[re.Match[str]]) -> list[int]:
    """Return those of the open brackets that what is found below does not close.

    It may be text that only looks like brackets, so what does not fit closes nothing.
    """
    below: list[str] = []
    for match in found if around else ():
        if match[0] in _PAIRS:
            below.append(match[0])
            continue
        while below and _PAIRS[below[-1]] != match[0]:
            below.pop()
        if below:
            below.pop()
        elif _PAIRS[text[around[-1]]] == match[0]:
            around.pop()
            if not around:
                break
    return around


def _met(text: str, opened: int, other: int) -> Problem:
    sign, line = text[opened], place_after(text[:other])[0]
    rule = BRACKET_OTHER.given(opening=sign, closing=_PAIRS[sign], other=text[other], line=line)
    return Problem(*place_after(text[:opened]), rule)


def _without_comma(text: str, start: int, stopped: int, problem: Problem) -> tuple[int, Message]:
    """Return where what a parser stopped at begins, and what is wrong with it.

    Without a comma before it, a key without quotes becomes a part of the value before it.
    """
    if problem.rule is not COLON or not re.compile(_ENDS_A_KEY).match(text, stopped):
        return stopped, problem.rule
    masked = _BRACKET.sub(lambda found: found[0] if found[0] in "[]{}" else "x" * len(found[0]), text[start:stopped])
    entry = re.split(r"[\[\]{},]", masked)[-1]
    *keys, value = re.split(_ENDS_A_KEY, entry)
    words = value.split()
    if not keys or not words:
        return stopped, problem.rule
    if len(words) == 1:
        return stopped, SECOND_COLON
    return stopped - len(value) + len(value.rstrip()) - len(words[-1]), ENTRY_END
