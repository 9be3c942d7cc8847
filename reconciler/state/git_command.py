"""One run of git: without prompt, pager or hook's environment, within a time limit, with the remote's settings."""

# Git runs in a session of its own: it cannot ask on the terminal, an interrupt of this program leaves it to finish, and
# its helpers (ssh, git-remote-https) end with it. The checkout's settings are only read: the record is written from a
# repository of its own, which they are lent to.

from __future__ import annotations

import base64
import contextlib
import os
import re
import shlex
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from reconciler.contract.api import is_loopback
from reconciler.errors import NO_MORE_FILES, RAISE_THE_LIMIT, RemoteError, StateError, said, system_words

# Environment variable with a token for HTTP remotes, ``TOKEN`` or ``USER:TOKEN``.
TOKEN_VARIABLE: Final = "RECONCILER_GIT_TOKEN"  # noqa: S105  # the name of a variable, not a token
LOCAL_LIMIT_S: Final = 30.0
REMOTE_LIMIT_S: Final = 60.0


# Of git's own variables only those on how to connect and configure stay; one set by a hook would aim us elsewhere.
_KEPT: Final = ("GIT_SSH", "GIT_SSL_", "GIT_HTTP_", "GIT_CONFIG", "GIT_PROXY_", "GIT_EXEC_PATH", "GIT_ALLOW_PROTOCOL")

# Keys of the vendor, and tokens that give some: no git and no helper of its needs them.
_KEYS: Final = ("TENCENTCLOUD_", "TCCLI_", "TKE_", "ACTIONS_ID_TOKEN_", "ACTIONS_RUNTIME_TOKEN")
_QUIET: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}


_INSTALL: Final = "Install git: in a checkout it tells the commit for the record, and it keeps a record on a branch."

