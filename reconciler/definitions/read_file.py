"""The text of one definition file, or why there is none. A pipe or device is told, never waited for."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Final

from reconciler.definitions.bounds import MAX_FILE_BYTES
from reconciler.definitions.problem import Problem, place_after
from reconciler.definitions.root import find_root, leads_outside

# O_NONBLOCK: opening a pipe without a writer would wait for one. O_NOCTTY: a terminal must not become ours.
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY

# What YAML 1.2 does not print, and the line ends of YAML 1.1 that editors do not count as such.
_REFUSED: Final = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_PLAIN: Final = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK: Final = "\ufeff"


def read_text(path: Path, root: Path) -> str | Problem:
    """Return the text of a file without its byte order mark. ``root``: a link that leads out of it is refused."""
    real = Path(os.path.realpath(path))
    # A file that was named elsewhere than in the root has a repository or folder of its own to stay in.
    if not real.is_relative_to(root if path.is_relative_to(root) else find_root(path)):
        return leads_outside()
    try:
        data = _read_bytes(real)
    except OSError as error:
        return _unreadable(error)
    return data if isinstance(data, Problem) else _decode(data)


def _unreadable(error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem(
            1, 1, "file-missing", "there is no such file", "check where the link leads, or name another file"
        )
    if error.errno == errno.ELOOP:
        return Problem(1, 1, "file-unreadable", "its links lead in a circle", "put the file itself here")
    return Problem(1, 1, "file-unreadable", f"the file cannot be read: {error.strerror}", "give the right to read it")


def _read_bytes(real: Path) -> bytes | Problem:
    descriptor = os.open(real, _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return Problem(1, 1, "file-not-regular", "this is no regular file", "name a YAML file or a folder")
        # The size may grow while it is read, so what was read decides.
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        return Problem(1, 1, "file-too-large", f"the file is larger than {limit} MiB", "split it into several files")
    return data


def _decode(data: bytes) -> str | Problem:
    if data.startswith(_UTF16_MARKS) or data[:2].count(0) == 1:
        return Problem(1, 1, "file-encoding", "the file is UTF-16 or UTF-32, not UTF-8", "save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix(_UTF8_MARK)
        line, column = place_after(before)
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        return Problem(line, column, "file-encoding", message, "save the file as UTF-8")
    text = text.removeprefix(_UTF8_MARK)
    # Most of a file is plain characters, which are passed over ten times as fast this way.
    unusual = data.translate(None, delete=_PLAIN)
    return (_refused_character(text) if unusual else None) or text


def _refused_character(text: str) -> Problem | None:
    match = re.search(_REFUSED, text)
    if match is None:
        return None
    line, column = place_after(text[: match.start()])
    message = f"the character U+{ord(match[0]):04X} does not belong into a definition file"
    return Problem(line, column, "yaml-character", message, "delete it; an editor may not show it")
