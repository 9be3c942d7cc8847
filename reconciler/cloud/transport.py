"""HTTP as this tool allows it: redirects are not followed, nothing replaces the signature, calls can be cut."""

from __future__ import annotations

from typing import Any, Final

from requests import PreparedRequest, Request, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler.cloud.lifeline import hold


class Transport(Session):
    """A session whose connections are kept.

    A redirect would carry keys and images to wherever it points, so it is an answer like any other. With
    ``environment``, proxies are those of the environment, read as ``requests`` does.
    """

    def __init__(self, *, environment: bool) -> None:
        super().__init__()
        self.trust_env = environment
        for scheme in _CONNECTIONS:
            self.mount(f"{scheme}://", _Adapter())

    def prepare_request(self, request: Request) -> PreparedRequest:
        """Return a request as it is given: no cookie of an earlier answer, and nothing of somebody's ``.netrc``.

        It is also a quarter of the work of a call to leave both out.
        """
        prepared = PreparedRequest()
        headers = {**self.headers, **request.headers}
        prepared.prepare(method=request.method, url=request.url, headers=headers, data=request.data)
        return prepared

    def get_redirect_target(self, resp: Response) -> None:  # the base class's signature
        """Return that there is nowhere to go on to."""


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
