"""The least that the work costs at all: JSON, the compiled schema, bare HTTP with a signature by hand."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema_rs

_PAGE = 100
_SERVICE, _VERSION, _ACTION = "sms", "2021-01-11", "DescribeSmsSignList"


def headers_for(body: bytes, host: str, region: str) -> dict[str, str]:
    """Return the headers of a request signed with TC3-HMAC-SHA256."""
    now = int(time.time())
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{digest}"
    scope = f"{day}/{_SERVICE}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{os.environ['TENCENTCLOUD_SECRET_KEY']}".encode()
    for part in (day, _SERVICE, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"{os.environ['TENCENTCLOUD_SECRET_ID']}/{scope}"
    return {
        "Content-Type": "application/json",
        "Host": host,
        "Authorization": f"TC3-HMAC-SHA256 Credential={credential}, SignedHeaders=content-type;host, "
        f"Signature={signature}",
        "X-TC-Action": _ACTION,
        "X-TC-Version": _VERSION,
        "X-TC-Timestamp": str(now),
        "X-TC-Region": region,
    }


def rows_of(connection: http.client.HTTPConnection, host: str, region: str, international: int) -> list[Any]:
    """Return all rows of a series."""
    rows: list[Any] = []
    while True:
        body = json.dumps({"International": international, "Limit": _PAGE, "Offset": len(rows)}).encode()
        connection.request("POST", "/", body, headers_for(body, host, region))
        found = json.loads(connection.getresponse().read())["Response"]["DescribeSignListStatusSet"]
        rows += found
        if len(found) < _PAGE:
            return rows


def main() -> None:
    """Take the definitions as JSON, the schema and the server's ``host:port``, and print how many were found."""
    definitions, schema, server = sys.argv[1:]
    document = json.loads(Path(definitions).read_bytes())
    if not jsonschema_rs.validator_for(Path(schema).read_text(encoding="utf-8")).is_valid(document):
        sys.exit("the definitions do not obey the schema")
    connection = http.client.HTTPConnection(server)
    region = document["account"]["region"]
    rows = {row["SignId"]: row for flag in (0, 1) for row in rows_of(connection, server, region, flag)}
    print(sum(signature["sign_id"] in rows for signature in document["signatures"].values()))


if __name__ == "__main__":
    main()
