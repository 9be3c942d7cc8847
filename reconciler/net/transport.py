"""HTTP as this tool allows it: no redirects, no cookies, bodies of a bounded size, and calls that can be aborted.

The one module that imports ``requests`` and ``urllib3``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Final
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response
from requests.adapters import DEFAULT_POOLSIZE, HTTPAdapter
from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, ProxyError, Timeout
from requests.utils import default_headers, get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.exceptions import ProxyError as UnreachedProxy

from reconciler.contract.api import is_loopback
from reconciler.contract.error_codes import BAD_ANSWER, CONNECTION_LOST, CONNECTION_NOT_MADE, HTTP_STATUS, TIMEOUT
from reconciler.errors import VendorError
from reconciler.net.deadline import Deadline, attach_to_call
from reconciler.net.environment import ca_bundle, proxy_for
from reconciler.net.no_connection import Why, plain_words, proxy_failure, tls_failure

# A page of 100 rows is some 50 KB.
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

_CHUNK: Final = 65536
_HTTP_OK: Final = 200
# Noted on what is raised before the first byte of a request: that it was certainly not sent.
_UNSENT: Final = "while connecting"
_HEADERS: Final = dict(default_headers())

# The two invalid ones are raised for a proxy in the environment that is not a URL of one.
_NEVER_CONNECTED: Final = (
    ConnectTimeout,
    ConnectTimeoutError,
    InvalidSchema,
    InvalidURL,
    NewConnectionError,
    ProxyError,
)


class Transport:
    """Takes the place of a session of ``requests``: connections are kept, and nothing else is from call to call.

    A redirect would carry keys and images to wherever it points, so it is an answer like any other; there are no
    cookies and no ``.netrc``. With ``proxies``, those of the environment are used, read as ``requests`` does, but none
    for this machine. At most ``kept`` connections to a host are kept, for callers in several threads. ``FAILURES`` is
    all that a request, or reading from its answer, may raise.
    """

    FAILURES = (RequestException, HTTPError, OSError)

    def __init__(self, *, proxies: bool, kept: int = DEFAULT_POOLSIZE) -> None:
        self._proxies = proxies
        self._adapter = _Adapter(pool_maxsize=kept)

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
        """Return the answer, whose body is yet to be read. Raises one of ``FAILURES``."""
        prepared = PreparedRequest()
        prepared.prepare(method, url, {**_HEADERS, **headers}, data=data, auth=_keep_headers)
        # A token in the clear is for this machine only, and no proxy's business.
        outside = self._proxies and not is_loopback(urlsplit(url).hostname or "")
        proxies = get_environ_proxies(url) if outside else None
        return self._adapter.send(prepared, stream=True, timeout=timeout, verify=verify, proxies=proxies)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._adapter.close()

    @staticmethod
    def body(response: Response) -> bytes:
        """Return the body of an answer. Raises VendorError where it is larger than any answer is."""
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise VendorError("the answer is too large", code=BAD_ANSWER)
        return bytes(body)

    @staticmethod
    def proxy(url: str) -> str | None:
        """Return the proxy of the environment for ``url``, as it is written there."""
        return select_proxy(url, get_environ_proxies(url))

    @staticmethod
    def error(failure: BaseException, url: str = "") -> VendorError:
        """Return the error for a request to ``url`` that got no answer. Its code says whether it can have arrived.

        Only where the connection failed before it was there, TLS included, is it certain that nothing was sent.
        """
        causes = list(_causes(failure))
        unsent = any(isinstance(cause, _NEVER_CONNECTED) or _is_before_the_request(cause) for cause in causes)
        if not unsent and any(isinstance(cause, (Timeout, ReadTimeoutError)) for cause in causes):
            return VendorError("no answer in time", code=TIMEOUT)
        blamed = proxy_failure(causes, url, unreached=_is_proxy_unreached(causes)) if unsent else None
        what, hint, host = blamed or tls_failure(causes, url) or Why(plain_words(causes))
        code = CONNECTION_NOT_MADE if unsent else CONNECTION_LOST
        error = VendorError("{cause}", hint="{remedy}" if hint else "", code=code, cause=what, remedy=hint)
        error.host = host
        return error

    @classmethod
    def fetch_json(cls, url: str, headers: Mapping[str, str], seconds: float, *, proxies: bool) -> dict[str, Any]:
        """Return the JSON object at ``url``. Raises VendorError where there is none within the time.

        With ``proxies``, those of the environment are used.
        """
        # Both are looked at before the thread begins, so that a fault in them is reported as that and not as a
        # failed call.
        verify = ca_bundle(os.environ) or True
        if proxies:
            proxy_for(url)

        def get() -> tuple[int, bytes]:
            try:
                with (
                    closing(cls(proxies=proxies)) as transport,
                    transport.request("GET", url, headers=headers, timeout=seconds, verify=verify) as response,
                ):
                    return response.status_code, cls.body(response)
            except VendorError:
                raise
            except Exception as error:  # noqa: BLE001  # whatever it is, there is no answer
                raise cls.error(error, url) from None

        try:
            return _object(*Deadline(seconds).start(get).result())
        except VendorError as error:
            error.host = error.host or urlsplit(url).netloc.rpartition("@")[2]
            raise


def _keep_headers(request: PreparedRequest) -> PreparedRequest:
    """Keep a user and a password in a URL from replacing the signature."""
    return request


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        # One through a SOCKS proxy stays one.
        if not issubclass(pool.ConnectionCls, _Telling):
            pool.ConnectionCls = type("Connection", (_Telling, pool.ConnectionCls), {})
        return pool


# A kept connection is used without `connect`, so each request tells the deadline which socket to reset.
class _Telling(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            error.add_note(_UNSENT)
            raise
        attach_to_call(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        attach_to_call(self.sock)
        super().request(*args, **kwargs)


def _is_before_the_request(cause: BaseException) -> bool:
    return _UNSENT in getattr(cause, "__notes__", ())


def _is_proxy_unreached(causes: Sequence[BaseException]) -> bool:
    return any(isinstance(cause, (ProxyError, UnreachedProxy)) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it wraps: by chaining, as ``reason``, or as its first argument."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]


def _object(status: int, body: bytes) -> dict[str, Any]:
    if status != _HTTP_OK:
        raise VendorError("HTTP status {status}", code=HTTP_STATUS, status=status)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise VendorError("the answer is not a JSON object", code=BAD_ANSWER)
    return document
