"""From events to plain Python data and marks, without recursion: nesting is a list of frames, and it has a bound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from sys import intern
from typing import Any, Final, NamedTuple

import yaml

from reconciler.definitions import bounds
from reconciler.definitions.aliases import Anchors
from reconciler.definitions.events import events_of
from reconciler.definitions.frames import MappingFrame, RootFrame, SequenceFrame
from reconciler.definitions.marks import Marks
from reconciler.definitions.problem import Problem, too_many_problems
from reconciler.definitions.scalars import resolve_plain
from reconciler.definitions.syntax import HALF_A_CHARACTER, syntax_problem

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_TEXT_TAGS: Final = frozenset({"!", "tag:yaml.org,2002:str"})

Frame = RootFrame | MappingFrame | SequenceFrame


class Tree(NamedTuple):
    """One file as data. ``complete`` is false where reading had to stop; ``empty`` where the file holds no document."""

    data: Any
    marks: Marks
    problems: list[Problem]
    place: tuple[int, int]
    complete: bool
    empty: bool


class _StopReading(Exception):
    """The file must not be read any further."""


def build_tree(text: str, *, pure: bool = False) -> Tree:
    """Read a YAML text. Never raises for what the text holds; ``pure`` chooses PyYAML's parser without libyaml."""
    builder = _Builder()
    complete = False
    try:
        builder.feed(events_of(text, pure=pure))
        complete = True
    except yaml.YAMLError as error:
        builder.problems.append(syntax_problem(error, text))
    except _StopReading:
        pass
    root = builder.root
    return Tree(root.data, builder.marks, builder.problems, root.place, complete, root.empty)


class _Builder:
    """Takes events one by one. ``top`` is the innermost open mapping or sequence."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.marks = Marks()
        self.root = RootFrame()
        self.top: Frame = self.root
        self._outer: list[Frame] = []
        self._nodes = 0
        self._documents = 0
        self._anchors = Anchors()
        self._handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def feed(self, events: Iterable[Any]) -> None:
        """Take the events in their order."""
        handlers = self._handlers
        for event in events:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)

    def _stop(self, mark: Any, code: str, message: str, hint: str) -> None:
        self._note(mark, code, message, hint)
        raise _StopReading

    def _note(self, mark: Any, code: str, message: str, hint: str) -> None:
        self._report(Problem(mark.line + 1, mark.column + 1, code, message, hint))

    def _report(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= bounds.MAX_PROBLEMS:
            self.problems.append(too_many_problems(problem.line, problem.column))
            raise _StopReading

    def _count(self, mark: Any) -> None:
        self._nodes += 1
        if self._nodes > bounds.MAX_NODES:
            self._too_many(mark)

    def _too_many(self, mark: Any) -> None:
        limit = f"{bounds.MAX_NODES:,}"
        self._stop(mark, "yaml-too-many-nodes", f"the file holds more than {limit} keys and values", "split it")

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(
                event.start_mark,
                "yaml-several-documents",
                "a second document begins here, and a definition file holds one",
                "take away the `---`, or move this part to a file of its own",
            )

    def _scalar(self, event: Any) -> None:
        # Nearly all of a file is scalars, so what few of them need is left to other methods.
        mark, text, plain, top, broken = event.start_mark, event.value, event.implicit[0], self.top, False
        self._nodes += 1
        if self._nodes > bounds.MAX_NODES:
            self._too_many(mark)
        if (
            event.tag is not None
            or event.anchor is not None
            or not text.isascii()
            or len(text) > bounds.MAX_SCALAR_CHARS
        ):
            plain, broken = self._unusual(event)
        if isinstance(top, MappingFrame) and top.wants_key:
            key = "" if broken else intern(text)
            problem = top.set_key(key, mark.line + 1, mark.column + 1, merge=plain and text == "<<")
            if problem is not None:
                self._report(problem)
        else:
            value = None if broken else resolve_plain(text) if plain else text
            top.add(value, mark.line + 1, mark.column + 1, broken=broken)

    def _unusual(self, event: Any) -> tuple[bool, bool]:
        """Return whether a scalar is plain, and whether it is refused."""
        text, plain = event.value, event.implicit[0] and event.tag is None
        broken = len(text) > bounds.MAX_SCALAR_CHARS and self._too_long(event.start_mark)
        broken = self._tagged(event) or broken
        broken = self._half_a_character(event) or broken
        if event.anchor is not None:
            self._anchors.define(event.anchor, resolve_plain(text) if plain else text)
        return plain, broken

    def _too_long(self, mark: Any) -> bool:
        limit = f"{bounds.MAX_SCALAR_CHARS:,}"
        self._note(mark, "yaml-scalar-too-long", f"this text is longer than {limit} characters", "shorten it")
        return True

    def _half_a_character(self, event: Any) -> bool:
        """Whether escapes made a lone surrogate, which no encoding can write; libyaml refuses it by itself."""
        if event.value.isascii() or not _SURROGATES.search(event.value):
            return False
        self._note(event.start_mark, *HALF_A_CHARACTER)
        return True

    def _tagged(self, event: Any) -> bool:
        """Whether the event carries a tag that is not read; ``!!str`` is, being the long way to quote a scalar."""
        if event.tag is None or (event.tag in _TEXT_TAGS and isinstance(event, yaml.ScalarEvent)):
            return False
        self._note(event.start_mark, "yaml-tag", "a YAML tag stands here, and tags are not read", "take the tag away")
        return True

    def _open(self, event: Any) -> None:
        mark = event.start_mark
        self._count(mark)
        if len(self._outer) >= bounds.MAX_DEPTH:
            message = f"nested more than {bounds.MAX_DEPTH} levels deep"
            self._stop(mark, "yaml-too-deep", message, "a definition needs three levels")
        broken = event.tag is not None and self._tagged(event)
        as_key = self._drops_key(mark, "yaml-complex-key", "a mapping or a list", "write a plain word as the key")
        if event.anchor is not None:
            self._anchors.define_container(event.anchor)
        kind = MappingFrame if isinstance(event, yaml.MappingStartEvent) else SequenceFrame
        self._outer.append(self.top)
        self.top = kind(mark.line + 1, mark.column + 1, broken=broken, as_key=as_key)

    def _drops_key(self, mark: Any, code: str, what: str, hint: str) -> bool:
        """Whether a key belongs here; if so, what stands in its place is refused, and its value will be let go of."""
        if not isinstance(self.top, MappingFrame) or not self.top.wants_key:
            return False
        self._note(mark, code, f"{what} stands where a key belongs", hint)
        self.top.drop_key()
        return True

    def _close(self, _event: Any) -> None:
        done = self.top
        done.finish(self.marks)
        self.top = self._outer.pop()
        if not done.as_key:
            self.top.add(done.data, done.line, done.column, broken=done.broken)

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        self._count(mark)
        if self._drops_key(mark, "yaml-alias", "an alias", "write the key out"):
            return
        value, trouble = self._anchors.use(event.anchor)
        discarded = isinstance(self.top, MappingFrame) and self.top.discards
        if trouble is not None and not discarded:
            self._note(mark, "yaml-alias", *trouble)
        self.top.add(value, mark.line + 1, mark.column + 1, broken=trouble is not None)
