"""From the parser's events to data and positions, without recursion: nesting is a list of open nodes with a bound."""

# An alias may refer to a single value only, so that nothing can be multiplied by naming it.

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from sys import intern
from typing import Any, Final

import yaml

from reconciler.diagnostics import Message
from reconciler.yaml12 import problems
from reconciler.yaml12.mistakes import bracket_mistake
from reconciler.yaml12.nodes import OpenNode, Positions
from reconciler.yaml12.problems import (
    MAX_ALIASED_CHARS,
    MAX_INTEGER_DIGITS,
    MAX_PROBLEMS,
    MERGE_KEY,
    Problem,
    too_many_problems,
)
from reconciler.yaml12.tabs import TAB_IN_TEXT
from reconciler.yaml12.whitespace import in_flow_layout, in_scalar_layout, is_suspicious, over_lines, takes_lines

Scalar = str | int | float | bool | None
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS: Final = frozenset("+-.0123456789")
_DECIMAL: Final = re.compile(rf"[-+]?(?:0|[1-9][0-9]{{0,{MAX_INTEGER_DIGITS - 1}}})")
_OCTAL: Final = re.compile(rf"0o[0-7]{{1,{MAX_INTEGER_DIGITS}}}")
_HEXADECIMAL: Final = re.compile(rf"0x[0-9a-fA-F]{{1,{MAX_INTEGER_DIGITS}}}")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)

# What a bracket that is not closed may lead to, somewhere below it.
_BY_BRACKETS: Final = frozenset({"yaml-syntax", "yaml-unsupported"})


class Anchors:
    """The anchors of one file so far, and how much text their aliases have added."""

    def __init__(self) -> None:
        self._values: dict[str, Scalar] = {}
        self._containers: set[str] = set()
        self._used_chars = 0

    def define(self, name: str, value: Scalar) -> None:
        """Remember a single value; a later anchor of the same name replaces an earlier one."""
        self._values[name] = value
        self._containers.discard(name)

    def define_container(self, name: str) -> None:
        """Remember that a name refers to a mapping or a list."""
        self._containers.add(name)

    def use(self, name: str) -> tuple[Scalar, Message | None]:
        """Return the value that an alias refers to, or what is wrong with it."""
        if name in self._containers:
            return None, problems.ALIAS_OF_CONTAINER
        if name not in self._values:
            return None, problems.ALIAS_UNKNOWN
        value = self._values[name]
        self._used_chars += len(value) if isinstance(value, str) else 1
        if self._used_chars > MAX_ALIASED_CHARS:
            return None, problems.ALIASES_TOO_LONG
        return value, None


class StopReading(Exception):
    """The file must not be read any further."""


