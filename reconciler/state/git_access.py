"""How the user's checkout reaches a remote: its addresses and the settings that its connections need."""

# Only read here. The record is written from a repository of its own, which these settings are lent to.

from __future__ import annotations

import base64
import ipaddress
import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import RemoteError, StateError
from reconciler.state.git_command import TOKEN_VARIABLE, git, plain_environment

# The first git that takes settings from the environment (GIT_CONFIG_COUNT).
_OLDEST: Final = (2, 31)


_LENT: Final = ("http.", "credential.", "ssh.", "protocol.", "core.gitproxy")


_LENT_OF_REMOTE: Final = ("proxy", "proxyauthmethod", "uploadpack", "receivepack")


_PLINK: Final = re.compile(r"plink(\.exe)?['\"]?(\s|$)", re.IGNORECASE)


_BATCH: Final = "-o BatchMode=yes -o ConnectTimeout=20"


class Access(NamedTuple):
    """What a repository needs to reach the remote as the checkout does. ``settings`` and ``ssh`` may hold secrets."""

    fetch_url: str
    push_url: str
    settings: tuple[tuple[str, str], ...]
    ssh: str


def access(root: Path, remote: str, own: list[tuple[str, str]], alias: str) -> Access:
    """Return how to reach ``remote`` of the checkout at ``root``.

    ``own`` are the settings that apply anywhere for this user, which need not be lent; ``alias`` is what the remote
    will be called. Raises RemoteError where there is no such remote, StateError where the token cannot be used.
    """
    environment = plain_environment()
    fetch_url, push_url = _url(root, environment, remote), _url(root, environment, remote, "--push")
    listed = settings_at(root, environment)
    lent = [(_lent_as(key, remote, alias), value) for key, value in _beyond(listed, own)]
    settings = [(key, value) for key, value in lent if key is not None]
    for url in dict.fromkeys((fetch_url, push_url)):
        settings += _token_settings(root, environment, url)
    return Access(fetch_url, push_url, tuple(settings), _ssh(dict(listed)))


def object_format(root: Path) -> str:
    """Return the checkout's hash, ``sha1`` or ``sha256``. Raises StateError for no checkout, or too old a git."""
    environment = plain_environment()
    version = _said(root, environment, "version").decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST:
        raise StateError(f"{version!a} is too old", hint=f"Install git {_OLDEST[0]}.{_OLDEST[1]} or newer.")
    result = git(root, environment, "rev-parse", "--show-object-format")
    if result.code:
        raise StateError(
            f"{root} is not a git checkout that can be used: {result.words}",
            hint="A record on a branch needs the definitions in a clone; otherwise take `state` out of them.",
        )
    return result.text


def settings_at(folder: Path, environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return every setting that git sees in a folder, from all its files and the environment, in order."""
    listed = _said(folder, environment, "config", "--includes", "--list", "-z")
    pairs = (item.partition("\n") for item in os.fsdecode(listed).split("\0") if item)
    # A name without a value means true.
    return [(key, value if equals else "true") for key, equals, value in pairs]


def _said(folder: Path, environment: Mapping[str, str], *arguments: str) -> bytes:
    result = git(folder, environment, *arguments)
    if result.code:
        raise StateError(f"git cannot be used: {result.words}", hint="Correct what git names.")
    return result.out


def _beyond(listed: list[tuple[str, str]], own: list[tuple[str, str]]) -> list[tuple[str, str]]:
    # Lent twice, a header would be sent twice.
    known = Counter(own)
    extra = []
    for setting in listed:
        if known[setting]:
            known[setting] -= 1
        else:
            extra.append(setting)
    return extra


def _lent_as(key: str, remote: str, alias: str) -> str | None:
    prefix = f"remote.{remote}."
    if key.startswith(prefix) and key.removeprefix(prefix) in _LENT_OF_REMOTE:
        return f"remote.{alias}.{key.removeprefix(prefix)}"
    return key if key.startswith(_LENT) else None


def _url(root: Path, environment: Mapping[str, str], remote: str, *options: str) -> str:
    result = git(root, environment, "remote", "get-url", *options, "--", remote)
    if result.code:
        raise RemoteError(
            f"the checkout has no remote called {remote}",
            hint=f"Add it with `git remote add {remote} URL`: the record is kept on a branch of it.",
        )
    return os.fsdecode(result.out).rstrip("\n")


def _ssh(settings: Mapping[str, str]) -> str:
    program = os.environ.get("GIT_SSH_COMMAND") or settings.get("core.sshcommand")
    if not program:
        program = shlex.quote(os.environ.get("GIT_SSH") or "ssh")
    variant = os.environ.get("GIT_SSH_VARIANT") or settings.get("ssh.variant", "auto")
    openssh = variant in {"auto", "ssh"} and not _PLINK.search(program)
    return f"{program} {_BATCH}" if openssh else program


def _token_settings(root: Path, environment: Mapping[str, str], url: str) -> list[tuple[str, str]]:
    token, parts = os.environ.get(TOKEN_VARIABLE, ""), _parts(url)
    if not token or parts is None or parts.scheme not in {"http", "https"} or parts.username is not None:
        return []
    kept = git(root, environment, "config", "--includes", "--get-urlmatch", "http.extraheader", url).text
    if kept.lower().startswith("authorization:"):
        return []
    _check_token(token, parts)
    pair = token if ":" in token else f"x-access-token:{token}"
    return [(f"http.{url}.extraHeader", f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}")]


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        # Git says what is wrong with an address when it uses it.
        return None


def _check_token(token: str, parts: SplitResult) -> None:
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise StateError(
            f"{TOKEN_VARIABLE} holds characters that no token has", hint="Check it for a line break or a space."
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise StateError(
            f"{TOKEN_VARIABLE} is not sent over plain http", hint="Use the remote's https address, or unset the token."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
