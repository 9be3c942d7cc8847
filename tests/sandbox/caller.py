"""A client written for these tests alone: it signs as the vendor's page says and can be told to do it wrongly."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

VERSIONS = {"GetCallerIdentity": "2018-08-13", "AssumeRoleWithWebIdentity": "2018-08-13"}


@dataclass(frozen=True, slots=True)
class Caller:
    """One way of calling; ``dataclasses.replace`` makes another."""

    url: str
    secret_id: str = "AKIDsandbox"
    secret_key: str = "sandbox-secret"
    region: str = "ap-singapore"
    method: str = "POST"
    content_type: str = "application/json"
    signed: tuple[str, ...] = ("content-type", "host")
    lowered: bool = False
    clock_offset_s: int = 0
    date: str = ""
    service: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    sent_body: bytes | None = None

    def call(self, action: str, params: Any = None) -> dict[str, Any]:
        """Return ``Response`` of one call."""
        response, body = self.exchange(action, params)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        answer = json.loads(body)["Response"]
        assert len(answer["RequestId"]) == 36
        return dict(answer)

    def code(self, action: str, params: Any = None) -> str | None:
        """Return the error code of one call, None where it succeeded."""
        code: str | None = self.call(action, params).get("Error", {}).get("Code")
        return code

    def exchange(self, action: str, params: Any = None) -> tuple[HTTPResponse, bytes]:
        """Return the HTTP answer of one call on a connection of its own, and its body."""
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        try:
            return self.over(connection, action, params)
        finally:
            connection.close()

    def over(self, connection: HTTPConnection, action: str, params: Any = None) -> tuple[HTTPResponse, bytes]:
        """Return the HTTP answer of one call over ``connection``, and its body."""
        given = params if params is not None else {}
        query = urlencode(given) if self.method == "GET" else ""
        body = b"" if self.method == "GET" else given if isinstance(given, bytes) else json.dumps(given).encode()
        headers = self.headers(action, query, body)
        sent = body if self.sent_body is None else self.sent_body
        connection.request(self.method, f"/?{query}" if query else "/", sent, headers)
        response = connection.getresponse()
        return response, response.read()

    def headers(self, action: str, query: str, body: bytes) -> dict[str, str]:
        """Return the headers of a signed request."""
        version = VERSIONS.get(action, "2021-01-11")
        headers = {
            "Host": self.url.removeprefix("http://"),
            "Content-Type": self.content_type,
            "X-TC-Action": action,
            "X-TC-Version": version,
            "X-TC-Region": self.region,
            "X-TC-Timestamp": str(int(time.time()) + self.clock_offset_s),
            **self.extra,
        }
        service = self.service or ("sts" if version == "2018-08-13" else "sms")
        headers.setdefault("Authorization", self._authorization(headers, service, query, body))
        return {name: value for name, value in headers.items() if name not in self.dropped}

    def _authorization(self, headers: Mapping[str, str], service: str, query: str, body: bytes) -> str:
        moment = int(headers["X-TC-Timestamp"]) if headers["X-TC-Timestamp"].isdigit() else 0
        date = self.date or datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
        known = {name.lower(): value.lower() if self.lowered else value for name, value in headers.items()}
        if known.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD":
            body = b"UNSIGNED-PAYLOAD"
        names = ";".join(self.signed)
        lines = [self.method, "/", query, *(f"{name}:{known[name]}" for name in self.signed), "", names]
        canonical = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
        scope = f"{date}/{service}/tc3_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"TC3-HMAC-SHA256\n{headers['X-TC-Timestamp']}\n{scope}\n{digest}"
        key = f"TC3{self.secret_key}".encode()
        for part in (date, service, "tc3_request", text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return f"TC3-HMAC-SHA256 Credential={self.secret_id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
