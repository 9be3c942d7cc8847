"""HTTP as this tool allows it: redirects are not followed, nothing replaces the signature, calls can be cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.utils import default_headers, get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler.cloud.lifeline import hold

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
