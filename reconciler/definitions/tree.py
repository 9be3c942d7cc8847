"""One file as plain Python data and the marks of where everything stands."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from reconciler.definitions.builder import Builder, StopReading
from reconciler.definitions.events import events_of
from reconciler.definitions.marks import Marks
from reconciler.definitions.problem import Problem
from reconciler.definitions.syntax import syntax_problem


class Tree(NamedTuple):
    """One file as data. ``complete`` is false where reading had to stop; ``empty`` where the file holds no document."""

    data: Any
    marks: Marks
    problems: list[Problem]
    place: tuple[int, int]
    complete: bool
    empty: bool


def build_tree(text: str, *, pure: bool = False) -> Tree:
    """Read a YAML text. Never raises for what the text holds; ``pure`` chooses PyYAML's parser without libyaml."""
    pure = pure or not yaml.__with_libyaml__
    builder = Builder(pure=pure)
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


def _tree(builder: Builder, *, complete: bool) -> Tree:
    root = builder.root
    if not root.items:
        return Tree(None, builder.marks, builder.problems, (1, 1), complete, empty=True)
    line, column = root.places[:2]
    return Tree(root.items[0], builder.marks, builder.problems, (line + 1, column + 1), complete, empty=False)
