"""The one module that imports the vendor's SDK, and what has to be known to use it safely.

- Its retryer can submit twice, so it stays off.
- It raises an error answer only under one exact content type; here every answer is read as what it says.
- Its debug log prints whole bodies, images included, so it is kept silent.
- It ignores CA bundles of the environment and reads proxies in its own way; here both are those of ``requests``.
"""

from __future__ import annotations

import json
import logging
import os
import time
import warnings
from collections.abc import Collection
from typing import Any, Final, NamedTuple, NoReturn

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from reconciler.contract.codes import BAD_ANSWER, HTTP_STATUS
from reconciler.errors import VendorError
from reconciler.vendor.answers import Answer, request_id_of
from reconciler.vendor.deadline import within
from reconciler.vendor.endpoint import Endpoint
from reconciler.vendor.keys import Keys
from reconciler.vendor.trouble import network_error

_log = logging.getLogger("reconciler.vendor")
_MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""A page of 100 rows is some 50 KB."""
_CA_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_LANGUAGE: Final = "en-US"
_HTTP_OK: Final = 200


class Place(NamedTuple):
    """What is called and where: a service and its version at an endpoint, in a region."""

    service: str
    version: str
    endpoint: Endpoint
    region: str


class Sdk:
    """Calls of one service version in one region. Safe to use from several threads; connections are kept.

    ``actions`` are all that it can be made to call: one opened for a plan has no way to write. ``timeout`` bounds each
    call as a whole, in seconds.
    """

    def __init__(self, keys: Keys, place: Place, actions: Collection[str], timeout: float) -> None:
        _quiet()
        self._actions = frozenset(actions)
        credential = Credential(keys.secret_id, keys.secret_key, keys.token)
        self._timeout = timeout
        self._client = _Client(
            place.service, place.version, credential, place.region, _profile(place.endpoint, timeout)
        )
        self._client.use_environment(loopback=place.endpoint.loopback)

    def call(self, action: str, parameters: dict[str, object]) -> Answer:
        """Return the content of ``Response``. Raises VendorError with the vendor's code, or with one of our own."""
        if action not in self._actions:
            raise PermissionError(f"{action} is not among the calls that this client was opened for")
        start = time.monotonic()
        code = "ok"
        try:
            answer = within(self._timeout, lambda: self._client.answer(action, parameters))
        except VendorError as error:
            code = error.code
            _log_call(action, code, start, error.request_id)
            raise
        _log_call(action, code, start, request_id_of(answer))
        return answer

    def close(self) -> None:
        """Close the kept connections."""
        self._client.request.conn._session.close()  # noqa: SLF001  # the SDK offers no other way


class _Client(CommonClient):  # type: ignore[misc]  # the SDK carries no types
    """The vendor's generic client with its ways of reading an answer replaced."""

    def use_environment(self, *, loopback: bool) -> None:
        """Take proxies from the environment as ``requests`` does, none for loopback, and no ``.netrc`` at all."""
        connection = self.request.conn
        connection.proxy = None
        connection._session.trust_env = not loopback  # noqa: SLF001  # the SDK offers no other way
        connection._session.auth = lambda request: request  # noqa: SLF001  # or .netrc would replace the signature

    def answer(self, action: str, parameters: dict[str, object]) -> Answer:
        try:
            response = self._call(action, parameters)
            status, body = response.status_code, _body(response)
        except VendorError:
            raise
        except TencentCloudSDKException as error:
            raise network_error(error) from None
        except Exception as error:  # noqa: BLE001  # the SDK lets many types through; all mean: no answer
            raise network_error(error) from None
        return _read(status, body)


def _body(response: Any) -> bytes:
    chunks = bytearray()
    with response:
        for chunk in response.iter_content(65536):
            chunks += chunk
            if len(chunks) > _MAX_ANSWER_BYTES:
                raise VendorError("the answer is too large", code=BAD_ANSWER)
    return bytes(chunks)


def _read(status: int, body: bytes) -> Answer:
    """Return the content of ``Response``, whatever content type it was served under."""
    if status != _HTTP_OK:
        raise VendorError(f"HTTP status {status}", code=HTTP_STATUS)
    try:
        content = json.loads(body)["Response"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VendorError("the answer is not JSON of the vendor's form", code=BAD_ANSWER) from None
    if not isinstance(content, dict):
        raise VendorError("the answer's Response is not an object", code=BAD_ANSWER)
    if "Error" in content:
        _raise_error(content)
    return content


def _raise_error(content: dict[str, object]) -> NoReturn:
    error = content["Error"]
    code = error.get("Code") if isinstance(error, dict) else None
    message = error.get("Message") if isinstance(error, dict) else None
    if not isinstance(code, str) or not code.isascii() or not code.replace(".", "").replace("_", "").isalnum():
        raise VendorError("the answer's Error has no usable code", code=BAD_ANSWER, request_id=request_id_of(content))
    text = message if isinstance(message, str) else ""
    raise VendorError(text[:500], code=code, request_id=request_id_of(content))


def _profile(endpoint: Endpoint, timeout: float) -> ClientProfile:
    bundle = next((value for name in _CA_VARIABLES if (value := os.environ.get(name))), None)
    http = HttpProfile(
        protocol=endpoint.scheme, endpoint=endpoint.host, reqTimeout=(timeout / 2, timeout), certification=bundle
    )
    return ClientProfile(httpProfile=http, language=_LANGUAGE)


def _quiet() -> None:
    """Silence the SDK's log, which would print keys and images, and its use of a function that Python withdraws."""
    sdk_log = logging.getLogger("tencentcloud_sdk_common")
    sdk_log.setLevel(logging.CRITICAL)
    sdk_log.propagate = False
    warnings.filterwarnings("ignore", r".*utcfromtimestamp", DeprecationWarning, r"tencentcloud\.common\..*")


def _log_call(action: str, code: str, start: float, request_id: str | None) -> None:
    _log.info("%s %s in %d ms, request id %s", action, code, (time.monotonic() - start) * 1000, request_id or "-")