# Against programs that a checkout's own settings may name and that nothing here needs. An empty name, since older
# versions take `false` for the name of a program.
_NO_PROGRAMS: Final = ("--no-pager", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null")

# The filters that commands of these set up in a checkout; they are not looked for in the checkout.
_KNOWN_FILTER: Final = re.compile(r"\"?git-(?:lfs|crypt)\"?(?: [a-z-]+)+(?: --)?(?: %f)?")
_FILTER: Final = re.compile(r"filter\.(.*)\.(?:clean|process)", re.DOTALL)

_STATUS: Final = ("--porcelain", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=dirty")
# Two letters and a blank before each path.
_STATE: Final = 3

_USERINFO: Final = re.compile(r"(?<=://)[^/\s]+@")
_MAX_WORDS: Final = 600
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

# The first git that takes settings from the environment (GIT_CONFIG_COUNT).
_OLDEST: Final = (2, 31)
_LENT: Final = ("http.", "credential.", "ssh.", "protocol.", "core.gitproxy")
_LENT_OF_REMOTE: Final = ("proxy", "proxyauthmethod", "uploadpack", "receivepack")
_PLINK: Final = re.compile(r"plink(\.exe)?['\"]?(\s|$)", re.IGNORECASE)
_BATCH: Final = "-o BatchMode=yes -o ConnectTimeout=20"


def is_commit(text: str) -> bool:
    """Return whether a text is a whole git commit id, of SHA-1 or SHA-256 repositories."""
    return _COMMIT.fullmatch(text) is not None


class GitResult(NamedTuple):
    """What git left: exit code, output, and its messages cleaned for people."""

    code: int
    out: bytes
    words: str

    @property
    def text(self) -> str:
        """The output as text, without the line break at its end."""
        return self.out.decode("utf-8", "replace").rstrip("\n")


class GitTimeout(RemoteError):
    """Git took longer than its limit and was ended; a push may have been taken all the same."""


def plain_environment() -> dict[str, str]:
    """Return the environment for git in the user's checkout: its settings apply, and nothing is asked of anybody."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_KEYS) and (not name.startswith("GIT_") or name.startswith(_KEPT))
    }
    for name in (TOKEN_VARIABLE, "GIT_CONFIG"):
        kept.pop(name, None)
    return {**kept, **_QUIET}


def with_settings(environment: Mapping[str, str], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the environment with these settings and no other ones of the environment's own.

    The environment, because anybody on the machine can read a command line.
    """
    passed = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_CONFIG_PARAMETERS")
    changed = {name: value for name, value in environment.items() if not name.startswith(passed)}
    pairs = list(settings)
    for index, (key, value) in enumerate(pairs):
        changed[f"GIT_CONFIG_KEY_{index}"] = key
        changed[f"GIT_CONFIG_VALUE_{index}"] = value
    return {**changed, "GIT_CONFIG_COUNT": str(len(pairs))}


def git(
    folder: Path,
    environment: Mapping[str, str],
    *arguments: str,
    data: bytes = b"",
    limit_s: float = LOCAL_LIMIT_S,
    remote: str = "",
) -> GitResult:
    """Run git in ``folder`` with ``data`` on its input, for at most ``limit_s`` seconds.

    ``remote`` is who has to answer, in words, where it is not this machine alone. Raises StateError where git cannot be
    started, GitTimeout where it takes too long. A failure is in the result.
    """
    process = _started(folder, environment, arguments)
    try:
        out, err = process.communicate(data, timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise _timeout(arguments[0], limit_s, remote) from None
    finally:
        _end(process)
    return GitResult(process.returncode, out, _for_people(err))


def _timeout(command: str, seconds: float, remote: str) -> GitTimeout:
    if not remote:
        return GitTimeout(
            "git {command} took longer than {seconds:.0f} s",
            hint="Check what keeps git on this machine from ending.",
            command=command,
            seconds=seconds,
        )
    return GitTimeout(
        "git {command} took longer than {seconds:.0f} s: {remote} did not answer in time",
        hint="Check the connection and the login to {remote}, with `git ls-remote`, from where this ran.",
        command=command,
        seconds=seconds,
        remote=remote,
    )


def _started(folder: Path, environment: Mapping[str, str], arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # no shell, and every argument is checked where it is made
            ["git", *_NO_PROGRAMS, *arguments],  # noqa: S607  # the user's own git, wherever it is installed
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as problem:
        raise StateError(
            "git cannot be started: {why}",
            hint=RAISE_THE_LIMIT if problem.errno in NO_MORE_FILES else _INSTALL,
            why=system_words(problem),
        ) from problem


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    # Also where it ended by itself, just after it was given up.
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def _for_people(err: bytes) -> str:
    text = _USERINFO.sub("", err.decode("utf-8", "replace"))
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.splitlines())
    return "; ".join(line for line in lines if line)[-_MAX_WORDS:]


def named_remote(remote: str, url: str) -> str:
    """Return a remote with its address for people, without user, password and query, which may hold a token."""
    return said("{remote} ({address})", remote=remote, address=_for_people(url.partition("?")[0].encode()))


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
    by_token = {url: _token_settings(root, environment, url) for url in (fetch_url, push_url)}
    _check_one_server(remote, [url for url, given in by_token.items() if len(given) > 1])
    settings += [setting for given in by_token.values() for setting in given]
    return Access(fetch_url, push_url, tuple(settings), _ssh(dict(listed)))


def object_format(root: Path) -> str:
    """Return the checkout's hash, ``sha1`` or ``sha256``. Raises StateError for no checkout, or too old a git."""
    environment = plain_environment()
    version = _said(root, environment, "version").decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST:
        raise StateError(
            "{version} is too old",
            hint="Install git {oldest} or newer.",
            version=ascii(version),
            oldest=f"{_OLDEST[0]}.{_OLDEST[1]}",
        )
    result = git(root, environment, "rev-parse", "--show-object-format")
    if result.code:
        raise StateError(
            "{root} is not a git checkout that can be used: {git}",
            hint="A record on a branch needs the definitions in a clone; otherwise take `state` out of them.",
            root=root,
            git=result.words,
        )
    return result.text


def uncommitted_in(folder: Path, environment: Mapping[str, str], below: str = ".") -> frozenset[str] | None:
    """Return the paths from the root that differ from their commit, ``None`` where nobody can tell.

    No program runs that the checkout's own settings name; what is within submodules is therefore not looked at.
    """
    filters = _without_filters(folder, environment)
    if filters is None:
        return None
    listed = git(folder, environment, *filters, "status", *_STATUS, "--", below)
    if listed.code:
        return None
    paths = (os.fsdecode(entry)[_STATE:] for entry in listed.out.split(b"\0") if entry)
    return frozenset(path.rstrip("/") for path in paths)


def _without_filters(root: Path, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return options with which git runs none of the programs that the checkout at ``root`` itself names as filters.

    Those of the user and of the machine stay, so that the files that they keep otherwise count as unchanged; so do the
    ones that git-lfs and git-crypt set up. ``None`` where there is one that cannot be turned off.
    """
    names = set()
    for place in ("--local", "--worktree"):
        listed = git(root, environment, "config", place, "--includes", "--list", "-z")
        for item in os.fsdecode(listed.out).split("\0"):
            key, _, program = item.partition("\n")
            found = _FILTER.fullmatch(key)
            if found and not _KNOWN_FILTER.fullmatch(program):
                names.add(found[1])
    if any("=" in name for name in names):
        return None
    settings = ("clean=", "process=", "required=false")
    return tuple(word for name in sorted(names) for each in settings for word in ("-c", f"filter.{name}.{each}"))


def settings_at(folder: Path, environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return every setting that git sees in a folder, from all its files and the environment, in order."""
    listed = _said(folder, environment, "config", "--includes", "--list", "-z")
    pairs = (item.partition("\n") for item in os.fsdecode(listed).split("\0") if item)
    # A name without a value means true.
    return [(key, value if equals else "true") for key, equals, value in pairs]


def _said(folder: Path, environment: Mapping[str, str], *arguments: str) -> bytes:
    result = git(folder, environment, *arguments)
    if result.code:
        raise StateError("git cannot be used: {git}", hint="Correct what git names.", git=result.words)
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
            "the checkout has no remote called {remote}",
            hint="Add it with `git remote add {remote} URL`: the record is kept on a branch of it.",
            remote=remote,
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
    straight = (f"http.{url}.followRedirects", "false")  # a token goes to the host that it was given for
    if kept.lower().startswith("authorization:"):
        return [straight]
    _check_token(token, parts)
    pair = token if ":" in token else f"x-access-token:{token}"
    header = f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}"
    return [straight, (f"http.{url}.extraHeader", header)]


def _check_one_server(remote: str, urls: list[str]) -> None:
    servers = sorted({urlsplit(url).netloc for url in urls})
    if len(servers) > 1:
        raise StateError(
            "{variable} is for one server, and remote {remote} names {one} and {other}",
            hint="Give the remote one address, or keep a login of its own for each server in git's settings.",
            variable=TOKEN_VARIABLE,
            remote=remote,
            one=servers[0],
            other=servers[1],
        )


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        # Git says what is wrong with an address when it uses it.
        return None


def _check_token(token: str, parts: SplitResult) -> None:
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise StateError(
            "{variable} holds characters that no token has",
            hint="Check it for a line break or a space.",
            variable=TOKEN_VARIABLE,
        )
    server = os.environ.get("GITHUB_SERVER_URL", "")
    if os.environ.get("GITHUB_ACTIONS") == "true" and server and parts.netloc != urlsplit(server).netloc:
        raise StateError(
            "{variable} is not sent to {host}: on this runner it is for {server}",
            hint="Keep the record on a remote of the same server; a submodule's origin may be elsewhere.",
            variable=TOKEN_VARIABLE,
            host=parts.netloc,
            server=server,
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise StateError(
            "{variable} is not sent over plain http",
            hint="Use the remote's https address, or unset the token.",
            variable=TOKEN_VARIABLE,
        )
