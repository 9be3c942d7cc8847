"""HTTP as this tool allows it: redirects are not followed, nothing replaces the signature, calls can be cut."""

from __future__ import annotations

from typing import Any, Final

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconciler.cloud.lifeline import hold


class Transport(Session):
    """A session whose connections are kept.

    A redirect would carry keys and images to wherever it points, so it is an answer like any other. With
    ``environment``, proxies are those of the environment, read as ``requests`` does; never its ``.netrc``.
    """

    def __init__(self, *, environment: bool) -> None:
        super().__init__()
        self.trust_env = environment
        self.auth = _as_it_is
        for scheme in _CONNECTIONS:
            self.mount(f"{scheme}://", _Adapter())

    def get_redirect_target(self, resp: Response) -> None:  # the base class's signature
        """Return that there is nowhere to go on to."""


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
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
