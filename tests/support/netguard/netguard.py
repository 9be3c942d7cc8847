"""Keeps a Python process off the network: loopback and Unix sockets only.

What it raises is no ``Exception``: the vendor's SDK turns every one of those into an error of its own. Functions are
replaced, rather than watched by an audit hook: on Python 3.11 a hook written in Python lets two threads that start at
the same time under coverage stop each other (`sys.settrace` fails in one of them).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from functools import wraps
from typing import Any, Final


class NetworkBlockedError(BaseException):
    """The process tried to reach something other than this machine."""


def install() -> None:
    """Refuse from now on, for the life of the process."""
    for owner, checks in ((socket.socket, _OF_A_SOCKET), (socket, _OF_THE_MODULE)):
        for name, check in checks.items():
            setattr(owner, name, _checked(getattr(owner, name), check))


def _checked(original: Callable[..., Any], check: Callable[..., None]) -> Callable[..., Any]:
    @wraps(original)
    def checked(*arguments: Any, **named: Any) -> Any:
        check(*arguments, **named)
        return original(*arguments, **named)

    return checked


def _destination(sock: socket.socket, address: Any) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6}:
        _host(address[0])


def _sendto(sock: socket.socket, *arguments: Any) -> None:
    _destination(sock, arguments[-1])


def _sendmsg(sock: socket.socket, _buffers: Any, _more: Any = (), _flags: int = 0, address: Any = None) -> None:
    # A connected socket is sent through without an address; its connection was looked at.
    if address is not None:
        _destination(sock, address)


def _lookup(host: Any, *_: Any, **_named: Any) -> None:
    # Without a host, an address to listen on is asked for.
    if host:
        _host(host)


def _host(host: str | bytes | bytearray) -> None:
    name = host if isinstance(host, str) else bytes(host).decode("ascii", "replace")
    if name != "localhost" and not _is_loopback(name):
        raise NetworkBlockedError(f"tests may reach this machine only, not {name!r}")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


_OF_A_SOCKET: Final[dict[str, Callable[..., None]]] = {
    "connect": _destination,
    "connect_ex": _destination,
    "sendto": _sendto,
    "sendmsg": _sendmsg,
}
_OF_THE_MODULE: Final[dict[str, Callable[..., None]]] = {
    "getaddrinfo": _lookup,
    "gethostbyname": _lookup,
    "gethostbyname_ex": _lookup,
    "gethostbyaddr": _lookup,
}
