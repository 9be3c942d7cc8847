"""Small private files in an open folder: read whole, replaced in one step, locked, never through a link."""

# Everything goes through the open folder, so that nobody can put another folder under the same path meanwhile. A
# process killed at any point leaves each file as it was or as it was to become, and at most one temporary file, which
# the next write removes.

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import platform
import pwd
import secrets
import shlex
import stat
import time
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from reconciler.errors import RAISE_THE_LIMIT, Said, StateError, said, system_words

PRIVATE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_LOCK_WAIT_S: Final = 10.0
_MAX_NOTE_BYTES: Final = 4096
_LOCK_POLL_S: Final = 0.02
_ROOT: Final = 0
_MOST_LOOKED_AT: Final = 10_000

# The tool's own folder in a checkout.
OWN_FOLDER: Final = ".reconciler"

# O_NONBLOCK: opening a pipe without a writer would wait for one. O_NOCTTY: a terminal must not become ours.
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_LOCK: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def open_plain(name: str | os.PathLike[str], dir_fd: int | None = None) -> int:
    """Return a descriptor of a regular file, opened for reading. Raises OSError, with EINVAL for anything else."""
    descriptor = os.open(name, _READ, dir_fd=dir_fd)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, said("it is not a plain file"), os.fspath(name))


def open_lock(name: str | os.PathLike[str], dir_fd: int | None = None) -> int:
    """Return a descriptor of a lock file, made where there is none yet. Raises OSError."""
    try:
        descriptor = os.open(name, _LOCK | os.O_EXCL, PRIVATE_MODE, dir_fd=dir_fd)
    except FileExistsError:  # perhaps a link to somebody's file, which must not be given away
        return os.open(name, _LOCK, PRIVATE_MODE, dir_fd=dir_fd)
    give_away(descriptor, os.stat(Path(name).parent, dir_fd=dir_fd))
    return descriptor


def give_away(descriptor: int, like: os.stat_result) -> None:
    """As root, make the owner of the folder ``like`` that of a new file in it.

    Root in somebody's checkout must not lock the owner out of the record. Not the owner of a file that is replaced:
    anybody can put a file of their own into ``/tmp``.
    """
    if os.geteuid() == _ROOT and like.st_uid != _ROOT:
        with contextlib.suppress(OSError):  # not every container lets root do it; the owner sees an error then
            os.fchown(descriptor, like.st_uid, like.st_gid)


