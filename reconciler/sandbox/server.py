"""The sandbox's HTTP server: reads requests within bounds, and delivers replies faithfully or not."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from reconciler.contract.api import MAX_BODY_BYTES
from reconciler.sandbox.http import Manner, Request, Response


def send(handler: BaseHTTPRequestHandler, reply: Response) -> None:
    """Send ``reply`` in its manner. Raise ``OSError`` where the client has gone."""
    match reply.manner:
        case Manner.WHOLE:
            _send(handler, reply, len(reply.body))
        case Manner.RESET:
            _reset(handler)
        case Manner.HALF_THEN_WAIT:
            _send(handler, reply, len(reply.body) // 2)
            _until_gone(handler)
        case Manner.HALF_THEN_CLOSE:
            _send(handler, reply, len(reply.body) // 2)
            handler.close_connection = True
        case Manner.NEVER:
            _until_gone(handler)


def _send(handler: BaseHTTPRequestHandler, reply: Response, size: int) -> None:
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.content_type)
    handler.send_header("Content-Length", str(len(reply.body)))
    if handler.close_connection:
        handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(reply.body[:size])
    handler.wfile.flush()


def _reset(handler: BaseHTTPRequestHandler) -> None:
    # A close with a linger time of nothing sends RST instead of FIN.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def _until_gone(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    with contextlib.suppress(OSError):
        while handler.connection.recv(65536):
            pass


# HTTP and nothing else: requests in, replies out, connections kept, and an end that leaves no thread behind.


_CHUNK: Final = 1 << 16
Answering = Callable[[Request], Response]


class SandboxServer(ThreadingHTTPServer):
    """A server that answers with ``answering``; ``close`` ends it and every connection."""

    daemon_threads = False  # so that closing waits for every handler
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self, address: tuple[str, int], answering: Answering, *, ended: threading.Event, clock_offset_s: float
    ) -> None:
        self.answering = answering
        self.clock_offset_s = clock_offset_s
        self.ended = ended
        self.bugs: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which may ask a resolver."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lasts."""
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; without a farewell, which a reset must not send."""
        with self._connections_lock:
            self._connections.discard(request)
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # the base class's signature
        """Keep what went wrong, except that a client went away."""
        problem = sys.exc_info()[1]
        if problem is not None and not isinstance(problem, OSError):
            self.bugs.append(problem)

    def close(self) -> None:
        """End every wait and connection, and wait for their threads."""
        self.ended.set()
        self.shutdown()
        with self._connections_lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # one write for headers and body

    def do_POST(self) -> None:
        arrived, now = time.monotonic(), time.time() + self.server.clock_offset_s
        path, _, query = self.path.partition("?")
        body = self._body()
        request = Request(
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body or b"",
            arrived=arrived,
            now=now,
            oversized=body is None,
        )
        reply = self.server.answering(request)
        self.server.ended.wait(reply.delay_s)
        send(self, reply)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  # the base class looks methods up by name

    def finish(self) -> None:
        """Close both ends of the connection, also where the client has gone before the answer was out."""
        with contextlib.suppress(OSError):
            self.wfile.close()
        self.rfile.close()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time for an answer's head, by the sandbox's own clock."""
        return super().date_time_string(time.time() + self.server.clock_offset_s if timestamp is None else timestamp)

    def log_message(self, *_: object) -> None:
        """Print nothing: the request log is the sandbox's own."""

    def _body(self) -> bytes | None:
        text = self.headers.get("Content-Length", "0")
        if not (text.isascii() and text.isdigit()) or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return b""
        size = int(text)
        if size <= MAX_BODY_BYTES:
            return self.rfile.read(size)
        # It is read to its end all the same, or the client would see a broken pipe instead of the answer.
        self.close_connection = True
        while size > 0 and (chunk := self.rfile.read(min(size, _CHUNK))):
            size -= len(chunk)
        return None
