"""The schema's verdict on a document: a fast yes or no first, and every broken rule only where the answer is no.

``x-rule`` in the schema names the rule that a part of it stands for; it is what messages are chosen by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.definitions.messages import RULES, RuleCase, Wording, fitting_words, wrong_type, wrong_word
from reconciler.schemas import schema, validator
from reconciler.text import listed, nearest, printable, quoted
from reconciler.yaml12.nodes import Place
from reconciler.yaml12.problems import Problem
from reconciler.yaml12.reader import Tree

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


class Violation(NamedTuple):
    """A broken rule. ``path`` leads to ``value``; ``keyword`` and ``demand`` are the schema's, ``rule`` its ``x-rule``.

    For ``required`` and ``additionalProperties`` the path leads to the mapping, and ``name`` is the key in question.
    """

    path: tuple[str, ...]
    keyword: str
    rule: str
    value: Any
    demand: Any
    name: str = ""


def is_valid(document: Any) -> bool:
    """Whether a document obeys the schema."""
    return validator("signatures").is_valid(document)


def broken_rules(document: Any) -> Iterator[Violation]:
    """Yield every rule of the schema that a document breaks; none exactly where ``is_valid`` says yes."""
    for error in _telling_validator().iter_errors(document):
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        path = tuple(str(step) for step in error.absolute_path)
        found = Violation(path, str(error.validator), schema.get("x-rule", ""), error.instance, error.validator_value)
        yield from _one_each(found, schema)


def _one_each(found: Violation, schema: Mapping[str, Any]) -> Iterator[Violation]:
    """Split what the validator says of a whole mapping into its keys."""
    if found.keyword == "additionalProperties":
        for name in found.value:
            if name not in schema["properties"]:
                yield found._replace(name=name, demand=tuple(schema["properties"]))
    elif found.keyword == "required":
        for name in found.demand:
            if name not in found.value:
                yield found._replace(name=name)
    else:
        yield found


@cache
def _telling_validator() -> Validator:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415  # loaded only where something is wrong

    kind = validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # not in its stubs
    telling: Validator = kind(schema("signatures"))
    return telling


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    """Check a pattern as the schema's dialect means it, where ``$`` is the very end, not also before a last newline."""
    from jsonschema import ValidationError  # noqa: PLC0415  # as above

    if isinstance(instance, str) and not re.search(_python_pattern(pattern), instance):
        yield ValidationError(f"does not match {pattern}")


@cache
def _python_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z"))


# From broken rules of the schema to problems: the right words at the right place, one for each thing to mend.


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

    def write(self, broken: Iterable[Violation]) -> list[Problem]:
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

    def _is_known(self, rule: Violation) -> bool:
        """Whether the value in question was refused while reading already."""
        marks, data = self._tree.marks, self._tree.data
        for step in rule.path:
            if marks.is_broken(data, step):
                return True
            data = data[step]
        if rule.keyword == "required":
            return marks.is_partial(data)
        return bool(rule.name) and marks.is_broken(data, rule.name)

    def _problem(self, rule: Violation) -> Problem:
        wording = self._wording(rule)
        return Problem(*self._place(rule, wording.code), *wording)

    def _wording(self, rule: Violation) -> Wording:
        field = printable(rule.path[-1]) if rule.path else "the file"
        case = RuleCase(field, rule.value, self._signature(rule.path), self._site)
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

    def _place(self, rule: Violation, code: str) -> Place:
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
            return quoted(self._mapping(path)).strip("`")
        return match[0]


def _strength(problem: Problem) -> int:
    return _STRONGEST.index(problem.code) if problem.code in _STRONGEST else len(_STRONGEST)


def _unknown_key(rule: Violation) -> Wording:
    known = tuple(rule.demand)
    guess = nearest(rule.name, known)
    hint = f"did you mean `{guess}`?" if guess else f"the keys here are {listed(known, last='and')}"
    return Wording("unknown-key", f"{_owner(rule.path)} has no field {quoted(rule.name)}", hint)


def _owner(path: tuple[str, ...]) -> str:
    if not path:
        return "the file"
    return f"the signature {quoted(path[-1])}" if path[0] == "signatures" else f"`{path[-1]}`"
