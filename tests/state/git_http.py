"""A git server over HTTP on loopback: git's own http-backend, with passwords, and with answers that get lost."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

READER, WRITER = "reader:may-read", "writer:may-write"


@dataclass
class Hosting:
    """What the server has seen, and what it is to do. ``lose`` counts the pushes of which the answer gets lost."""

    folder: Path
    url: str = ""
    lose: int = 0
    logins: list[str] = field(default_factory=list)
    command_lines: set[bytes] = field(default_factory=set)


class _Handler(BaseHTTPRequestHandler):
    hosting: ClassVar[Hosting]

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
        pass

    def _serve(self) -> None:
        headers = self.headers.get_all("Authorization", [])
        login = base64.b64decode(headers[0].split()[-1]).decode() if len(headers) == 1 else ""
        self.hosting.logins.append(login)
        self.hosting.command_lines |= _command_lines()
        if login.removeprefix("x-access-token:") not in {READER, WRITER, "may-write"}:
            self._refuse(401)
        elif "git-receive-pack" in self.path and "may-write" not in login:
            self._refuse(403)
        else:
            self._answer(self._backend(login))

    def _refuse(self, code: int) -> None:
        self.send_response(code)
        self.send_header("WWW-Authenticate", "Basic")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _backend(self, login: str) -> bytes:
        parts = urlsplit(self.path)
        request = {
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(self.hosting.folder),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REMOTE_USER": login,
            "REQUEST_METHOD": self.command,
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        environment = {**os.environ, **request, "CONTENT_LENGTH": str(len(body))}
        command = ["git", "http-backend"]
        return subprocess.run(command, input=body, env=environment, capture_output=True, check=True).stdout

    def _answer(self, output: bytes) -> None:
        if self.command == "POST" and self.path.endswith("git-receive-pack") and self.hosting.lose:
            self.hosting.lose -= 1
            self.close_connection = True
            return
        head, _, body = output.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _command_lines() -> set[bytes]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(path.read_bytes())
        except OSError:
            continue
    return found


@contextmanager
def hosting(folder: Path) -> Iterator[Hosting]:
    """Serve the repositories of a folder. ``READER`` may fetch, ``WRITER`` and the bare token ``may-write`` push."""
    hosted = Hosting(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hosting": hosted}))
    server.daemon_threads = True
    hosted.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hosted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
