"""The events of a YAML text, from libyaml where PyYAML was built with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


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
