"""The least that can be composed of the same libraries: events to data, the compiled schema, the listing by the SDK."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from yaml._yaml import CParser

_PAGE = 100


def data_of(text: str) -> Any:
    """Return the document's data; every scalar that the schema wants otherwise is turned into it by its look."""
    parser, stack = CParser(text), [[]]
    while (event := parser.get_event()) is not None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            stack[-1].append(_value(event.value))
        elif kind is yaml.MappingStartEvent:
            stack.append([])
        elif kind is yaml.MappingEndEvent:
            flat = stack.pop()
            stack[-1].append(dict(zip(flat[::2], flat[1::2], strict=True)))
    return stack[0][0]


def _value(text: str) -> Any:
    if text.isdigit():
        return int(text)
    return {"true": True, "false": False}.get(text, text)


def rows_of(client: Any, international: int) -> list[dict[str, Any]]:
    """Return all rows of a series."""
    rows: list[dict[str, Any]] = []
    while True:
        page = {"International": international, "Limit": _PAGE, "Offset": len(rows)}
        found = client.call_json("DescribeSmsSignList", page)["Response"]["DescribeSignListStatusSet"]
        rows += found
        if len(found) < _PAGE:
            return rows


def main() -> None:
    """Take the definitions, the schema and the server's ``host:port``, and print how many signatures were found."""
    warnings.simplefilter("ignore", DeprecationWarning)
    definitions, schema, server = sys.argv[1:]
    document = data_of(Path(definitions).read_text(encoding="utf-8"))
    if not jsonschema_rs.validator_for(Path(schema).read_text(encoding="utf-8")).is_valid(document):
        sys.exit("the definitions do not obey the schema")
    keys = Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=server))
    client = CommonClient("sms", "2021-01-11", keys, document["account"]["region"], profile)
    rows = {row["SignId"]: row for flag in (0, 1) for row in rows_of(client, flag)}
    print(sum(signature["sign_id"] in rows for signature in document["signatures"].values()))


if __name__ == "__main__":
    main()
