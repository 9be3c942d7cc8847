"""The least that a fleet's plan is composed of: the same calls in threads, YAML, schema and JSON, no decisions."""

from __future__ import annotations

import json
import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

_PAGE = 100
_JOBS = 32


def _client(service: str, version: str, keys: Any, region: str, server: str) -> Any:
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=server, keepAlive=True))
    return CommonClient(service, version, keys, region, profile)


def _rows(client: Any, international: int) -> list[dict[str, Any]]:
    page = {"International": international, "Limit": _PAGE, "Offset": 0}
    return list(client.call_json("DescribeSmsSignList", page)["Response"]["DescribeSignListStatusSet"])


def _account(folder: Path, schema: Any, own: Any, server: str) -> str:
    document = yaml.load((folder / "signatures.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    if not schema.is_valid(document):
        sys.exit("the definitions do not obey the schema")
    region, role = document["account"]["region"], document["account"]["role"]
    asked = {"RoleArn": role, "RoleSessionName": "floor", "DurationSeconds": 7200}
    sts = _client("sts", "2018-08-13", own, region, server)
    given = sts.call_json("AssumeRole", asked)["Response"]["Credentials"]
    keys = Credential(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])
    uin = _client("sts", "2018-08-13", keys, region, server).call_json("GetCallerIdentity", {})["Response"]["AccountId"]
    sms = _client("sms", "2021-01-11", keys, region, server)
    rows = {row["SignId"]: row for flag in (0, 1) for row in _rows(sms, flag)}
    found = {key: rows.get(signature["sign_id"]) for key, signature in document["signatures"].items()}
    return json.dumps({"uin": uin, "signatures": found})


def main() -> None:
    """Take the fleet's folder, the schema and the server's ``host:port``, and print a line for each account."""
    warnings.simplefilter("ignore", DeprecationWarning)
    fleet, schema_file, server = sys.argv[1:]
    schema = jsonschema_rs.validator_for(Path(schema_file).read_text(encoding="utf-8"))
    own = Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
    with ThreadPoolExecutor(_JOBS) as pool:
        for line in pool.map(lambda folder: _account(folder, schema, own, server), sorted(Path(fleet).iterdir())):
            print(line)


if __name__ == "__main__":
    main()
