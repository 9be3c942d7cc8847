"""A YAML text as plain Python data and the positions of it all, parsed by libyaml where PyYAML was built with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple, cast

import yaml

from reconciler.yaml12.composer import Composer, StopReading
from reconciler.yaml12.nodes import Positions
from reconciler.yaml12.problems import MAX_DEPTH, TAB, TOO_DEEP, Place, Problem, place_after, syntax_problem
from reconciler.yaml12.whitespace import TAB_IN_TEXT, without_tab

# Characters behind the last event that are searched for levels: a parser looks ahead up to 1,024 on the line.
_LOOKED_THROUGH: Final = 4096

# Tabs that are set right before a file counts as one that is full of them: each takes reading it anew.
_MOST_REPAIRS: Final = 100

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
    """The parts of PyYAML's loader that end in events."""

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


def build_tree(text: str, *, pure: bool = False, repairs: int = _MOST_REPAIRS) -> Tree:
    """Read a YAML text. Never raises for what the text holds; ``pure`` chooses PyYAML's parser without libyaml.

    Of the tabs that YAML allows and the parsers do not, ``repairs`` are set right.
    """
    pure = pure or not yaml.__with_libyaml__
    is_repaired = repairs < _MOST_REPAIRS
    composer = Composer(text, pure=pure, repaired=is_repaired)
    complete = False
    try:
        composer.feed(events_of(text, pure=pure))
        complete = True
    except yaml.YAMLError as error:
        end = end_of_depth(text, error, MAX_DEPTH, pure=pure)
        if end is not None and end < len(text):
            return build_tree(text[:end], pure=pure)
        problem = syntax_problem(error, text) if end is None else _too_deep_at_the_end(text)
        may_repair = problem.rule is TAB and repairs and (is_repaired or TAB_IN_TEXT not in text)
        repaired = without_tab(text, problem) if may_repair else None
        if repaired is not None:
            return build_tree(repaired, pure=pure, repairs=repairs - 1)
        composer.problems.append(problem)
        composer.give_up()
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
