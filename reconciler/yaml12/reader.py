"""The events of a YAML text, from libyaml where PyYAML was built with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from reconciler.yaml12.composer import Composer, StopReading
from reconciler.yaml12.nodes import Positions
from reconciler.yaml12.problems import Problem, syntax_problem


def parser_for(text: str, *, pure: bool = False) -> Any:  # two classes of PyYAML without a common type
    """Return PyYAML's parser for a text: libyaml's, or the several times slower pure one where it is missing."""
    if pure or not yaml.__with_libyaml__:
        return _PureParser(text)
    from yaml._yaml import CParser  # noqa: PLC0415  # exists only in builds with libyaml

    return CParser(text)


class _PureParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """The parts of PyYAML's loader that end in events."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def events_of(text: str, *, pure: bool = False) -> Iterator[yaml.Event]:
    """Iterate over the events of a text. Raises yaml.YAMLError at the first place that is no YAML."""
    # Asked for one by one, without looking ahead each time whether there is another: after the last comes `None`.
    return iter(parser_for(text, pure=pure).get_event, None)


# One file as plain Python data and the marks of where everything stands.


class Tree(NamedTuple):
    """One file as data. ``complete`` is false where reading had to stop; ``empty`` where the file holds no document."""

    data: Any
    marks: Positions
    problems: list[Problem]
    place: tuple[int, int]
    complete: bool
    empty: bool


def build_tree(text: str, *, pure: bool = False) -> Tree:
    """Read a YAML text. Never raises for what the text holds; ``pure`` chooses PyYAML's parser without libyaml."""
    pure = pure or not yaml.__with_libyaml__
    builder = Composer(pure=pure)
    complete = False
    try:
        builder.feed(events_of(text, pure=pure))
        complete = True
    except yaml.YAMLError as error:
        builder.problems.append(syntax_problem(error, text))
        builder.give_up()
    except StopReading:
        builder.give_up()
    return _tree(builder, complete=complete)


def _tree(builder: Composer, *, complete: bool) -> Tree:
    root = builder.root
    if not root.items:
        return Tree(None, builder.marks, builder.problems, (1, 1), complete, empty=True)
    line, column = root.places[:2]
    return Tree(root.items[0], builder.marks, builder.problems, (line + 1, column + 1), complete, empty=False)
