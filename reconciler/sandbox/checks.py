"""Parameter types, and the check of a request's parameters against an action's schema.

Source: the "Input Parameters" tables of the actions' reference pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reconciler.sandbox.api_error import ApiError


class Kind(Enum):
    """The type of a parameter; unsigned ones are 64 bits wide."""

    UNSIGNED = "unsigned integer"
    TEXT = "string"
    UNSIGNED_LIST = "list of unsigned integers"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of an action's table of input parameters."""

    kind: Kind
    required: bool = False


Schema = Mapping[str, Parameter]
Params = Mapping[str, Any]


def check(params: Params, schema: Schema) -> dict[str, Any]:
    """Return the parameters that are given, types checked; null counts as not given. Raise ``ApiError``."""
    given = {name: value for name, value in params.items() if value is not None}
    for name in given:
        if name not in schema:
            raise ApiError("UnknownParameter", f"The parameter `{name}` is not recognized.")
    for name, parameter in schema.items():
        if name not in given and parameter.required:
            raise ApiError("MissingParameter", f"The request lacks the required parameter `{name}`.")
    for name, value in given.items():
        if not _fits(value, schema[name].kind):
            raise ApiError("InvalidParameter", f"The parameter `{name}` is not of type {schema[name].kind.value}.")
    return given


def _fits(value: object, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.UNSIGNED:
            # bool is an int in Python, but true is no number in JSON
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
        case Kind.UNSIGNED_LIST:
            return isinstance(value, list) and all(_fits(item, Kind.UNSIGNED) for item in value)
