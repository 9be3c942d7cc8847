from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.state.branch import BranchStore
from tests.fixtures.git_http import READER, WRITER, Hosting, hosting
from tests.fixtures.repositories import footprint, git, hub_and_clone, subjects
from tests.fixtures.state_values import NAME, put, state

BRANCH = "reconciler-state"
TOKEN = "RECONCILER_GIT_TOKEN"


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosting]:
    """A hub that is reached over HTTP by the clone ``work``."""
    _, work = hub_and_clone(tmp_path)
    with hosting(tmp_path) as server:
        git(work, "remote", "set-url", "origin", f"{server.url}/hub.git")
        yield server


def save(work: Path, name: str = "one") -> None:
    store = BranchStore(work, BRANCH, NAME)
    put(store, state(s1=name), name)


def failure(work: Path) -> StateError:
    with pytest.raises(StateError) as caught:
        save(work)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("token", ["may-write", WRITER])
def test_a_token_of_the_environment_opens_an_http_remote(
    hosted: Hosting, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(TOKEN, token)
    before = footprint(hosted.folder / "work")
    save(hosted.folder / "work")
    save(hosted.folder / "work", "two")
    assert subjects(hosted.folder / "hub.git", BRANCH) == ["two", "one"]
    assert set(hosted.logins) == {token if ":" in token else f"x-access-token:{token}"}
    assert footprint(hosted.folder / "work") == before


def test_a_token_is_in_no_command_line_and_no_message(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "canary-3141592653")
    error = failure(hosted.folder / "work")
    secrets = ["canary-3141592653", base64.b64encode(b"x-access-token:canary-3141592653").decode()]
    assert any(
        "remote-http" in line.decode(errors="replace") for line in hosted.command_lines
    ) or not sys.platform.startswith("linux")
    assert not [line for line in hosted.command_lines if any(secret.encode() in line for secret in secrets)]
    assert not [secret for secret in secrets if secret in f"{error} {error.hint} {error.__cause__}"]


def test_what_the_checkout_keeps_comes_before_the_token(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    work = hosted.folder / "work"
    monkeypatch.setenv(TOKEN, "canary")
    header = f"AUTHORIZATION: basic {base64.b64encode(WRITER.encode()).decode()}"
    git(work, "config", f"http.{hosted.url}/.extraheader", header)
    save(work)
    assert set(hosted.logins) == {WRITER}


def test_what_the_checkout_keeps_in_an_included_file_counts(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    work, kept = hosted.folder / "work", hosted.folder / "credentials"
    monkeypatch.setenv(TOKEN, "canary")
    header = f"AUTHORIZATION: basic {base64.b64encode(WRITER.encode()).decode()}"
    kept.write_text(f'[http "{hosted.url}/"]\nextraheader = {header}\n')
    git(work, "config", f"includeIf.gitdir:{work}/.git.path", str(kept))
    save(work)
    assert set(hosted.logins) == {WRITER}


def test_a_header_that_applies_everywhere_is_sent_once(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = hosted.folder / "settings"
    header = f"Authorization: Basic {base64.b64encode(WRITER.encode()).decode()}"
    settings.write_text(f'[http "{hosted.url}/"]\nextraHeader = {header}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    save(hosted.folder / "work")
    assert set(hosted.logins) == {WRITER}


def test_settings_passed_by_the_environment_count(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraHeader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"Authorization: Basic {base64.b64encode(WRITER.encode()).decode()}")
    save(hosted.folder / "work")
    assert set(hosted.logins) == {WRITER}


def test_a_credential_helper_of_the_checkout_is_asked(hosted: Hosting) -> None:
    user, _, password = WRITER.partition(":")
    helper = f'!f() {{ echo "username={user}"; echo "password={password}"; }}; f'
    git(hosted.folder / "work", "config", "credential.helper", helper)
    save(hosted.folder / "work")
    assert set(hosted.logins) == {"", WRITER}


def test_a_login_within_the_address_is_used_and_not_told(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    work = hosted.folder / "work"
    monkeypatch.setenv(TOKEN, "canary")
    git(work, "remote", "set-url", "origin", f"{hosted.url.replace('//', f'//{WRITER}@')}/hub.git")
    save(work)
    assert WRITER in hosted.logins
    git(work, "remote", "set-url", "origin", f"{hosted.url.replace('//', f'//{WRITER}@')}/nowhere.git")
    assert "may-write" not in failure(work).message


def test_without_any_login_nobody_is_asked(hosted: Hosting, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = hosted.folder / "asked"
    program = hosted.folder / "askpass"
    program.write_text(f"#!/bin/sh\ntouch {asked}\necho x\n")
    program.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(program))
    monkeypatch.setenv("DISPLAY", ":0")
    settings = hosted.folder / "settings"
    settings.write_text(f"[core]\naskPass = {program}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert "cannot be fetched" in failure(hosted.folder / "work").message
    assert not asked.exists()


def test_a_token_that_may_only_read_is_told_before_anything_is_written(
    hosted: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, READER)
    error = failure(hosted.folder / "work")
    assert "cannot be pushed" in error.message
    assert "403" in error.message
    assert "right to push" in error.hint
    assert git(hosted.folder / "hub.git", "branch", "--list", BRANCH) == ""


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel"])
def test_a_token_that_cannot_be_one_is_told_without_it(
    hosted: Hosting, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(TOKEN, token)
    error = failure(hosted.folder / "work")
    assert "characters that no token has" in error.message
    assert token not in error.message


@pytest.mark.parametrize("swapped", [False, True])
def test_a_token_is_not_sent_to_a_second_server(
    hosted: Hosting, monkeypatch: pytest.MonkeyPatch, swapped: bool
) -> None:
    work, here = hosted.folder / "work", f"{hosted.url}/hub.git"
    there = here.replace("127.0.0.1", "localhost")
    monkeypatch.setenv(TOKEN, WRITER)
    git(work, "remote", "set-url", "origin", there if swapped else here)
    git(work, "remote", "set-url", "--push", "origin", here if swapped else there)
    assert "names 127.0.0.1" in failure(work).message
    assert not hosted.logins
    # With a login of its own for one of the two, the token goes to the other alone.
    git(
        work,
        "config",
        f"http.{there}.extraHeader",
        f"Authorization: Basic {base64.b64encode(WRITER.encode()).decode()}",
    )
    save(work)


def test_a_token_is_not_sent_in_clear_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    monkeypatch.setenv(TOKEN, "may-write")
    git(work, "remote", "set-url", "origin", "http://git.example.com/hub.git")
    assert "not sent over plain http" in failure(work).message
