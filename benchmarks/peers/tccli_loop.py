"""A describe by the vendor's command line tool for each signature, one after the other, as a shell script would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Take the path of tccli, the definitions as JSON and the server's URL, and print what is rejected."""
    tccli, definitions, url = sys.argv[1:]
    for key, signature in json.loads(Path(definitions).read_bytes())["signatures"].items():
        asked = ("--International", str(int(signature["international"])), "--SignIdSet", f"[{signature['sign_id']}]")
        command = [tccli, "sms", "DescribeSmsSignList", *asked, "--endpoint", url]
        answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        if answer["DescribeSignListStatusSet"][0]["StatusCode"] == -1:
            print(key)


if __name__ == "__main__":
    main()
