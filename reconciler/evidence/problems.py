"""What can be wrong with an evidence image, in words for people and with a stable code for programs."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Final, NamedTuple

from reconciler.diagnostics import Severity
from reconciler.errors import Refusal
from reconciler.model.signature import Image

CODES: Final[Mapping[str, str]] = {
    "image-path": "the path cannot name an image of the repository",
    "image-outside": "the path leads out of the repository",
    "image-private": "the path leads into a folder that belongs to git or to this tool",
    "image-missing": "there is no such file",
    "image-not-a-file": "the path names a folder, a device, a pipe or a socket",
    "image-unreadable": "the file is there and cannot be read",
    "image-empty": "the file is empty",
    "image-too-large": "the file is larger than the vendor takes",
    "image-pointer": "the file stands for an image that was not fetched",
    "image-locked": "the file is encrypted",
    "image-format": "the file is neither PNG nor JPEG",
    "image-extension": "the name's ending does not fit the content",
    "image-broken": "the image does not decode",
    "image-animated": "the image has several frames",
    "image-dimensions": "the image has more pixels than are decoded here",
    "image-appended": "something follows the end of the image",
    "image-rotated": "the image is shown turned by its EXIF data alone",
    "images-together": "both images of a signature are too large for one request",
}
"""Every code of this package with its meaning."""


class EvidenceProblem(NamedTuple):
    """One problem of one image. ``image`` is set for a warning: the image can be used in spite of it."""

    code: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR
    image: Image | None = None


class UnusableError(Exception):
    """Carries a problem out of the checks; never leaves this package."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.problem = EvidenceProblem(code, message, hint)


class EvidenceChanged(Refusal):
    """An image is no longer the one that the plan was made with; nothing of it may be sent."""


# Problems of a path to an image. None of them says anything about what lies outside the root.


_RELATIVE = "give a path relative to the definition file, such as evidence/license.png"


def bad_path() -> UnusableError:
    """Return the problem of a path that is empty or holds characters that no file name can have."""
    return UnusableError("image-path", "this cannot be the path of a file", _RELATIVE)


def absolute() -> UnusableError:
    """Return the problem of a path from the top of the file system."""
    return UnusableError("image-path", "the path of an image must not be absolute", _RELATIVE)


def outside() -> UnusableError:
    """Return the problem of a path that leads out of the root, by itself or by a link on it."""
    hint = "copy the image into the repository; links and .. may not lead out of it"
    return UnusableError("image-outside", "the path leads out of the repository", hint)


def private() -> UnusableError:
    """Return the problem of a path into a folder that holds no evidence."""
    hint = "keep images in a folder of their own, such as evidence/"
    return UnusableError("image-private", "files below .git and .reconciler are never sent", hint)


def link_loop() -> UnusableError:
    """Return the problem of links that follow on links without end."""
    return UnusableError("image-path", "too many symbolic links follow on one another", "name the file itself")


def not_a_file(kind: str) -> UnusableError:
    """Return the problem of a path that names something other than a regular file."""
    return UnusableError("image-not-a-file", f"this is a {kind}, not an image file", "name a PNG or JPEG file")


def missing_but(alike: str | None) -> UnusableError:
    """Return the problem of a path that names nothing, though ``alike`` differs in case or accents only."""
    if alike is not None:
        return UnusableError("image-missing", "there is no such file", f"write {alike!r}, exactly as it is stored")
    hint = "check the spelling; the path is relative to the definition file, with / between folders"
    return UnusableError("image-missing", "there is no such file", hint)


def no_root(error: OSError) -> UnusableError:
    """Return the problem of a root that cannot be opened."""
    return UnusableError(
        "image-unreadable",
        f"the top folder of the repository cannot be read: {error.strerror or 'unknown reason'}",
        "check that it is still there and that you may read it",
    )


def from_os(error: OSError) -> UnusableError:
    """Return the problem for what the operating system answered on a path inside the root."""
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}:
        return missing_but(None)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return UnusableError("image-unreadable", "the file may not be read", "give yourself read access (`chmod u+r`)")
    reason = error.strerror or "unknown reason"
    return UnusableError("image-unreadable", f"the file cannot be read: {reason}", "check the disk, then run again")
