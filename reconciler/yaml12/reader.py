"""A YAML text as plain Python data and the positions of it all, parsed by libyaml where PyYAML was built with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple, cast

import yaml

from reconciler.yaml12.composer import Composer, StopReading
from reconciler.yaml12.nodes import Positions
from reconciler.yaml12.problems import MAX_DEPTH, TAB, TOO_DEEP, Place, Problem, place_after, syntax_problem
from reconciler.yaml12.tabs import TAB_IN_TEXT, with_stand_ins

# Characters behind the last event that are searched for levels: a parser looks ahead up to 1,024 on the line.
_LOOKED_THROUGH: Final = 4096

_BLANKS: Final = (" ", "\t")
_LINE_ENDS: Final = ("\r", "\n")

_OPENING_EVENTS: Final = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING_EVENTS: Final = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_OPENING_TOKENS: Final = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
_CLOSING_TOKENS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


def parser_for(text: str | bytes, *, pure: bool = False) -> Any:  # two classes of PyYAML without a common type
    """Return PyYAML's parser for a text: libyaml's, or the several times slower pure one where it is missing."""
    if pure or not yaml.__with_libyaml__:
        return _PureParser(text)
    return yaml.cyaml.CParser(text)  # type: ignore[attr-defined]  # its stubs do not say that it is there


class _PureParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """The parts of PyYAML's loader that end in events, which take tabs where libyaml does."""

    def __init__(self, text: str | bytes) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: yaml.Mark) -> Any:
        """Return a part of a quoted text. The original lets the number of no character out as Python's own error."""
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):
            words = "found invalid Unicode character escape code"
            raise yaml.scanner.ScannerError(
                "while scanning a quoted scalar", start_mark, words, self.get_mark()
            ) from None

    def scan_to_next_token(self) -> None:
        """Pass over what separates tokens; over tabs too, where libyaml does and the original does not."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: int, start_mark: yaml.Mark) -> list[str] | None:
        """Return what is between two words of a text without quotes; tabs are part of it, as they are to libyaml."""
        length = 0
        while self.peek(length) in _BLANKS:
            length += 1
        if "\t" not in self.prefix(length):
            return super().scan_plain_spaces(indent, start_mark)
        blanks = self.prefix(length)
        self.forward(length)
        return super().scan_plain_spaces(indent, start_mark) if self.peek() in _LINE_ENDS else [blanks]

    def scan_block_scalar_indicators(self, start_mark: yaml.Mark) -> tuple[bool | None, int | None]:
        """Return what the header of block text says of its last line breaks and its indentation."""
        try:
            return super().scan_block_scalar_indicators(start_mark)
        except yaml.scanner.ScannerError:
            if self.peek() != "\t":
                raise
        signs = re.split(r"[|>]", self.buffer[self.pointer - 3 : self.pointer])[-1]
        digit = signs.strip("+-")
        return None if signs == digit else "+" in signs, int(digit) if digit else None

    def scan_block_scalar_ignored_line(self, start_mark: yaml.Mark) -> None:
        """Pass over what follows the header of block text."""
        while self.peek() in _BLANKS:
            self.forward()
        super().scan_block_scalar_ignored_line(start_mark)


def events_of(text: str, *, pure: bool = False) -> Iterator[yaml.Event]:
    """Iterate over the events of a text. Raises yaml.YAMLError at the first place that is no YAML."""
    # Asked for one by one, without looking ahead each time whether there is another: after the last comes `None`.
    return iter(parser_for(text, pure=pure).get_event, None)


def end_of_depth(text: str, error: yaml.YAMLError, limit: int, *, pure: bool = False) -> int | None:
    """Return where the text ends with the first level beyond ``limit``, if that is before the place of an error.

    A parser may fail, for a limit of its own that only some releases have, before it has handed out the events of the
    levels that it looked ahead through, so those are counted here.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None or text.count("[", 0, mark.index) + text.count("{", 0, mark.index) < limit:
        return None
    depth, start = _last_event(text, pure=pure)
    for token in _tokens(text[start : mark.index][:_LOOKED_THROUGH]):
        depth += isinstance(token, _OPENING_TOKENS) - isinstance(token, _CLOSING_TOKENS)
        if depth > limit:
            return start + int(token.end_mark.index)
    return None


def _last_event(text: str, *, pure: bool) -> tuple[int, int]:
    """Return how many levels are open behind the last event before the error, and where that event ends."""
    depth, mark = 0, cast("Any", None)  # the marks of both parsers share no type
    with suppress(yaml.YAMLError):
        for event in events_of(text, pure=pure):
            depth += isinstance(event, _OPENING_EVENTS) - isinstance(event, _CLOSING_EVENTS)
            mark = event.end_mark
    return depth, mark.index if mark else 0


def _tokens(text: str) -> Iterator[Any]:
    with suppress(yaml.YAMLError):
        scanner = _PureParser(text)
        # As inside brackets, where indentation has no say: the text is cut out of its surroundings.
        scanner.flow_level = 1
        while not scanner.done:
            scanner.fetch_more_tokens()
            yield scanner.tokens[-1]


class Tree(NamedTuple):
    """A YAML text as data. ``complete`` is false where reading stopped early; ``empty`` where there is no document.

    ``place`` is where the document begins.
    """

    data: Any
    positions: Positions
    problems: list[Problem]
    place: Place
    complete: bool
    empty: bool


def build_tree(text: str, *, pure: bool = False) -> Tree:
    """Read a YAML text. Never raises for what the text holds; ``pure`` chooses PyYAML's parser without libyaml."""
    pure = pure or not yaml.__with_libyaml__
    tree = _read(text, text, pure=pure)
    if TAB_IN_TEXT in text or not any(problem.rule is TAB for problem in tree.problems):
        return tree
    del tree  # large ones are not kept twice
    return _read(text, with_stand_ins(text, partial(events_of, pure=pure)), pure=pure)


def _read(text: str, parsed: str, *, pure: bool) -> Tree:
    """Return the tree of a text. ``parsed``: the same one with stand-ins for tabs that the parsers do not take."""
    composer = Composer(text, pure=pure, repaired=parsed is not text)
    complete = False
    try:
        composer.feed(events_of(parsed, pure=pure))
        complete = True
    except yaml.YAMLError as error:
        end = end_of_depth(parsed, error, MAX_DEPTH, pure=pure)
        if end is not None and end < len(text):
            return build_tree(text[:end], pure=pure)
        if end is None:
            mark = getattr(error, "problem_mark", None)
            composer.fail(syntax_problem(error, parsed), mark.index if mark is not None else None)
        else:
            composer.fail(_too_deep_at_the_end(text))
    except StopReading:
        composer.give_up()
    return _tree(composer, complete=complete)


def _too_deep_at_the_end(text: str) -> Problem:
    return Problem(*place_after(text[:-1]), TOO_DEEP.given(limit=MAX_DEPTH))


def _tree(composer: Composer, *, complete: bool) -> Tree:
    root = composer.root
    if not root.items:
        return Tree(None, composer.positions, composer.problems, (1, 1), complete, empty=True)
    line, column = root.places[:2]
    place = line + 1, column + 1
    return Tree(root.items[0], composer.positions, composer.problems, place, complete, empty=False)