class Composer:
    """Takes events one by one. ``_top`` is the innermost open node, ``_outer`` are those around it.

    ``pure``: the events come from a parser that lets halves of characters through. ``repaired``: tabs of block text
    have a stand-in.
    """

    def __init__(self, text: str, *, pure: bool, repaired: bool) -> None:
        self._repaired = repaired
        self._text = text
        self._pure = pure
        self.problems: list[Problem] = []
        self.positions = Positions()
        self.root = self._top = OpenNode(keyed=False)
        self._outer: list[OpenNode] = []
        # Columns of the blocks around what comes next, from 0, and the start of the outermost brackets around it.
        self._blocks = [-1]
        self._flow: tuple[Any, int] | None = None
        self._documents = 0
        # The last text in quotes that went on over lines up to another text, and the line that it ended on, from 1.
        self._quoted: tuple[Problem, int] | None = None
        self._not_nodes = 0
        self._anchors = Anchors()
        self._handlers: dict[type, Callable[[Any], None]] = {
            yaml.StreamStartEvent: self._pass,
            yaml.DocumentStartEvent: self._document,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.AliasEvent: self._alias,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.DocumentEndEvent: self._pass,
            yaml.StreamEndEvent: self._pass,
        }

    def feed(self, events: Iterator[Any]) -> None:
        """Take the events in their order. Raises StopReading."""
        self._take(islice(events, problems.MAX_NODES))
        for before, event in enumerate(events, problems.MAX_NODES):
            self._check_count(before, event)
            self._take((event,))

    def _take(self, events: Iterable[Any]) -> None:
        # Nearly all are ordinary scalars, and those are taken right here: a call for each would be a third of all time.
        scalar: type[Any] = yaml.ScalarEvent
        handlers, longest = self._handlers, -1 if self._pure else problems.MAX_SCALAR_CHARS
        whole = self._text
        items, places, keyed = self._top.items, self._top.places, self._top.keyed
        for event in events:
            if type(event) is not scalar:
                handlers[type(event)](event)
                items, places, keyed = self._top.items, self._top.places, self._top.keyed
                continue
            text, mark = event.value, event.start_mark
            places.append(mark.line)
            places.append(mark.column)
            if (
                event.tag is not None
                or event.anchor is not None
                or len(text) > longest
                or text == "-"
                or (event.style and is_suspicious(event, whole))
            ):
                self._unusual(event)
            elif not keyed or len(items) & 1:
                items.append(resolve_plain(text) if event.implicit[0] else text)
            elif text == MERGE_KEY:
                self._unusual(event)
            else:
                items.append(intern(text))

    def give_up(self) -> None:
        """Report duplicate keys of what is still open where reading ended early."""
        if len(self.problems) < MAX_PROBLEMS:
            with suppress(StopReading):
                for node in (*self._outer, self._top):
                    self._report(node.duplicates())

    def _report(self, found: Iterable[Problem]) -> None:
        for problem in found:
            self.problems.append(problem)
            if len(self.problems) >= MAX_PROBLEMS:
                self._stop(too_many_problems((problem.line, problem.column)))

    def _stop(self, problem: Problem) -> None:
        self.problems.append(problem)
        raise StopReading

    def _check_count(self, before: int, event: Any) -> None:
        if before - self._not_nodes >= problems.MAX_NODES and isinstance(event, yaml.NodeEvent):
            limit = f"{problems.MAX_NODES:,}"
            self._stop(problems.at(event.start_mark, problems.TOO_MANY_NODES.given(limit=limit)))

    def _pass(self, _event: Any) -> None:
        self._not_nodes += 1

    def _document(self, event: Any) -> None:
        self._not_nodes += 1
        self._documents += 1
        if self._documents > 1:
            self._stop(problems.at(event.start_mark, problems.SECOND_DOCUMENT))

    def _unusual(self, event: Any) -> None:
        """Take a scalar with an anchor or a tag, or one that may be unsupported. Its place was taken before."""
        self._check_quotes(event)
        text, plain, top = event.value, event.implicit[0] and event.tag is None, self._top
        as_key = top.wants_key
        found = list(problems.in_scalar(event, plain_key=plain and as_key))
        found += in_scalar_layout(event, self._text, self._blocks[-1])
        self._report(found)
        if self._repaired and TAB_IN_TEXT in text:
            text = text.replace(TAB_IN_TEXT, "\t")
        if event.anchor is not None:
            self._anchors.define(event.anchor, resolve_plain(text) if plain else text)
        if not as_key:
            top.add(None if found else resolve_plain(text) if plain else text, broken=bool(found))
        elif found:
            top.drop_key()
            top.partial = True
        else:
            top.items.append(intern(text))

    def _check_quotes(self, event: Any) -> None:
        found = over_lines(event)
        if found is None:
            return
        end = event.end_mark
        if self._text[end.index : end.index + 1].strip(" \t\r\n,:]}"):
            self._quoted = found, end.line + 1
        if takes_lines(event, self._text, self._blocks[-1]):
            # Inside and outside of quotes are the wrong way round from here on.
            self._stop(found)

    def fail(self, problem: Problem, stopped: int | None = None) -> None:
        """Take what ended the reading, and where in the text the parser stopped.

        Right behind a text in quotes that went on over lines, it is about that; within brackets perhaps about those.
        """
        if self._quoted is not None and self._quoted[1] == problem.line and problem.code == "yaml-syntax":
            problem = self._quoted[0]
        elif stopped is not None and problem.code in _BY_BRACKETS and problem.rule is not problems.QUOTE_OPEN:
            start = None if self._flow is None else self._flow[0].start_mark.index
            problem = bracket_mistake(self._text, start, self._blocks[-1], stopped, problem)
        self.problems.append(problem)
        self.give_up()

    def _open(self, event: Any) -> None:
        mark, top = event.start_mark, self._top
        if len(self._outer) >= problems.MAX_DEPTH:
            self._stop(problems.at(mark, problems.TOO_DEEP.given(limit=problems.MAX_DEPTH)))
        broken = event.tag is not None
        if broken:
            self._report([problems.at(mark, problems.TAG)])
        top.places += (mark.line, mark.column)
        as_key = top.wants_key
        if as_key:
            top.drop_key()
            is_template = self._text[mark.index - 1 : mark.index + 1] == "{{"
            top.broken = top.broken or is_template
            self._report([problems.at(mark, problems.TEMPLATE if is_template else problems.COMPLEX_KEY)])
        if event.anchor is not None:
            self._anchors.define_container(event.anchor)
        self._enter(event)
        self._outer.append(top)
        self._top = OpenNode(keyed=isinstance(event, yaml.MappingStartEvent), broken=broken, as_key=as_key)

    def _enter(self, event: Any) -> None:
        self._blocks.append(self._blocks[-1] if event.flow_style else event.start_mark.column)
        if event.flow_style and self._flow is None:
            self._flow = event, len(self._blocks)

    def _leave(self, event: Any) -> None:
        if self._flow is not None and self._flow[1] == len(self._blocks):
            self._report(in_flow_layout(self._flow[0], event, self._text, self._blocks[-1]))
            self._flow = None
        self._blocks.pop()

    def _close(self, event: Any) -> None:
        self._not_nodes += 1
        self._leave(event)
        done, self._top = self._top, self._outer.pop()
        data = done.close(self.positions)
        if done.keyed and 2 * len(data) != len(done.items):
            self._report(done.duplicates())
        if not done.as_key:
            self._top.add(data, broken=done.broken)

    def _alias(self, event: Any) -> None:
        mark, top = event.start_mark, self._top
        top.places += (mark.line, mark.column)
        if top.wants_key:
            top.drop_key()
            self._report([problems.at(mark, problems.ALIAS_AS_KEY)])
            return
        value, rule = self._anchors.use(event.anchor)
        if rule is not None and not top.discards:
            self._report([problems.at(mark, rule)])
        top.add(value, broken=rule is not None)


def resolve_plain(text: str) -> Scalar:
    """Return the value of an unquoted, untagged scalar by the core schema of YAML 1.2 (chapter 10.3), not YAML 1.1.

    ``no``, ``on`` and dates are text. Against the letter of the core schema, so is ``0123``: people who write a leading
    zero mean digits, not a number.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text, 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text):
        # Python spells infinity and not-a-number without the dot in front.
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
