"""HTTP as this tool allows it: redirects are not followed, nothing replaces the signature, calls can be cut."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.utils import default_headers, get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler.contract.error_codes import BAD_ANSWER, HTTP_STATUS
from reconciler.errors import VendorError
from reconciler.net.deadline import hold, within
from reconciler.net.environment import ca_bundle, network_error

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""A page of 100 rows is some 50 KB."""


def bounded(chunks: Iterable[bytes]) -> bytes:
    """Return the body of an answer. Raises VendorError where it is larger than any answer is."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise VendorError("the answer is too large", code=BAD_ANSWER)
    return bytes(body)


_HEADERS: Final = dict(default_headers())


class Transport:
    """What stands in for a session of ``requests``: connections are kept, and nothing else is from call to call.

    A redirect would carry keys and images to wherever it points, so it is an answer like any other; there are no
    cookies and no ``.netrc``. With ``environment``, proxies are those of the environment, read as ``requests`` does.
    """

    def __init__(self, *, environment: bool) -> None:
        self._environment = environment
        self._adapter = _Adapter()

    def request(  # the signature by which the SDK calls a session
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        timeout: float | tuple[float, float],
        verify: bool | str,
        data: bytes | str | None = None,
        **_unused: object,
    ) -> Response:
        """Return the answer, whose body is yet to be read. Raises whatever ``requests`` raises."""
        prepared = PreparedRequest()
        prepared.prepare(method, url, {**_HEADERS, **headers}, data=data, auth=_as_it_is)
        proxies = get_environ_proxies(url) if self._environment else None
        return self._adapter.send(prepared, stream=True, timeout=timeout, verify=verify, proxies=proxies)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._adapter.close()


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    """Keep a user and a password in a URL from replacing the signature."""
    return request


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _CONNECTIONS[pool.scheme or "https"]
        return pool


class _PlainConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        hold(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        hold(self.sock)
        super().request(*args, **kwargs)


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        hold(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        hold(self.sock)
        super().request(*args, **kwargs)


_CONNECTIONS: Final[dict[str, Any]] = {"https": _TlsConnection, "http": _PlainConnection}


# One small document over HTTP, within a time limit and a size.


_HTTP_OK: Final = 200


_CHUNK: Final = 65536


def fetch_json(url: str, headers: Mapping[str, str], seconds: float, *, proxies: bool) -> dict[str, Any]:
    """Return the JSON object at ``url``. Raises VendorError where there is none ``within`` the time.

    With ``proxies``, those of the environment are used.
    """
    verify = ca_bundle(os.environ) or True

    def get() -> tuple[int, bytes]:
        try:
            with (
                closing(Transport(environment=proxies)) as transport,
                transport.request("GET", url, headers=headers, timeout=seconds, verify=verify) as response,
            ):
                return response.status_code, bounded(response.iter_content(_CHUNK))
        except VendorError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, there is no answer
            raise network_error(error) from None

    return _object(*within(seconds, get))


def _object(status: int, body: bytes) -> dict[str, Any]:
    if status != _HTTP_OK:
        raise VendorError(f"HTTP status {status}", code=HTTP_STATUS)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise VendorError("the answer is not a JSON object", code=BAD_ANSWER)
    return document
