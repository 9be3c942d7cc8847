"""Servers on loopback that do one thing each, byte by byte as a test says."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""A certificate that vouches for itself, with its key; both are for these tests alone."""

Respond = Callable[[socket.socket, bytes], None]


class Server(NamedTuple):
    port: int
    requests: list[bytes]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


def ok(content: object, content_type: str = "application/json", *head: str) -> bytes:
    """Return a whole HTTP answer with ``content`` as the vendor wraps it."""
    return http(json.dumps({"Response": content}).encode(), "200 OK", f"Content-Type: {content_type}", *head)


def http(body: bytes, status: str = "200 OK", *head: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *head, "", ""]
    return "\r\n".join(lines).encode() + body


def answering(answer: bytes) -> Respond:
    return lambda connection, _request: connection.sendall(answer)


def reset(connection: socket.socket, _request: bytes = b"") -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


@contextmanager
def serving(respond: Respond, *, tls: bool = False) -> Iterator[Server]:
    """Serve until the block ends; ``respond`` gets each whole request. Its failures are the client's doing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1], [])
        ended = threading.Event()
        serve = partial(_serve, server, respond, tls)
        thread = threading.Thread(target=_accept, args=(listener, ended, serve))
        thread.start()
        try:
            yield server
        finally:
            ended.set()
            with socket.create_connection(("127.0.0.1", server.port)):
                thread.join()


def _accept(listener: socket.socket, ended: threading.Event, serve: Callable[[socket.socket], None]) -> None:
    with ExitStack() as stack:
        while True:
            connection = stack.enter_context(listener.accept()[0])
            if ended.is_set():
                break
            thread = threading.Thread(target=serve, args=(connection,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(_end, connection)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _serve(server: Server, respond: Respond, tls: bool, connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        used = _secured(connection) if tls else connection
        with used:
            used.settimeout(10)
            while request := read_request(used):
                server.requests.append(request)
                respond(used, request)


def _secured(connection: socket.socket) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    # A copy, so that the plain one stays at hand for ending the connection.
    return context.wrap_socket(connection.dup(), server_side=True)


def read_request(connection: socket.socket) -> bytes:
    """Return one request, or what came of it before the connection ended."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    size = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-l")), 0)
    while len(body) < size:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


def body_of(request: bytes) -> Any:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def header_of(request: bytes, name: str) -> str | None:
    for line in request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]:
        key, _, value = line.partition(": ")
        if key.lower() == name.lower():
            return value
    return None
