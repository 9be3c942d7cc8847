"""No secret and no image shows in anything that a run prints or leaves, whatever happens in it."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply import context
from reconciler.cli import failures
from reconciler.net import environment
from reconciler.render import text
from reconciler.sandbox import service
from reconciler.state import git_command
from reconciler.tencent import sdk
from reconciler.tencent.credentials.base import Keys
from tests.fixtures.commands import COMMAND, process
from tests.fixtures.git_http import hosting
from tests.fixtures.repositories import hub_and_clone
from tests.security import canaries
from tests.security.scene import KEY, KEYS, Scene, every_command, scene

pytestmark = pytest.mark.usefixtures("_warped", "_loud")
BRANCH = "reconciler-state"
FAILING = ("ModifySmsSign:1:reset-after", "ModifySmsSign:2:error=InternalError", "DescribeSmsSignList:3:html")


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://somebody:{canaries.SECRETS['proxy password']}@127.0.0.1:9")
    monkeypatch.setenv("RECONCILER_GIT_TOKEN", f"writer:{canaries.SECRETS['git password']}")


def entered(at: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.chdir(at.top)
    return at


def test_the_search_finds_what_it_looks_for() -> None:
    """Each canary is found, also in base64 at any alignment, so that finding none means something."""
    forms = canaries.shapes()
    for name, secret in canaries.SECRETS.items():
        for before in ("", "x", "ab"):
            text = f"{before}{secret}".encode()
            assert name in canaries.seen(text, forms)
            assert name in canaries.seen(base64.b64encode(text), forms)
    assert canaries.seen(canaries.picture(1), forms) >= {"image"}
    assert KEY.secret_id not in Keys(KEY.secret_id, KEY.secret_key).masked_id


def test_no_command_prints_or_keeps_a_canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene(tmp_path) as at:
        every_command(entered(at, monkeypatch))
        assert [request["code"] for request in at.sandbox.requests if request["action"] == "ModifySmsSign"]
    assert "ModifySmsSign ok" in "\n".join(at.printed)
    assert (at.told(), at.kept()) == (set(), set())


def test_failing_calls_print_and_keep_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene(tmp_path, *FAILING) as at:
        every_command(entered(at, monkeypatch))
    assert (at.told(), at.kept()) == (set(), set())


def test_keys_that_are_not_taken_are_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", canaries.SECRETS["request token"])
    with scene(tmp_path) as at:
        every_command(entered(at, monkeypatch))
    assert "AuthFailure.SignatureFailure" in "\n".join(at.printed)
    assert (at.told(), at.kept()) == (set(), set())


def test_a_vendor_behind_a_proxy_that_refuses_shows_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scene(tmp_path) as at:
        entered(at, monkeypatch)
        assert at.run("plan").code == 5
        done = at.run("doctor")
    assert "http://127.0.0.1:9" in done.out
    assert (at.told(), at.kept()) == (set(), set())


def test_the_branch_of_the_record_holds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, clone = hub_and_clone(tmp_path, "--quiet")
    clone.rename(tmp_path / "work")
    with hosting(tmp_path) as served, scene(tmp_path, branch=BRANCH) as at:
        entered(at, monkeypatch)
        subprocess.run(["git", "remote", "set-url", "origin", f"{served.url}/hub.git"], check=True)
        every_command(at)
        assert any("may-write" in login for login in served.logins)
        assert not {line for line in served.command_lines if canaries.seen(line, at.forms)}
        monkeypatch.setenv("RECONCILER_GIT_TOKEN", "writer:wrong")
        assert at.reaching("apply", "--yes").code == 5
    assert hub.exists()
    assert (at.told(), at.kept(), at.history(BRANCH)) == (set(), set(), set())


def test_the_password_in_the_address_of_a_remote_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, clone = hub_and_clone(tmp_path, "--quiet")
    clone.rename(tmp_path / "work")
    address = f"http://somebody:{canaries.SECRETS['proxy password']}@127.0.0.1:9/hub.git"
    with scene(tmp_path, branch=BRANCH) as at:
        entered(at, monkeypatch)
        monkeypatch.delenv("RECONCILER_GIT_TOKEN")
        subprocess.run(["git", "remote", "set-url", "origin", address], check=True)
        assert at.reaching("plan").code == 5
        at.reaching("doctor")
    assert at.told() == set()


def test_a_web_identity_token_and_the_keys_it_gives_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    token = tmp_path.parent / f"{tmp_path.name}-token"
    token.write_text(canaries.SECRETS["web identity token"])
    monkeypatch.setenv("TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", canaries.SECRETS["request token"])
    role = ("--oidc-provider", "github", "--role-arn", "qcs::cam::uin/100000000001:roleName/sms")
    issued: list[str] = []
    monkeypatch.setattr("secrets.token_hex", lambda size: _remembered(issued, size))
    with scene(tmp_path) as at:
        entered(at, monkeypatch)
        for command in (("plan",), ("doctor",), ("apply", "--yes")):
            assert at.reaching(*command, *role).code in {0, 6}
    given = {f"issued {number}": secret for number, secret in enumerate(issued)}
    assert issued
    at.forms |= canaries.shapes(given, ())
    assert (at.told(), at.kept()) == (set(), set())


def _remembered(issued: list[str], size: int) -> str:
    issued.append(f"{len(issued):02}ca" * (size // 2))
    return issued[-1]


@pytest.mark.parametrize(
    "level",
    [pytest.param((), marks=pytest.mark.soak), pytest.param(("-v",), marks=pytest.mark.soak), ("-vv",)],
)
def test_a_process_of_its_own_shows_none_at_any_verbosity(tmp_path: Path, level: tuple[str, ...]) -> None:
    with scene(tmp_path) as at:
        done = process(*level, "apply", "--yes", "--endpoint", at.sandbox.url, cwd=at.top, env=dict(os.environ))
    assert "sign-1 accepted" in done.err
    at.printed += [done.out, done.err]
    assert (at.told(), at.kept()) == (set(), set())


def test_the_sandbox_as_a_process_tells_none_of_what_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "served.log"
    account = tmp_path / "account.yaml"
    account.write_text("signatures: [{sign_id: 1001, sign_name: Old, international: true}]")
    files = ("--log", str(log), "--save", str(tmp_path / "served.json"), "--account", str(account))
    key = ":".join(filter(None, (KEY.secret_id, KEY.secret_key, KEY.token)))
    serve = [*COMMAND, "sandbox", "serve", "--no-limits", "--key", key, *files]
    with scene(tmp_path) as at:
        entered(at, monkeypatch)
        with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            url = child.stdout.readline().split()[-1]
            done = at.run("apply", "--yes", "--endpoint", url)
            child.terminate()
            at.printed += child.communicate()
    assert '"ProofImage": {"sha256"' in log.read_text()
    assert "sign-1 accepted" in done.err
    assert (at.told(), at.kept()) == (set(), set())


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError(f"{KEY} {os.environ!r} {canaries.picture(1)!r}")


@pytest.mark.parametrize(
    ("place", "name"), [(text, "target_line"), (context, "read_for_upload"), (sdk.Sdk, "call")], ids=str
)
def test_a_bug_shows_where_it_is_and_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    with scene(tmp_path) as at:
        monkeypatch.setattr(place, name, broken)
        every_command(entered(at, monkeypatch))
    assert "in broken" in "\n".join(at.printed)
    assert (at.told(), at.kept()) == (set(), set())


def test_keys_are_not_in_their_own_representation() -> None:
    keys = Keys(KEY.secret_id, KEY.secret_key, KEY.token, source="environment")
    assert canaries.seen(f"{keys} {keys!r} {[keys]} {keys.masked_id}".encode(), canaries.shapes()) == set()


# What the tests above rest on, taken away one by one: then there is something to find.


def told_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *commands: tuple[str, ...]) -> set[str]:
    with scene(tmp_path) as at:
        entered(at, monkeypatch)
        for command in commands:
            at.reaching(*command)
    return at.told() | {entry.split(" in ")[0] for entry in at.kept()}


def test_without_the_silence_of_the_vendors_log_images_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = sdk._silence_sdk

    def loud() -> None:
        quiet()  # it also keeps a warning of the client from becoming an error
        log = logging.getLogger("tencentcloud_sdk_common")
        log.setLevel(logging.DEBUG)
        log.propagate = True

    monkeypatch.setattr(sdk, "_silence_sdk", loud)
    assert "image" in told_without(tmp_path, monkeypatch, ("apply", "--yes"))


def test_without_the_plain_crash_report_a_bug_shows_keys_and_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "_crash_report", str)
    monkeypatch.setattr(text, "target_line", broken)
    assert told_without(tmp_path, monkeypatch, ("plan",)) >= {"secret key", "session token", "image"}


def test_without_the_digests_of_the_sandboxs_log_images_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_redacted", lambda _, value: value)
    assert "image" in told_without(tmp_path, monkeypatch, ("apply", "--yes"))


def test_without_its_care_for_proxies_a_doctor_shows_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_shown", lambda proxy, _scheme: proxy)
    with scene(tmp_path) as at:
        entered(at, monkeypatch).run("doctor")
    assert "proxy password" in at.told()


def test_without_the_cleaning_of_gits_words_an_address_shows_its_password() -> None:
    password = canaries.SECRETS["proxy password"]
    words = f"fatal: unable to access 'https://somebody:{password}@git.example/a'".encode()
    assert canaries.seen(words, canaries.shapes())
    for address in (password, f"a@{password}", f"{password}@b"):
        cleaned = git_command._for_people(
            f"fatal: unable to access 'https://somebody:{address}@git.example/a'".encode()
        )
        assert canaries.seen(cleaned.encode(), canaries.shapes()) == set()


@pytest.mark.parametrize("guarded", [True, False])
def test_only_their_own_representation_keeps_keys_out_of_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    def call(self: sdk.Sdk, *_: Any) -> None:
        logging.getLogger("reconciler").debug("calling with %r", self._keys)
        raise ValueError

    monkeypatch.setattr(sdk.Sdk, "call", call)
    if not guarded:
        monkeypatch.setattr(Keys, "__repr__", lambda keys: f"{keys.secret_id} {keys.secret_key} {keys.token}")
    told = told_without(tmp_path, monkeypatch, ("plan",))
    assert told == (set() if guarded else {"key id", "secret key", "session token"})
