"""Delivering a reply over a connection, faithfully or not."""

from __future__ import annotations

import contextlib
import socket
import struct
from http.server import BaseHTTPRequestHandler

from reconciler.sandbox.reply import Manner, Reply


def deliver(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
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


def _send(handler: BaseHTTPRequestHandler, reply: Reply, size: int) -> None:
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
