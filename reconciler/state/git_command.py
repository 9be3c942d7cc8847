"""Running git as a program does: no prompt, no pager, no hook's environment, English messages, a time limit."""

# Git runs in a session of its own: it cannot ask on the terminal, an interrupt of this program leaves it to finish, and
# its helpers (ssh, git-remote-https) end with it.

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import RemoteError, StateError

# Environment variable with a token for HTTP remotes, ``TOKEN`` or ``USER:TOKEN``.
TOKEN_VARIABLE: Final = "RECONCILER_GIT_TOKEN"  # noqa: S105  # the name of a variable, not a token


LOCAL_LIMIT_S: Final = 30.0


REMOTE_LIMIT_S: Final = 60.0


# Of git's own variables only those on how to connect and configure stay; one set by a hook would aim us elsewhere.
_KEPT: Final = ("GIT_SSH", "GIT_SSL_", "GIT_HTTP_", "GIT_CONFIG", "GIT_PROXY_", "GIT_EXEC_PATH", "GIT_ALLOW_PROTOCOL")


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


_USERINFO: Final = re.compile(r"(?<=://)[^/\s]+@")


_MAX_WORDS: Final = 600


_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def is_commit(text: str) -> bool:
    """Whether a text is a whole git commit id, of SHA-1 or SHA-256 repositories."""
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
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
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
    folder: Path, environment: Mapping[str, str], *arguments: str, data: bytes = b"", limit_s: float = LOCAL_LIMIT_S
) -> GitResult:
    """Run git in ``folder`` with ``data`` on its input, for at most ``limit_s`` seconds.

    Raises StateError where git cannot be started, GitTimeout where it takes too long. A failure is in the result.
    """
    process = _started(folder, environment, arguments)
    try:
        out, err = process.communicate(data, timeout=limit_s)
    except subprocess.TimeoutExpired:
        raise GitTimeout(
            f"git {arguments[0]} took longer than {limit_s:.0f} s", hint="Check the connection to the remote."
        ) from None
    finally:
        _end(process)
    return GitResult(process.returncode, out, _for_people(err))


def _started(folder: Path, environment: Mapping[str, str], arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # no shell, and every argument is checked where it is made
            ["git", *arguments],  # noqa: S607  # the user's own git, wherever it is installed
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as problem:
        raise StateError(
            f"git cannot be started: {problem.strerror}",
            hint="Install git, or keep the record in files: take `state` out of the definitions.",
        ) from problem


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _for_people(err: bytes) -> str:
    text = _USERINFO.sub("", err.decode("utf-8", "replace"))
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.splitlines())
    return "; ".join(line for line in lines if line)[-_MAX_WORDS:]
