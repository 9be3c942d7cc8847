"""What the system says when a disk, a right or a link is in the way, in plain words with the mend."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from typing import Final

from reconciler.errors import StateError

_HINTS: Final = {
    errno.ENOSPC: "The disk is full: make room.",
    errno.EDQUOT: "The disk quota is used up: make room.",
    errno.EROFS: "The file system is read-only: run from a place that can be written, or keep the record on a branch.",
    errno.EACCES: "Let the user who runs this read and write there.",
    errno.EPERM: "Let the user who runs this read and write there.",
    errno.ELOOP: "It is a link: move it away, the record is kept in a real file.",
    errno.ENOLCK: "The file system knows no locks: keep the record on a local disk or on a branch.",
}
_OTHER_HINT: Final = "Check the disk and the rights on it."


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Turn an OSError into a StateError that begins with ``what``: "cannot write the record x"."""
    try:
        yield
    except OSError as problem:
        raise StateError(
            f"{what}: {problem.strerror or problem}", hint=_HINTS.get(problem.errno or 0, _OTHER_HINT)
        ) from problem
