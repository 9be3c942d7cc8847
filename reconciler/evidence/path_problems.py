"""Problems of a path to an image. None of them says anything about what lies outside the root."""

from __future__ import annotations

import errno

from reconciler.evidence.problems import UnusableError

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
