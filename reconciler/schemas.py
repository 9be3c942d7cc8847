"""The published JSON Schemas and the data files beside them: their text, and documents held against them."""

# ``is_valid`` and ``first_mismatch`` use jsonschema-rs, which is a hundred times as fast as jsonschema. ``violations``
# uses jsonschema, which also hands out the part of the schema that was broken: messages are chosen by it.

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jsonschema_rs

from reconciler.errors import said

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_SUFFIX: Final = ".schema.json"

# A document may come from a stranger: what it holds is never repeated whole in a message.
_MASK: Final = "the value"
_LONGEST_TEXT: Final = 200

# Why a document is refused, by the keyword of the schema.
_WORDS: Final[Mapping[str, str]] = {
    "additionalProperties": "unknown fields: {demand}",
    "anyOf": "the value has none of the forms that are allowed here",
    "const": "{demand} was expected",
    "enum": "the value is not one of {demand}",
    "exclusiveMaximum": "the value is greater than or equal to the maximum of {demand}",
    "maxItems": "the value has more than {demand} items",
    "maxLength": "the value is longer than {demand} characters",
    "maximum": "the value is greater than the maximum of {demand}",
    "minItems": "the value has fewer than {demand} items",
    "minLength": "the value is shorter than {demand} characters",
    "minimum": "the value is less than the minimum of {demand}",
    "oneOf": "the value has none of the forms that are allowed here",
    "pattern": "the value does not match {demand}",
    "propertyNames": "a name in it does not have the right form",
    "required": "{demand} is a required property",
    "type": "the value is not of type {demand}",
    "uniqueItems": "the value holds the same item twice",
}

# The schema that refers to others, by their ids.
_COMPOSED: Final = "fleet"


class Mismatch(NamedTuple):
    """The first place where a document breaks its schema, such as ``signatures[0].sign_id``, and why.

    ``path`` is empty for the document itself. ``text`` names unknown fields but repeats no values.
    """

    path: str
    text: str


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


def schema_names() -> tuple[str, ...]:
    """Return the names under which schemas can be asked for, in alphabetical order."""
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in _folder().glob("*" + _SUFFIX)))


def read_schema(name: str) -> str:
    """Return the text of a schema by its name, such as ``signatures``. Raises KeyError for an unknown name."""
    if name not in schema_names():
        raise KeyError(name)
    return (_folder() / (name + _SUFFIX)).read_text(encoding="utf-8")


def read_edition(site: str) -> str:
    """Return the text of the data file that holds a site's edition of the rules."""
    return (_folder() / "editions" / f"{site}.json").read_text(encoding="utf-8")


def whole_schema(name: str) -> str:
    """Return the text of a schema that needs no other one: those that it refers to are among its ``$defs``.

    Raises KeyError for an unknown name.
    """
    text = read_schema(name)
    if name != _COMPOSED:
        return text
    others = {other: schema(other) for other in schema_names() if f'"{schema(other)["$id"]}' in text and other != name}
    made = schema(name) | {"$defs": schema(name).get("$defs", {}) | others}
    return json.dumps(made, indent=2, ensure_ascii=False)


@cache
def schema(name: str) -> dict[str, Any]:
    """Return a schema as data. Raises KeyError for an unknown name."""
    data: dict[str, Any] = json.loads(read_schema(name))
    return data


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return the compiled validator of a schema. Raises KeyError for an unknown name."""
    if name != _COMPOSED:
        return jsonschema_rs.Draft202012Validator(schema(name), mask=_MASK)
    others = [(schema(other)["$id"], schema(other)) for other in schema_names() if other != name]
    return jsonschema_rs.Draft202012Validator(schema(name), mask=_MASK, registry=jsonschema_rs.Registry(others))


def is_valid(name: str, document: object) -> bool:
    """Return whether a document obeys the schema ``name``."""
    return validator(name).is_valid(document)


def first_mismatch(name: str, document: object) -> Mismatch | None:
    """Return the first place where a document breaks the schema ``name``, ``None`` where it obeys it."""
    error = next(iter(validator(name).iter_errors(document)), None)
    if error is None:
        return None
    return Mismatch(_cut(_path_text(error.instance_path)), _words(error))


def _words(error: jsonschema_rs.ValidationError) -> str:
    """Return why a document is refused: in words of ours, which are translated, where there are any."""
    template = _WORDS.get(error.kind.name)
    return _cut(error.message) if template is None else said(template, demand=_cut(_demand(error.kind.value)))


def _demand(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_demand, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float | None) else ""


def violations(name: str, document: Any) -> Iterator[Violation]:
    """Yield every rule of a schema that a document breaks; none exactly where ``is_valid`` says yes."""
    for error in _explaining_validator(name).iter_errors(document):
        part = error.schema if isinstance(error.schema, Mapping) else {}
        path = tuple(str(step) for step in error.absolute_path)
        found = Violation(path, str(error.validator), part.get("x-rule", ""), error.instance, error.validator_value)
        yield from _by_key(found, part)


def _by_key(found: Violation, part: Mapping[str, Any]) -> Iterator[Violation]:
    """Split what the validator says about a whole mapping into its keys."""
    if found.keyword == "additionalProperties":
        for key in found.value:
            if key not in part["properties"]:
                yield found._replace(name=key, demand=tuple(part["properties"]))
    elif found.keyword == "required":
        for key in found.demand:
            if key not in found.value:
                yield found._replace(name=key)
    else:
        yield found


@cache
def _explaining_validator(name: str) -> Validator:
    import jsonschema  # noqa: PLC0415  # 40 ms, needed only to explain an error

    def check_pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Any]:
        # As the schema's dialect means it, where `$` is the very end, not also before a last newline.
        if isinstance(instance, str) and not re.search(_python_pattern(pattern), instance):
            yield jsonschema.ValidationError(f"does not match {pattern}")

    kind = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": check_pattern})  # type: ignore[no-untyped-call]  # not in its stubs
    explaining: Validator = kind(schema(name))
    return explaining


@cache
def _python_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z"))


def _path_text(steps: list[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "..."


def _folder() -> Path:
    # Inside the package of a wheel, beside the package in a checkout.
    package = Path(__file__).parent
    shipped = package / "schemas"
    return shipped if shipped.is_dir() else package.parent / "schemas"
