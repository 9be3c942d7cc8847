"""A stand-in for the part of GitHub's REST API that the loop uses. It keeps what it is sent."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_token"
BOT = "github-actions[bot]"
REPOSITORY = "acme/signatures"
LONGEST_BODY = 65_536
OIDC_TOKEN = "oidc-request-token"
OIDC_REQUEST = (f"bearer {OIDC_TOKEN}", "audience=sts.tencentcloudapi.com")
ALLOWED = {"POST": {"title", "body", "labels"}, "PATCH": {"title", "body", "state", "state_reason"}}

Json = dict[str, Any]


@dataclass
class GitHub:
    """What the repository holds. ``answers`` are statuses to answer with before anything else, with their headers."""

    url: str = ""
    comments: dict[int, list[Json]] = field(default_factory=dict)
    issues: list[Json] = field(default_factory=list)
    pulls: list[Json] = field(default_factory=list)
    artifacts: dict[int, list[Json]] = field(default_factory=dict)
    archives: dict[int, bytes] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    storage: str = ""
    number: int = 100

    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "77",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_SHA": "a" * 40,
            "GITHUB_TOKEN": TOKEN,
        }

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def add_artifact(self, run: int, name: str, files: dict[str, bytes], **more: Any) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, data in files.items():
                archive.writestr(file, data)
        number = self.next_number()
        self.archives[number] = content.getvalue()
        self.artifacts.setdefault(run, []).append({"id": number, "name": name, "expired": False, **more})

    def writes(self) -> list[str]:
        return [request for request in self.requests if not request.startswith("GET")]


class _Handler(BaseHTTPRequestHandler):
    hub: ClassVar[GitHub]

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
        pass

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        self.hub.requests.append(f"{method} {parts.path}")
        self.hub.authorizations.append(self.headers.get("Authorization"))
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if parts.path.startswith("/storage/"):
            self._send(200, self.hub.archives[int(parts.path.rpartition("/")[2])])
            return
        if parts.path == "/oidc":
            asked = (self.headers.get("Authorization"), parts.query)
            self._send(200, json.dumps({"value": "web-token"}).encode() if asked == OIDC_REQUEST else b"{}")
            return
        if self.hub.answers:
            status, headers = self.hub.answers.pop(0)
            self._send(status, json.dumps({"message": "as asked"}).encode(), headers)
            return
        if problem := self._problem(parts.path):
            self._send(problem, json.dumps({"message": "refused"}).encode())
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}/").split("/")
        status, answer, headers = self._route(method, path, query, json.loads(body) if body else {})
        self._send(status, json.dumps(answer).encode(), headers)

    def _problem(self, path: str) -> int:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401
        if not self.headers.get("User-Agent") or self.headers.get("X-GitHub-Api-Version") != "2022-11-28":
            return 400
        return 0 if path.startswith(f"/repos/{REPOSITORY}/") else 404

    def _route(  # noqa: C901, PLR0911  # one case for each address of the API
        self, method: str, path: list[str], query: Json, body: Json
    ) -> tuple[int, object, dict[str, str]]:
        if method != "GET" and (not body.keys() <= ALLOWED[method] or len(body.get("body", "")) > LONGEST_BODY):
            return 422, {"message": "Validation Failed"}, {}
        match method, path:
            case "GET", ["issues", number, "comments"]:
                return 200, _page(self.hub.comments.get(int(number), []), query), {}
            case "POST", ["issues", number, "comments"]:
                made = {"id": self.hub.next_number(), "user": {"login": BOT}, **body}
                self.hub.comments.setdefault(int(number), []).append(made)
                return 201, made, {}
            case "PATCH", ["issues", "comments", comment]:
                return self._change([c for listed in self.hub.comments.values() for c in listed], "id", comment, body)
            case "GET", ["issues"]:
                return 200, _page([i for i in self.hub.issues if _fits(i, query)], query), {}
            case "POST", ["issues"]:
                labels = [{"name": name} for name in body.pop("labels")]
                made = {"number": self.hub.next_number(), "state": "open", "user": {"login": BOT}, "labels": labels}
                self.hub.issues.append({**made, **body})
                return 201, made, {}
            case "PATCH", ["issues", number]:
                return self._change(self.hub.issues, "number", number, body)
            case "GET", ["pulls"]:
                return 200, _page([p for p in self.hub.pulls if p["state"] == query["state"]], query), {}
            case "GET", ["actions", "runs", run, "artifacts"]:
                listed = self.hub.artifacts.get(int(run), [])
                return 200, {"artifacts": [a for a in listed if a["name"] == query["name"]]}, {}
            case "GET", ["actions", "artifacts", number, "zip"]:
                return 302, {}, {"Location": f"{self.hub.storage or self.hub.url}/storage/{number}"}
            case _:
                return 404, {"message": "Not Found"}, {}

    def _change(self, items: list[Json], name: str, value: str, body: Json) -> tuple[int, object, dict[str, str]]:
        for item in items:
            if item[name] == int(value):
                item.update(body)
                return 200, item, {}
        return 404, {"message": "Not Found"}, {}

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _page(items: list[Json], query: Json) -> list[Json]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[size * (page - 1) : size * page]


def _fits(issue: Json, query: Json) -> bool:
    labels = {label["name"] for label in issue["labels"]}
    return bool(issue["state"] == query["state"]) and query["labels"] in labels


@contextmanager
def serving() -> Iterator[GitHub]:
    """Serve an empty repository on loopback."""
    hub = GitHub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
