"""Where the parameters of a request stand: JSON in a POST, ``Name`` and ``Name.0`` pairs in a GET's query."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from reconciler.sandbox.api_error import ApiError
from reconciler.sandbox.checks import Kind, Schema
from reconciler.sandbox.incoming import Incoming


def read_params(incoming: Incoming, schema: Schema) -> dict[str, Any]:
    """Return the request's parameters, a query's typed after ``schema``. Raise ``ApiError``."""
    if incoming.method == "GET":
        return _from_query(incoming.query, schema)
    if incoming.method != "POST":
        raise ApiError("UnsupportedProtocol", "Only GET and POST requests are supported.")
    media_type = incoming.header("content-type").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ApiError("InvalidRequest", "A POST must have the Content-Type application/json.")
    return _from_json(incoming.body)


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body)
    except (ValueError, RecursionError):
        params = None
    if not isinstance(params, dict):
        raise ApiError("FailedOperation.JsonParseFail", "The request body is not a JSON object.")
    return params


def _from_query(query: str, schema: Schema) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for key, text in parse_qsl(query, keep_blank_values=True):
        name, dot, index = key.partition(".")
        if dot and index.isdigit() and name in schema and schema[name].kind is Kind.UNSIGNED_LIST:
            params.setdefault(name, []).append(_number(text))
        elif key in schema and schema[key].kind is Kind.UNSIGNED:
            params[key] = _number(text)
        else:
            params[key] = text
    return params


def _number(text: str) -> int | str:
    # What is no number stays text, for the check of types to refuse. Longer ones would be slow to convert.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(2**64)) else text
