"""What every source of keys is given, and what it says where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.clock import Clock
from reconciler.cloud.endpoint import Endpoint
from reconciler.cloud.keys import Keys
from reconciler.errors import CredentialsError

METADATA_URL: Final = "http://metadata.tencentyun.com/latest/meta-data/"


class Surroundings(NamedTuple):
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
                f"{source}: the {name} holds characters that no {name} has", hint="copy it again, as one word"
            )
    return Keys(secret_id, secret_key, token or None, source=source)
