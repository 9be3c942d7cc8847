"""Small files that other tools keep keys in, read with a bound."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from reconciler.errors import CredentialsError

_MAX_BYTES: Final = 65536


def read_small(path: Path) -> str | None:
    """Return a file's text, ``None`` where there is none. Raises CredentialsError where it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would be waited for
            raise CredentialsError(f"{path} is not a file", hint="remove it, or use another source of keys")
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CredentialsError(f"{path} cannot be read: {error.strerror}", hint="check who may read it") from None
    except UnicodeDecodeError:
        raise CredentialsError(f"{path} is not a text file", hint="write it again") from None
