"""A proxy on the way to the sandbox that loses one answer: the request arrives, and its sender never hears of it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

_CHUNK: Final = 1 << 16


class _Relay:
    def __init__(self, target: tuple[str, int], marker: bytes, which: int) -> None:
        self._target = target
        self._marker = marker
        self._left = which
        self._lock = threading.Lock()

    def serve(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        """Carry one connection, request by request, until either side closes it or the answer to lose has come."""
        with client, socket.create_connection(self._target) as server, contextlib.suppress(OSError):
            while request := _message(client):
                server.sendall(request)
                answer = _message(server)
                if self._is_lost(request):
                    return
                client.sendall(answer)

    def _is_lost(self, request: bytes) -> bool:
        if self._marker not in request:
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0


def _message(side: socket.socket) -> bytes:
    """Read one HTTP message with its body; empty where the other side has gone."""
    read = b""
    while b"\r\n\r\n" not in read:
        chunk = side.recv(_CHUNK)
        if not chunk:
            return b""
        read += chunk
    head, _, body = read.partition(b"\r\n\r\n")
    size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < size:
        body += side.recv(_CHUNK)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def losing(url: str, marker: str, which: int) -> Iterator[str]:
    """Relay to ``url`` and lose the answer to the request number ``which`` that holds ``marker``; yield the address."""
    parts = urlsplit(url)
    relay = _Relay((parts.hostname or "", parts.port or 0), marker.encode(), which)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=relay.serve, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
