"""A YAML text as plain Python data and the positions of it all, parsed by libyaml where PyYAML was built with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import yaml

from reconciler.yaml12.composer import Composer, StopReading
from reconciler.yaml12.nodes import Positions
from reconciler.yaml12.problems import LIBYAML_TOO_DEEP, Place, Problem, syntax_problem


def parser_for(text: str, *, pure: bool = False) -> Any:  # two classes of PyYAML without a common type
    """Return PyYAML's parser for a text: libyaml's, or the several times slower pure one where it is missing."""
    if pure or not yaml.__with_libyaml__:
        return _PureParser(text)
    return yaml.cyaml.CParser(text)  # type: ignore[attr-defined]  # its stubs do not say that it is there


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


_READ_AGAIN_CHARS: Final = 100_000


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
    composer = Composer(pure=pure)
    complete = False
    try:
        composer.feed(events_of(text, pure=pure))
        complete = True
    except yaml.YAMLError as error:
        if not pure and _is_too_deep(error):
            return build_tree(text, pure=True)
        composer.problems.append(syntax_problem(error, text))
        composer.give_up()
    except StopReading:
        composer.give_up()
    return _tree(composer, complete=complete)


def _is_too_deep(error: yaml.YAMLError) -> bool:
    """Whether libyaml, which reads ahead, found a nesting too deep before the composer could, in a part that is short.

    The other parser finds it at the place where our own bound is, whichever release of libyaml there is. A long part is
    not read again, since that parser is several times slower.
    """
    mark = getattr(error, "problem_mark", None)
    return LIBYAML_TOO_DEEP in str(error) and mark is not None and mark.index < _READ_AGAIN_CHARS


def _tree(composer: Composer, *, complete: bool) -> Tree:
    root = composer.root
    if not root.items:
        return Tree(None, composer.positions, composer.problems, (1, 1), complete, empty=True)
    line, column = root.places[:2]
    place = line + 1, column + 1
    return Tree(root.items[0], composer.positions, composer.problems, place, complete, empty=False)
