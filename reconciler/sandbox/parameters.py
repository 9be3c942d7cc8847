"""Parameter types, and the check of a request's parameters against an action's schema.

Source: the "Input Parameters" tables of the actions' reference pages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl

from PIL import Image

from reconciler.sandbox.account import SandboxAccount
from reconciler.sandbox.http import Request
from reconciler.sandbox.model import ApiError, ImageDigest
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.signing import KeyRing


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


# Where the parameters of a request are: JSON in a POST, ``Name`` and ``Name.0`` pairs in a GET's query.


def read_params(request: Request, schema: Schema) -> dict[str, Any]:
    """Return the request's parameters, a query's typed after ``schema``. Raise ``ApiError``."""
    if request.method == "GET":
        return _from_query(request.query, schema)
    if request.method != "POST":
        raise ApiError("UnsupportedProtocol", "Only GET and POST requests are supported.")
    media_type = request.header("content-type").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ApiError("InvalidRequest", "A POST must have the Content-Type application/json.")
    return _from_json(request.body)


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


_PREFIX: Final = re.compile(r"data:image/[a-z]+;base64,")
_MAX_PIXELS: Final = 80_000_000


def read_image(name: str, text: str, *, loose: bool) -> ImageDigest:
    """Return the digest of the image in the parameter ``name``; raise ``InvalidParameterValue.ImageInvalid``.

    ``loose`` also takes a ``data:`` prefix and line breaks, which the reference page asks to leave out.
    """
    if loose:
        text = "".join(_PREFIX.sub("", text, count=1).split())
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(name, "is not plain base64") from None
    _check_decodes(name, content)
    return digest(content)


def digest(content: bytes) -> ImageDigest:
    """Return what is kept of an image."""
    return ImageDigest(hashlib.sha256(content).hexdigest(), len(content))


def _check_decodes(name: str, content: bytes) -> None:
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            small_enough = image.width * image.height <= _MAX_PIXELS
            if small_enough:
                image.load()
    except Exception as problem:  # Pillow's decoders raise nearly any type on broken input
        raise _invalid(name, "is not a PNG or JPEG that decodes") from problem
    if not small_enough:
        raise _invalid(name, "has too many pixels")


def _invalid(name: str, why: str) -> ApiError:
    return ApiError("InvalidParameterValue.ImageInvalid", f"The image in `{name}` {why}.")


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What an action may use. ``now`` is unix seconds by the sandbox's clock, ``uins`` are all the accounts here."""

    account: SandboxAccount
    facts: UnconfirmedBehaviour
    keys: KeyRing
    now: float
    region: str
    uins: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One action; ``rate`` in requests a second, None where the vendor states none.

    ``regional`` actions need ``X-TC-Region``; ``signed`` ones a signature; ``writes`` keys that may write.
    """

    name: str
    service: str
    version: str
    schema: Schema
    run: Callable[[ActionContext, Params], dict[str, Any]]
    rate: float | None = None
    regional: bool = False
    signed: bool = True
    writes: bool = False
