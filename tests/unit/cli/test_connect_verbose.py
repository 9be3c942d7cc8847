from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from reconciler.sandbox.signing import Key
from tests.fixtures import images
from tests.fixtures.commands import process
from tests.fixtures.project import account, pending, write

SECRETS = {
    "TENCENTCLOUD_SECRET_ID": "AKIDcanarycanarycanary",
    "TENCENTCLOUD_SECRET_KEY": "secretkeycanary",
    "TENCENTCLOUD_TOKEN": "sessiontokencanary",
}
SIGNS = [pending(1)]
CALL = r"\d\d:\d\d:\d\d {action} ok in \d+ ms, request id [0-9a-f-]{{36}}, \d+ bytes sent, \d+ received"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    secret_id, secret_key, token = SECRETS.values()
    key = Key(secret_id, secret_key, token)
    with running(Options(seed=account(SIGNS), keys=(key,))) as running_one:
        yield running_one


@pytest.mark.parametrize("verbosity", ["-v", "-vv"])
def test_requests_are_told_on_stderr_with_sizes_and_without_secrets(
    tmp_path: Path, sandbox: Sandbox, verbosity: str
) -> None:
    file = write(tmp_path, SIGNS)
    done = process(verbosity, "apply", "--yes", file, "--endpoint", sandbox.url, cwd=tmp_path, env=SECRETS)
    assert done.code == 0, done.err
    for action in ("GetCallerIdentity", "DescribeSmsSignList", "ModifySmsSign"):
        assert re.search(CALL.format(action=action), done.err)
    everything = done.out + done.err
    assert "canary" not in everything
    assert base64.b64encode(images.png(1)).decode()[:24] not in everything
    assert ("International=1, Limit=100, Offset=0" in done.err) == (verbosity == "-vv")


def test_without_asking_requests_are_not_told(tmp_path: Path, sandbox: Sandbox) -> None:
    done = process("plan", write(tmp_path, SIGNS), "--endpoint", sandbox.url, cwd=tmp_path, env=SECRETS)
    assert done.code == 0
    assert "request id" not in done.err
