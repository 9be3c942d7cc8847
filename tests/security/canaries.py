"""Secrets that exist nowhere but where a test plants them, and a search for them in whatever a run leaves behind."""

from __future__ import annotations

import base64
import os
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.fixtures import images

SECRETS: Final = {
    "key id": "AKIDcanary0id0that0nobody0else0has",
    "secret key": "canary-key-Zq7wLr3nXv9tBm2s",
    "session token": "canary-session-Hd8kPf5yGc1jQe6u",
    "web identity token": "canary-web.Jx4oTn7aVw2iRb9z.signature",
    "request token": "canary-request-Lm3sKe8dUy6hNq1c",
    "proxy password": "canary-proxy-Wf2gAz5rOp9vXi4b",
    "git password": "may-write",
}
"""By what they are. The git password is the one that the tests' git server knows."""

_PIXELS: Final = b"canary\x00pixels\xfe"
_TEXT: Final = b"canary text of a chunk"
_SHORTEST: Final = 8
_PIECE: Final = 15
"""Bytes of an image that are looked for together; three divide it, so that base64 shows each piece as it is."""


def picture(number: int) -> bytes:
    """Return a PNG whose canaries can be seen in its bytes: its pixels are stored, not packed."""
    row = b"\0" + (_PIXELS + bytes((number,))) * 3
    head = struct.pack(">IIBBBBB", (len(row) - 1) // 3, 4, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"tEXt", b"Comment\0" + _TEXT), (b"IDAT", zlib.compress(row * 4, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(images.chunk(kind, body) for kind, body in chunks)


def shapes(secrets: Mapping[str, str] = SECRETS, numbers: Iterable[int] = (1, 2)) -> dict[bytes, str]:
    """Return every form in which a canary could turn up, with the name of the canary."""
    found: dict[bytes, str] = {}
    for name, secret in secrets.items():
        found |= dict.fromkeys(_forms(secret.encode()), name)
    for number in numbers:
        found |= dict.fromkeys(_image_forms(picture(number)), "image")
    return found


def _forms(secret: bytes) -> set[bytes]:
    shifted = (_in_base64(secret, shift) for shift in range(3))
    written = (secret, secret.hex().encode(), quote(secret, safe="").encode(), base64.b64encode(b"writer:" + secret))
    return {form for form in (*written, *shifted) if len(form) >= _SHORTEST}


def _in_base64(secret: bytes, shift: int) -> bytes:
    """What stays of a secret in base64 whatever stands before and behind it, after ``shift`` bytes."""
    padded = base64.b64encode(bytes(shift) + secret)
    return padded[4 * (shift > 0) : len(padded) - 4 * ((shift + len(secret)) % 3 > 0)]


def _image_forms(data: bytes) -> set[bytes]:
    pieces = [data[at : at + _PIECE] for at in range(0, len(data) - _PIECE, _PIECE)]
    telling = {_PIXELS, _TEXT, repr(_PIXELS)[2:-1].encode(), *(piece.hex().encode() for piece in pieces[3:])}
    return telling | {base64.b64encode(piece) for piece in pieces[3:]}


def seen(text: bytes, forms: Mapping[bytes, str]) -> set[str]:
    """Return the names of the canaries that a text holds."""
    return {name for form, name in forms.items() if form in text}


def seen_below(folder: Path, forms: Mapping[bytes, str], *, apart_from: Iterable[Path] = ()) -> set[str]:
    """Return the canaries that the files of a folder hold, and where, leaving out those that hold them by intent."""
    left_out = {path.resolve() for path in apart_from}
    found = set()
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(parent, name).resolve() not in left_out]
        for name in names:
            path = Path(parent, name)
            if path.is_file() and path.resolve() not in left_out:
                found |= {f"{canary} in {path}" for canary in seen(path.read_bytes(), forms)}
    return found
