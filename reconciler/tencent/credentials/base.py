"""What every source of keys has in common: keys that cannot be printed by accident, and temporary keys with renewal."""

from __future__ import annotations

import base64
import logging
import re
import stat
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from reconciler.clock import Clock
from reconciler.errors import CredentialsError, ReconcilerError, said, system_words
from reconciler.tencent.endpoint import Endpoint

if TYPE_CHECKING:
    from reconciler.net.transport import Transport

METADATA_URL: Final = "http://metadata.tencentyun.com/latest/meta-data/"

# Between attempts to renew keys that are still good.
_RETRY_AFTER_S: Final = 30.0

# Keys with less time left are not used: they could expire on the way.
_LEAST_S: Final = 15.0

# Of a file in which another tool keeps keys.
_MAX_BYTES: Final = 65536

# Every id of a key begins so; a secret key is 32 letters and digits.
_ID_START: Final = "AKID"
_SECRET_FORM: Final = re.compile(r"[A-Za-z0-9]{32}")
# What a template, a shell or a log with masks leaves in the place of a value.
_UNFILLED: Final = re.compile(r"[${}<>]|\*{3}|^TENCENTCLOUD_")
# What is beside a key in a file of keys, or between the two, and never within one.
_BESIDE: Final = ",;:"
_QUOTES: Final = ("'", '"', "`")
_ROLE_ARN: Final = re.compile(r"qcs::cam::uin/(?P<uin>[0-9]{1,20}):role(?:Name)?/[A-Za-z0-9+=,.@_/-]{1,128}")

_log = logging.getLogger("reconciler.cloud")


class KeySource(Protocol):
    """Where the keys of each call come from; temporary ones are renewed in time."""

    def current(self, margin: float) -> Keys:
        """Return keys that are good for at least ``margin`` more seconds.

        Where that cannot be had, the ones that are still good; raises CredentialsError where there are none.
        """


@dataclass(frozen=True, slots=True)
class Keys:
    """A key pair, with a session token where it is temporary. ``source`` says in words where it was found.

    ``owner`` is the account that the keys are certainly of: that of a role which was taken on by its ARN.
    """

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    source: str = ""
    owner: str | None = None

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

    def first(self, names: Iterable[str]) -> str:
        """Return the first of these variables that is set, else an empty text."""
        return next(filter(None, map(self.variable, names)), "")

    def agreed(self, names: Iterable[str]) -> str:
        """Return what these variables say, which mean the same. Raises CredentialsError where two differ."""
        given = {name: value for name in names if (value := self.variable(name))}
        first = next(iter(given), "")
        if other := next((name for name, value in given.items() if value != given[first]), ""):
            raise CredentialsError(
                "{first} and {second} are set to different values",
                hint="unset one of them",
                first=first,
                second=other,
            )
        return given.get(first, "")


class Vendor(NamedTuple):
    """Where temporary keys are asked for. ``timeout`` bounds each call, in seconds; ``transport`` may be shared."""

    endpoint: Endpoint
    region: str
    timeout: float
    clock: Clock
    transport: Transport | None = None


class Absent(NamedTuple):
    """A source that holds no keys, and in words why not."""

    why: str


def keys_of(secret_id: str, secret_key: str, token: str, source: str, owner: str | None = None) -> Keys:
    """Return keys. Raises CredentialsError where a part was copied wrongly, without repeating it."""
    parts = (
        (said("key id"), secret_id, _BESIDE),
        (said("secret key"), secret_key, _BESIDE),
        (said("session token"), token, ""),
    )
    for name, part, beside in parts:
        if (wrong := _copied_wrongly(part, beside)) is not None:
            raise CredentialsError(
                "{source}: the {part} {wrong}", hint="copy it again, as one word", source=source, part=name, wrong=wrong
            )
    if secret_key.startswith(_ID_START):
        both = secret_id.startswith(_ID_START)
        raise CredentialsError(
            "{source}: the secret key is a key id" if both else "{source}: key id and secret key are swapped",
            hint="an id begins with {start}",
            source=source,
            start=_ID_START,
        )
    return Keys(secret_id, secret_key, token or None, source=source, owner=owner)


def _copied_wrongly(part: str, beside: str) -> str | None:
    if not (part.isascii() and part.isprintable()) or " " in part or not set(beside).isdisjoint(part):
        return said("holds characters that none has")
    if _UNFILLED.search(part):
        return said("is a placeholder, or the name of a variable, and not what belongs there")
    if part[:1] in _QUOTES or part[-1:] in _QUOTES:
        return said("has quotation marks around it")
    return said("is still in base64") if _is_encoded(part) else None


def _is_encoded(part: str) -> bool:
    """Return whether a part is the base64 of a key id or of a secret key, as a secret of a cluster is kept."""
    try:
        text = base64.b64decode(part, validate=True).decode("ascii").strip()
    except ValueError:
        return False
    return text.startswith(_ID_START) or _SECRET_FORM.fullmatch(text) is not None


def owner_of_role(arn: str) -> str | None:
    """Return the account of a role by its ARN, ``None`` where it is not the ARN of a role."""
    found = _ROLE_ARN.fullmatch(arn)
    return found["uin"] if found else None


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


def temporary_from(parts: object, expires_at: object, source: str, owner: str | None = None) -> Temporary:
    """Return checked temporary keys; ``expires_at`` is unix seconds, ``owner`` the account that they prove.

    Raises CredentialsError where they are none.
    """
    held = parts if isinstance(parts, Mapping) else {}
    words = [held.get(name) for name in ("TmpSecretId", "TmpSecretKey", "Token")]
    if not all(isinstance(word, str) and word for word in words) or type(expires_at) is not int:
        raise CredentialsError("{source}: the answer holds no temporary keys", hint="run again later", source=source)
    secret_id, secret_key, token = map(str, words)
    return Temporary(keys_of(secret_id, secret_key, token, source, owner), float(expires_at))


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
            "{path} cannot be read: {problem}", hint="check who may read it", path=path, problem=system_words(error)
        ) from None
    except UnicodeDecodeError:
        raise CredentialsError("{path} is not a text file", hint="write it again", path=path) from None
