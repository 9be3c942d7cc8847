from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.errors import Exit
from tests.fixtures.accounts import PENDING, submission
from tests.fixtures.caller import Caller

ACCOUNT = f"""
uin: "100000000009"
signatures:
  - {{sign_id: {PENDING}, sign_name: NO, status: rejected, review_reply: Blurred scan}}
"""
COMMAND = (sys.executable, "-m", "reconciler", "sandbox")


@pytest.fixture
def account(tmp_path: Path) -> Path:
    path = tmp_path / "account.yaml"
    path.write_text(ACCOUNT)
    return path


@contextmanager
def serving(*arguments: str | Path, end: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    with subprocess.Popen([*COMMAND, "serve", *arguments], stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            assert line.startswith("sandbox listening on http://127.0.0.1:")
            yield line.split()[-1]
        finally:
            child.send_signal(end)
            assert child.wait(timeout=30) == Exit.DONE
        assert child.stdout.read() == ""


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_and_serves_the_account_until_it_is_ended(account: Path, end: signal.Signals) -> None:
    with serving("--account", account, end=end) as url:
        asked = {"International": 0, "SignIdSet": [PENDING]}
        rows = Caller(url).call("DescribeSmsSignList", asked)["DescribeSignListStatusSet"]
        assert (rows[0]["SignName"], rows[0]["StatusCode"], rows[0]["ReviewReply"]) == ("NO", -1, "Blurred scan")
        assert Caller(url).call("GetCallerIdentity")["AccountId"] == "100000000009"


def test_the_first_line_of_serve_is_the_same_in_every_language(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with serving("--account", account) as url:
        assert url.startswith("http://127.0.0.1:")


def test_serve_takes_keys_faults_facts_a_clock_and_no_limits(account: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    options = ("--key", "A:a", "--key", "B:b:t", "--no-limits", "--clock-offset", "900", "--identity", "denied")
    with serving("--account", account, "--log", log, "--fault", "ModifySmsSign:2:null", *options) as url:
        caller = Caller(url, "A", "a", clock_offset_s=900)
        assert caller.call("ModifySmsSign", submission())["ModifySignStatus"] == {"SignId": PENDING}
        assert caller.call("ModifySmsSign", submission())["ModifySignStatus"] is None
        assert Caller(url, "B", "b", clock_offset_s=900).code("GetCallerIdentity") == "AuthFailure.TokenFailure"
        assert caller.code("GetCallerIdentity") == "UnauthorizedOperation"
        assert Caller(url, clock_offset_s=900).code("GetCallerIdentity") == "AuthFailure.SecretIdNotFound"
    assert [json.loads(line)["code"] for line in log.read_text().splitlines()][:2] == [None, None]


def test_a_saved_account_wins_and_even_a_broken_account_file_is_not_looked_at(account: Path, tmp_path: Path) -> None:
    save = tmp_path / "save.json"
    with serving("--account", account, "--save", save) as url:
        assert Caller(url).code("ModifySmsSign", submission(SignName="New")) is None
    account.write_text("nonsense: [")
    with serving("--account", account, "--save", save) as url:
        asked = {"International": 0, "SignIdSet": [PENDING]}
        rows = Caller(url).call("DescribeSmsSignList", asked)["DescribeSignListStatusSet"]
        assert rows[0]["SignName"] == "New"


def test_review_plays_the_reviewer(account: Path) -> None:
    with serving("--account", account) as url:
        done = command("review", "--endpoint", url, str(PENDING), "reject", "--reply", "Still blurred")
        assert (done.returncode, done.stdout) == (0, f"sandbox: signature {PENDING} has StatusCode -1 now\n")
        unknown = command("review", "--endpoint", url, "9999", "approve")
        assert (unknown.returncode, unknown.stdout) == (Exit.USAGE, "")
        assert "no signature 9999" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("serve", "--fault", "*:1:explode"), Exit.USAGE, "ACTION:WHICH:KIND"),
        (("serve", "--key", "half"), Exit.USAGE, "ID:SECRET"),
        (("serve", "--host", "192.0.2.1"), Exit.USAGE, "its keys are public"),
        (("serve", "--latency", "nan"), Exit.USAGE, "nan is not a number"),
        (("serve", "--clock-offset", "inf"), Exit.USAGE, "--clock-offset"),
        (("serve", "--order", "random"), Exit.USAGE, "--order"),
        (("serve", "--account", "nowhere.yaml"), Exit.INVALID, "nowhere.yaml: cannot be read"),
        (("review", "--endpoint", "http://127.0.0.1:1", "1", "approve"), Exit.VENDOR, "no sandbox answers"),
    ],
)
def test_bad_input_is_told_without_a_traceback(arguments: tuple[str, ...], code: Exit, told: str) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_account_file_is_told_with_its_place(account: Path) -> None:
    account.write_text("signatures:\n  - {sign_id: 1, sign_name: A, status: aproved}\n")
    done = command("serve", "--account", account)
    assert (done.returncode, done.stdout) == (Exit.INVALID, "")
    assert f"{account}:2:32: unknown status `aproved`" in done.stderr


def test_help_tells_every_fault_and_imports_no_server() -> None:
    code = (
        "import sys; from reconciler.cli.sandbox import sandbox; sandbox(['serve', '--help'], standalone_mode=False);"
        "assert not {'http.client', 'http.server', 'requests', 'tencentcloud'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    for told in ("reset-after", "--describe-lag", "--qualification-id", "sliding|fixed"):
        assert told in done.stdout
