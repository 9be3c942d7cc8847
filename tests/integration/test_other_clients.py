"""Clients that are no dependency, installed for the occasion: the vendor's command line tool and its Node SDK."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.sandbox.signing import DEFAULT_KEY
from tests.fixtures.accounts import PENDING, account, image, submission
from tests.fixtures.environment import outside_of_tests

pytestmark = pytest.mark.soak

# Of one version each, so that tomorrow's release of somebody else fails no test here.
TCCLI = "tccli==3.1.189.1"
NODE_SDK = "tencentcloud-sdk-nodejs-sms@4.1.306"

NODE = """
const { sms } = require("tencentcloud-sdk-nodejs-sms");
const [endpoint, secretKey, params] = process.argv.slice(2);
async function talk(reqMethod) {
  const client = new sms.v20210111.Client({
    credential: { secretId: "AKIDsandbox", secretKey },
    region: "ap-singapore",
    profile: { httpProfile: { endpoint, protocol: "http://", reqMethod } },
  });
  const done = await client.ModifySmsSign(JSON.parse(params));
  const seen = await client.DescribeSmsSignList({ International: 0, SignIdSet: [done.ModifySignStatus.SignId] });
  return seen.DescribeSignListStatusSet[0].SignName;
}
(async () => {
  try { console.log(JSON.stringify([await talk("GET"), await talk("POST")])); }
  catch (error) { console.log(JSON.stringify(error.code)); }
})();
"""


@pytest.fixture
def url() -> Iterator[str]:
    with running(Options(seed=account(), limits=False)) as sandbox:
        yield sandbox.url


@pytest.fixture(scope="module")
def environ(real_home: str) -> Mapping[str, str]:
    """The environment of tools that are installed from elsewhere: no guard, and the settings of whoever runs this."""
    return outside_of_tests(os.environ) | {"HOME": real_home}


def run(*command: str | Path, environ: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(command), env=dict(environ), cwd=cwd, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.fixture(scope="module")
def tccli(tmp_path_factory: pytest.TempPathFactory, environ: Mapping[str, str]) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("tccli")
    for command in ((sys.executable, "-m", "venv", place), (place / "bin" / "pip", "install", "--quiet", TCCLI)):
        done = run(*command, environ=environ, cwd=place)
        assert done.returncode == 0, done.stderr
    yield place / "bin" / "tccli"
    # it brings the vendor's whole SDK, hundreds of megabytes
    shutil.rmtree(place)


def test_tccli_describes_modifies_and_is_refused(
    tccli: Path, url: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    keys = {"TENCENTCLOUD_SECRET_ID": "AKIDsandbox", "TENCENTCLOUD_REGION": "ap-singapore"}
    settled = {**environ, **keys, "HOME": str(tmp_path)}

    def call(*arguments: str, secret: str = DEFAULT_KEY.secret_key) -> str:
        # the scheme has to stand in --endpoint: without one tccli speaks TLS
        done = run(
            tccli, *arguments, "--endpoint", url, environ={**settled, "TENCENTCLOUD_SECRET_KEY": secret}, cwd=tmp_path
        )
        return done.stdout + done.stderr

    sent = [part for name, value in submission(SignName="Tccli").items() for part in (f"--{name}", str(value))]
    assert json.loads(call("sms", "ModifySmsSign", *sent))["ModifySignStatus"] == {"SignId": PENDING}
    asked = ("sms", "DescribeSmsSignList", "--International", "0", "--SignIdSet", f"[{PENDING}]")
    assert json.loads(call(*asked))["DescribeSignListStatusSet"][0]["SignName"] == "Tccli"
    assert json.loads(call("sts", "GetCallerIdentity"))["Type"] == "Sandbox"
    assert "AuthFailure.SignatureFailure" in call(*asked, secret="wrong")


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm here")
def test_the_node_sdk_describes_modifies_and_is_refused(url: str, environ: Mapping[str, str], tmp_path: Path) -> None:
    installed = run("npm", "install", "--no-audit", "--no-fund", NODE_SDK, environ=environ, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    (tmp_path / "talk.js").write_text(NODE)
    params = submission(SignName="节点", ProofImage=image(3))

    def talk(secret: str) -> Any:
        told = (url.removeprefix("http://"), secret, json.dumps(params))
        done = run("node", "talk.js", *told, environ=environ, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert talk("sandbox-secret") == ["节点", "节点"]
    assert talk("wrong") == "AuthFailure.SignatureFailure"
