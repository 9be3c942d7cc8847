"""From broken rules of the schema to problems: the right words at the right place, one for each thing to mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from reconciler.definitions.marks import Place
from reconciler.definitions.problem import Problem
from reconciler.definitions.rule_wording import RULES, Case, fitting_words
from reconciler.definitions.schema_check import Broken
from reconciler.definitions.tree import Tree
from reconciler.definitions.wording import listed, nearest, printable, shown
from reconciler.definitions.wrong_values import Wording, wrong_type, wrong_word

_AT_KEY: Final = frozenset({"commission-superfluous", "qualification-superfluous"})
_STRONGEST: Final = (
    "commission-superfluous",
    "qualification-superfluous",
    "withdrawn-type",
    "wrong-type",
    "vendor-number",
    "unknown-word",
)
_PLAIN: Final = re.compile(r"[^\s,\[\]{}#]+")


class RuleProblems:
    """Writes the problems of one file. ``lines`` are its lines, ``site`` is the account's where it is known."""

    def __init__(self, tree: Tree, lines: list[str], site: str | None) -> None:
        self._tree, self._lines, self._site = tree, lines, site

    def write(self, broken: Iterable[Broken]) -> list[Problem]:
        """Return the problems behind broken rules. Of several about one value only the most telling is kept."""
        kept: dict[tuple[tuple[str, ...], str], Problem] = {}
        for rule in broken:
            if self._is_known(rule):
                continue
            problem = self._problem(rule)
            subject = (rule.path, rule.name)
            if subject not in kept or _strength(problem) < _strength(kept[subject]):
                kept[subject] = problem
        return list(kept.values())

    def _is_known(self, rule: Broken) -> bool:
        """Whether the value in question was refused while reading already."""
        marks, data = self._tree.marks, self._tree.data
        for step in rule.path:
            if marks.is_broken(data, step):
                return True
            data = data[step]
        if rule.keyword == "required":
            return marks.is_partial(data)
        return bool(rule.name) and marks.is_broken(data, rule.name)

    def _problem(self, rule: Broken) -> Problem:
        wording = self._wording(rule)
        return Problem(*self._place(rule, wording.code), *wording)

    def _wording(self, rule: Broken) -> Wording:
        field = printable(rule.path[-1]) if rule.path else "the file"
        case = Case(field, rule.value, self._signature(rule.path), self._site)
        match rule.keyword:
            case "additionalProperties":
                return _unknown_key(rule)
            case "required" if rule.rule != "commission-missing":
                return Wording("missing-field", f"{_owner(rule.path)} has no `{rule.name}`", f"add `{rule.name}`")
            case "type":
                return wrong_type(field, rule.value, rule.demand, self._written(rule.path))
            case "oneOf":
                return wrong_word(field, rule.value, fitting_words(case))
            case _:
                return RULES[rule.rule](case)

    def _signature(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        if path[:1] != ("signatures",) or len(path) < 2:  # noqa: PLR2004  # the key is the second step
            return {}
        signature = self._tree.data["signatures"][path[1]]
        return signature if isinstance(signature, dict) else {}

    def _place(self, rule: Broken, code: str) -> Place:
        marks = self._tree.marks
        if code == "unknown-key":
            return marks.key(self._mapping(rule.path), rule.name)
        if code == "signature-key":
            return marks.key(self._mapping(rule.path), rule.value)
        if code == "commission-missing":
            return marks.value(self._mapping(rule.path), "sign_purpose")
        if not rule.path:
            return self._tree.place
        parent = self._mapping(rule.path[:-1])
        at_key = code in _AT_KEY or code == "missing-field"
        return marks.key(parent, rule.path[-1]) if at_key else marks.value(parent, rule.path[-1])

    def _mapping(self, path: tuple[str, ...]) -> Any:
        data = self._tree.data
        for step in path:
            data = data[step]
        return data

    def _written(self, path: tuple[str, ...]) -> str:
        """Return a plain scalar as the file spells it, since ``1.10`` is no longer to be seen in the number 1.1."""
        line, column = self._tree.marks.value(self._mapping(path[:-1]), path[-1])
        match = _PLAIN.match(self._lines[line - 1], column - 1) if line <= len(self._lines) else None
        if match is None or match[0][0] in "&*!":
            return shown(self._mapping(path)).strip("`")
        return match[0]


def _strength(problem: Problem) -> int:
    return _STRONGEST.index(problem.code) if problem.code in _STRONGEST else len(_STRONGEST)


def _unknown_key(rule: Broken) -> Wording:
    known = tuple(rule.demand)
    guess = nearest(rule.name, known)
    hint = f"did you mean `{guess}`?" if guess else f"the keys here are {listed(known, last='and')}"
    return Wording("unknown-key", f"{_owner(rule.path)} has no field {shown(rule.name)}", hint)


def _owner(path: tuple[str, ...]) -> str:
    if not path:
        return "the file"
    return f"the signature {shown(path[-1])}" if path[0] == "signatures" else f"`{path[-1]}`"
