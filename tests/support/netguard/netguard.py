"""Keeps a Python process off the network: loopback and Unix sockets only, from an audit hook.

What it raises is no ``Exception``: the vendor's SDK turns every one of those into an error of its own.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any, Final


class NetworkBlockedError(BaseException):
    """The process tried to reach something other than this machine."""


def install() -> None:
    """Refuse from now on; there is no way back, audit hooks stay for the life of the process."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None:
        check(*arguments)


def _destination(sock: socket.socket, address: Any) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6}:
        _host(address[0])


def _message(sock: socket.socket, address: Any) -> None:
    # A connected socket is sent through without an address; its connection was looked at.
    if address is not None:
        _destination(sock, address)


def _lookup(host: Any, *_: Any) -> None:
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


_CHECKS: Final[dict[str, Callable[..., None]]] = {
    "socket.connect": _destination,
    "socket.sendto": _message,
    "socket.sendmsg": _message,
    "socket.getaddrinfo": _lookup,
    "socket.gethostbyname": _lookup,
    "socket.gethostbyaddr": _lookup,
}
