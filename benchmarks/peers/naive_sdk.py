"""What somebody writes in an afternoon: safe_load, and one describe with the vendor's SDK for each signature."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import yaml
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models, sms_client


def main() -> None:
    """Take the definitions and the server's ``host:port``, and print what differs."""
    warnings.simplefilter("ignore", DeprecationWarning)
    document = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    http = HttpProfile(protocol="http", endpoint=sys.argv[2])
    keys = Credential(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
    client = sms_client.SmsClient(keys, document["account"]["region"], ClientProfile(httpProfile=http))
    for key, signature in document["signatures"].items():
        request = models.DescribeSmsSignListRequest()
        request.SignIdSet = [signature["sign_id"]]
        request.International = int(signature["international"])
        (row,) = client.DescribeSmsSignList(request).DescribeSignListStatusSet
        if row.StatusCode == -1 or row.SignName != signature["sign_name"]:
            print(f"{key}: {row.SignName} -> {signature['sign_name']}")


if __name__ == "__main__":
    main()
