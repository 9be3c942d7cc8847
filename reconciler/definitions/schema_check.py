"""The schema's verdict on a document: a fast yes or no first, and every broken rule only where the answer is no.

``x-rule`` in the schema names the rule that a part of it stands for; it is what messages are chosen by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.schema_files import read_schema

if TYPE_CHECKING:
    from jsonschema.protocols import Validator
    from jsonschema_rs import Draft202012Validator


class Broken(NamedTuple):
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
    return _fast_validator().is_valid(document)


def broken_rules(document: Any) -> Iterator[Broken]:
    """Yield every rule of the schema that a document breaks; none exactly where ``is_valid`` says yes."""
    for error in _telling_validator().iter_errors(document):
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        path = tuple(str(step) for step in error.absolute_path)
        found = Broken(path, str(error.validator), schema.get("x-rule", ""), error.instance, error.validator_value)
        yield from _one_each(found, schema)


def _one_each(found: Broken, schema: Mapping[str, Any]) -> Iterator[Broken]:
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
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(read_schema("signatures"))
    return schema


@cache
def _fast_validator() -> Draft202012Validator:
    import jsonschema_rs  # noqa: PLC0415  # commands that read no definitions need not load it

    return jsonschema_rs.Draft202012Validator(_schema())


@cache
def _telling_validator() -> Validator:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415  # loaded only where something is wrong

    kind = validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # not in its stubs
    validator: Validator = kind(_schema())
    return validator


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
    """Check a pattern as the schema's dialect means it, where ``$`` is the very end, not also before a last newline."""
    from jsonschema import ValidationError  # noqa: PLC0415  # as above

    if isinstance(instance, str) and not re.search(_python_pattern(pattern), instance):
        yield ValidationError(f"does not match {pattern}")


@cache
def _python_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z"))
