"""What every source of keys has in common: keys that cannot be printed by accident, and temporary keys with renewal."""

from __future__ import annotations

import logging
import stat
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from reconciler.clock import Clock
from reconciler.errors import CredentialsError, ReconcilerError
from reconciler.tencent.endpoint import Endpoint

METADATA_URL: Final = "http://metadata.tencentyun.com/latest/meta-data/"

# Between attempts to renew keys that are still good.
_RETRY_AFTER_S: Final = 30.0

# Keys with less time left are not used: they could expire on the way.
_LEAST_S: Final = 15.0

# Of a file in which another tool keeps keys.
_MAX_BYTES: Final = 65536

_log = logging.getLogger("reconciler.cloud")


class KeySource(Protocol):
    """Where the keys of each call come from; temporary ones are renewed in time."""

    def current(self, margin: float) -> Keys:
        """Return keys that are good for at least ``margin`` more seconds.

        Where that cannot be had, the ones that are still good; raises CredentialsError where there are none.
        """


@dataclass(frozen=True, slots=True)
class Keys:
    """A key pair, with a session token where it is temporary. ``source`` says in words where it was found."""

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    source: str = ""

    @property
    def masked_id(self) -> str:
        """The key id with its middle left out, for people to recognise it."""
        return f"{self.secret_id[:6]}...{self.secret_id[-2:]}" if len(self.secret_id) > 12 else "..."  # noqa: PLR2004  # shorter ones would be given away

    def current(self, margin: float) -> Keys:  # noqa: ARG002  # a key source's signature
        """Return these keys: nobody knows when they expire, if they do."""
        return self


class CredentialInputs(NamedTuple):
    """What is looked through: options, the environment, and files below ``home`` and ``system``.

    ``metadata_url`` is where a virtual machine of the vendor asks about itself.
    """

    environment: Mapping[str, str]
    home: Path
    oidc_provider: str | None = None
    role_arn: str | None = None
    system: Path = Path("/etc")
    metadata_url: str = METADATA_URL

    def variable(self, name: str) -> str:
        """Return a variable of the environment without blanks around it; empty where it is not set."""
        return self.environment.get(name, "").strip()


class Vendor(NamedTuple):
    """Where temporary keys are asked for. ``timeout`` bounds each call, in seconds."""

    endpoint: Endpoint
    region: str
    timeout: float
    clock: Clock


class Absent(NamedTuple):
    """A source that holds no keys, and in words why not."""

    why: str


def keys_of(secret_id: str, secret_key: str, token: str, source: str) -> Keys:
    """Return keys. Raises CredentialsError where a part could not be sent: it was copied wrongly."""
    for name, part in (("key id", secret_id), ("secret key", secret_key), ("session token", token)):
        if not (part.isascii() and part.isprintable()) or " " in part:
            raise CredentialsError(
                "{source}: the {part} holds characters that no {part} has",
                hint="copy it again, as one word",
                source=source,
                part=name,
            )
    return Keys(secret_id, secret_key, token or None, source=source)


class Temporary(NamedTuple):
    """Keys that are good until ``expires_at``, in unix seconds."""

    keys: Keys
    expires_at: float


class RenewedKeys:
    """A key source that asks for new keys when the ones at hand run out. Safe to use from several threads."""

    def __init__(self, renew: Callable[[], Temporary], clock: Clock) -> None:
        self._renew = renew
        self._clock = clock
        self._lock = threading.Lock()
        self._held: Temporary | None = None
        self._next_attempt = float("-inf")

    def current(self, margin: float) -> Keys:
        """Return keys that are good for ``margin`` seconds, or else the ones that are still good.

        Raises CredentialsError or VendorError where there are none.
        """
        with self._lock:
            now = self._clock.now()
            held = self._held
            if held is None or held.expires_at - now < _LEAST_S:
                return self._renewed(now).keys
            if held.expires_at - now < margin and now >= self._next_attempt:
                return self._renewed_if_possible(held, now).keys
            return held.keys

    def _renewed(self, now: float) -> Temporary:
        self._next_attempt = now + _RETRY_AFTER_S
        fresh = self._renew()
        if fresh.expires_at - self._clock.now() < _LEAST_S:
            raise CredentialsError(
                "the temporary keys from {source} have already expired",
                hint="check this machine's clock",
                source=fresh.keys.source,
            )
        self._held = fresh
        _log.debug("temporary keys from %s, good for %d s", fresh.keys.source, fresh.expires_at - now)
        return fresh

    def _renewed_if_possible(self, held: Temporary, now: float) -> Temporary:
        try:
            return self._renewed(now)
        except ReconcilerError as error:
            _log.info("keys could not be renewed yet, %d s left: %s", held.expires_at - now, error.message)
            return held


def temporary_from(parts: object, expires_at: object, source: str) -> Temporary:
    """Return checked temporary keys; ``expires_at`` is unix seconds. Raises CredentialsError where they are none."""
    held = parts if isinstance(parts, Mapping) else {}
    words = [held.get(name) for name in ("TmpSecretId", "TmpSecretKey", "Token")]
    if not all(isinstance(word, str) and word for word in words) or type(expires_at) is not int:
        raise CredentialsError("{source}: the answer holds no temporary keys", hint="run again later", source=source)
    secret_id, secret_key, token = map(str, words)
    return Temporary(keys_of(secret_id, secret_key, token, source), float(expires_at))


def read_small(path: Path) -> str | None:
    """Return a file's text, ``None`` where there is none. Raises CredentialsError where it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would be waited for
            raise CredentialsError("{path} is not a file", hint="remove it, or use another source of keys", path=path)
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CredentialsError(
            "{path} cannot be read: {problem}", hint="check who may read it", path=path, problem=error.strerror
        ) from None
    except UnicodeDecodeError:
        raise CredentialsError("{path} is not a text file", hint="write it again", path=path) from None