class Folder:
    """An open folder. ``path`` serves messages only; every access goes through the descriptor."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def read(self, name: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes of a file, ``None`` where there is none. Raises OSError."""
        try:
            descriptor = open_plain(name, self._descriptor)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(limit + 1)

    def replace(self, name: str, data: bytes, *, mode: int = PRIVATE_MODE, durable: bool = True) -> None:
        """Make ``data`` the content of a file in one step. Raises OSError with the old content in place.

        The temporary file has a name that nobody can guess, so that nothing can be put in its way. Whoever replaces is
        the only one to, as the holder of a lock is: what a killed writer left is removed.
        """
        self._remove_leftovers(name)
        temporary = f".{name}.{secrets.token_hex(8)}.tmp"
        try:
            with os.fdopen(os.open(temporary, _NEW, mode, dir_fd=self._descriptor), "wb") as file:
                give_away(file.fileno(), os.fstat(self._descriptor))
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.replace(temporary, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except OSError:
            with contextlib.suppress(OSError):  # where nothing can be written, nothing can be removed
                self.remove(temporary)
            raise
        if durable:
            os.fsync(self._descriptor)

    def create(self, name: str, data: bytes, *, mode: int = PRIVATE_MODE) -> None:
        """Make a new file. Raises OSError, FileExistsError where there is anything of that name."""
        with os.fdopen(os.open(name, _NEW, mode, dir_fd=self._descriptor), "wb") as file:
            give_away(file.fileno(), os.fstat(self._descriptor))
            file.write(data)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the lock of that name. The system lets go of it when the process ends, however that happens.

        Raises OSError, and StateError where another process holds it longer than any write takes.
        """
        descriptor = open_lock(name, self._descriptor)
        try:
            self._acquire(descriptor, self._path / name)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _holder().encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def _remove_leftovers(self, name: str) -> None:
        for other in os.listdir(self._descriptor):  # noqa: PTH208  # a Path cannot be an open folder
            if other.startswith(f".{name}.") and other.endswith(".tmp"):
                self.remove(other)

    @staticmethod
    def _acquire(descriptor: int, path: Path) -> None:
        end = time.monotonic() + _LOCK_WAIT_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    who = os.pread(descriptor, _MAX_NOTE_BYTES, 0).decode("utf-8", "replace")
                    raise StateError(
                        "another process has held {path} for {seconds:.0f} s: {who}",
                        hint="It may be suspended: let it go on or end it. The lock goes with the process.",
                        path=path,
                        seconds=_LOCK_WAIT_S,
                        who=who if who.isprintable() and who else "it does not say which",
                    ) from None
                time.sleep(_LOCK_POLL_S)
            else:
                return


def _holder() -> str:
    """Return who holds a lock, for whoever waits for it."""
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return f"process {os.getpid()} on {platform.node() or 'this machine'}, since {since}"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Folder | None]:
    """Open a folder, ``None`` where there is none. Raises OSError, and StateError for a link or anything else."""
    descriptor = _descriptor(path)
    if descriptor is None:
        yield None
        return
    try:
        yield Folder(path, descriptor)
    finally:
        os.close(descriptor)


def read_note(path: Path, file: str) -> dict[str, object] | None:
    """Return a small JSON object kept beside the record; ``None`` where there is none, an empty one where it is broken.

    A pull request may have committed it. Raises OSError, and StateError where the folder is none.
    """
    with opened(path) as folder:
        data = folder.read(file, _MAX_NOTE_BYTES) if folder is not None else None
    if data is None:
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def replace_plain(path: Path, data: bytes, *, mode: int = PRIVATE_MODE) -> None:
    """Make ``data`` the content of the file at ``path`` in one step; links on the way to its folder are followed.

    Only a plain file is replaced: as root, a device would be gone. Raises OSError, with EINVAL for anything else.
    """
    try:
        is_plain = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        is_plain = True
    if not is_plain:
        raise OSError(errno.EINVAL, said("it is not a plain file"), str(path))
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        Folder(path.parent, descriptor).replace(path.name, data, mode=mode, durable=False)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone, durably, where there is none yet. Raises OSError."""
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            os.mkdir(path.name, _FOLDER_MODE, dir_fd=parent)
        except FileExistsError:
            return
        folder = os.open(path.name, _FOLDER, dir_fd=parent)
        give_away(folder, os.fstat(parent))
        os.close(folder)
        os.fsync(parent)
    finally:
        os.close(parent)


def _descriptor(path: Path) -> int | None:
    try:
        return os.open(path, _FOLDER)
    except FileNotFoundError:
        return None
    except OSError:
        if path.is_symlink() or not path.is_dir():
            raise StateError(
                "{path} is not a folder, or a link to one",
                hint="Move it away: the record is kept in a real folder.",
                path=path,
            ) from None
        raise


# What the system says when a disk, a right or a link is in the way, in plain words with what to do.

_HINTS: Final = {
    errno.ENOSPC: "The disk is full: make room.",
    errno.EDQUOT: "The disk quota is used up: make room.",
    errno.EROFS: "The file system is read-only: run from a place that can be written, or keep the record on a branch.",
    errno.EACCES: "Let the user who runs this read and write there.",
    errno.EPERM: "Let the user who runs this read and write there.",
    errno.ELOOP: "It is a link: move it away, the record is kept in a real file.",
    errno.EINVAL: "Move it away.",
    errno.EMFILE: RAISE_THE_LIMIT,
    errno.ENFILE: RAISE_THE_LIMIT,
    errno.ENOLCK: "The file system knows no locks: keep the record on a local disk or on a branch.",
}
_OTHER_HINT: Final = "Check the disk and the rights on it."
_DENIED: Final = (errno.EACCES, errno.EPERM)
NOT_OURS: Final = (
    "{folder} or a file in it belongs to {owner}, and this runs as {user}: after a run with sudo or in a container, "
    '`sudo chown -R "$USER" {quoted}` gives it back.'
)


@contextlib.contextmanager
def storage_errors(what: Said, *, folder: Path | None = None) -> Iterator[None]:
    """Turn an OSError into a StateError that begins with ``what``: "cannot write the record x".

    ``folder`` is one of ours: where it or a file in it is another user's, that is what the hint says.
    """
    try:
        yield
    except OSError as problem:
        hint = _HINTS.get(problem.errno or 0, _OTHER_HINT)
        reason = system_words(problem) if problem.strerror else str(problem)
        ownership = whose(folder, problem) if folder is not None else {}
        hint = NOT_OURS if ownership else hint
        raise StateError("{what}: {reason}", hint=hint, what=what, reason=reason, **ownership) from problem


def whose(folder: Path, problem: OSError) -> dict[str, object]:
    """Return the values of ``NOT_OURS`` where a folder of ours is denied since it is another user's, else nothing."""
    # No folder that may hold anything else is named with a recursive change of owner: it could be `/etc`.
    ours = problem.errno in _DENIED and folder.name in {OWN_FOLDER, ".git"}
    owner = _other_owner(folder) if ours else None
    if owner is None:
        return {}
    return {"folder": folder, "owner": owner, "user": _user(os.geteuid()), "quoted": shlex.quote(str(folder))}


def _other_owner(folder: Path) -> str | None:
    with contextlib.suppress(OSError):
        for path in islice(chain([folder], folder.rglob("*")), _MOST_LOOKED_AT):
            if (owner := path.lstat().st_uid) != os.geteuid():
                return _user(owner)
    return None


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
