"""Opens an image inside the root and nowhere else, and reads it whole, within the vendor's sizes."""

# The path is walked one name at a time, each opened relative to the folder before it, links read and followed here.
# What was checked is therefore what is used, whatever is renamed or relinked meanwhile. A step out of the root ends the
# walk before anything out there is looked at, so that a definition cannot even learn whether a file exists.

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import resource
import stat
import threading
import unicodedata
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from reconciler.contract.api import MAX_BODY_BYTES, MAX_IMAGE_BYTES
from reconciler.diagnostics import Message
from reconciler.errors import check_open_files, said, system_words
from reconciler.evidence import problems
from reconciler.evidence.problems import EvidenceChanged, UnusableError
from reconciler.files import open_plain
from reconciler.model.signature import Image

# Links followed for one path; the usual limit of Linux.
MAX_LINKS: Final = 40

# Folders whose files are never evidence, at any depth and in any case.
PRIVATE: Final = frozenset({".git", ".reconciler"})

_FOLDER: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC

_KINDS: Final = {
    stat.S_IFIFO: problems.A_PIPE,
    stat.S_IFSOCK: problems.A_SOCKET,
    stat.S_IFCHR: problems.A_DEVICE,
    stat.S_IFBLK: problems.A_DEVICE,
}

# Bytes set aside for everything in the request that is not an image.
REST_OF_BODY: Final = 64 * 1024
_MOST_KEPT: Final = 64
_WEB_ADDRESS: Final = r"(?i)(?:https?|ftp|file|cos|s3)://"
# Of the files that the system lets this program open, these folders are at most one in so many.
_SHARE: Final = 8
_ABOUT_IMAGE: Final = "image {image}: {problem}"
_CHANGED: Final = "{image} changed since the plan was made; nothing was sent"


class Root:
    """The folder that all evidence lies below, held open. A context manager; may be shared by threads.

    Raises UnusableError where the folder cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = os.path.realpath(path)
        try:
            self.descriptor = os.open(self.path, _FOLDER)
        except OSError as error:
            check_open_files(error)
            raise UnusableError(problems.ROOT_UNREADABLE.given(reason=system_words(error))) from None
        # By identity too: some file systems know other spellings of a name than its case.
        self._parts: dict[str, list[str]] = {}
        # Folders that images were found in without a link, held open: most images of a run lie in a few of them.
        self._kept: dict[tuple[str, ...], int] = {}
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most_kept = _MOST_KEPT if limit == resource.RLIM_INFINITY else min(_MOST_KEPT, limit // _SHARE)
        self._lock = threading.Lock()
        self.private = frozenset(filter(None, (self._identity(name) for name in PRIVATE)))

    def _identity(self, name: str) -> tuple[int, int] | None:
        try:
            found = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in (self.descriptor, *self._kept.values()):
            os.close(descriptor)

    def open(self, folder: str, name: str) -> int:
        """Return a descriptor of the regular file ``name`` as seen from ``folder``; the caller closes it.

        ``folder`` is relative to the working directory or absolute. Raises UnusableError with the reason.
        """
        above, below = self._parts_of(folder), _parts_of_name(name)
        try:
            return self._opened((*above, *below))
        except _AlikeError as found:
            alike = self._stored(above, below, found)
        looks_same = alike is not None and _composed("/".join(below)) == _composed(alike)
        raise UnusableError(problems.missing(alike, looks_same=looks_same))

    def _stored(self, above: Sequence[str], below: Sequence[str], found: _AlikeError) -> str | None:
        """Return the path of a file that differs from ``below`` in case or accents only; ``None`` where none is."""
        names = list(below)
        for _ in below:
            if found.part not in names:  # it is a link that leads there
                return None
            names[names.index(found.part)] = found.stored
            try:
                os.close(self._opened((*above, *names)))
            except _AlikeError as other:
                found = other
            except UnusableError:
                return None
            else:
                return "/".join(names)
        return None

    def _opened(self, parts: tuple[str, ...]) -> int:
        kept = self._kept_folder(parts)
        walk = _Walk(self, kept)
        try:
            descriptor = walk.to(parts if kept is None else parts[-1:])
        except OSError as error:
            raise UnusableError(problems.from_os(error)) from None
        else:
            if kept is None and walk.is_straight(parts):
                self._keep(parts[:-1], walk.folder)
            return descriptor
        finally:
            walk.close()

    def _kept_folder(self, parts: tuple[str, ...]) -> int | None:
        """Return the open folder that holds a plain file; whatever is not one is walked to from the root."""
        kept = self._kept.get(parts[:-1])
        if kept is None or parts[-1] == "..":
            return None
        try:
            is_plain = stat.S_ISREG(os.stat(parts[-1], dir_fd=kept, follow_symlinks=False).st_mode)
        except OSError:
            return None
        return kept if is_plain else None

    def _keep(self, parts: tuple[str, ...], folder: int) -> None:
        with self._lock:
            if len(self._kept) < self._most_kept and parts not in self._kept:
                with contextlib.suppress(OSError):  # it only saves a walk from the root
                    self._kept[parts] = os.dup(folder)

    def _parts_of(self, folder: str) -> list[str]:
        # Where a folder leads is looked up once; each walk checks its every step all the same.
        if folder not in self._parts:
            self._parts[folder] = self.parts_below(os.path.realpath(folder))
        return self._parts[folder]

    def parts_below(self, absolute: str) -> list[str]:
        """Return the names that lead from the root to ``absolute``. Raises UnusableError where none do."""
        if absolute != self.path and not absolute.startswith(self.path.rstrip("/") + "/"):
            raise UnusableError(problems.OUTSIDE)
        return _split(absolute[len(self.path) :])


def _parts_of_name(name: str) -> list[str]:
    if not name or "\0" in name or not _encodable(name):
        raise UnusableError(problems.BAD_PATH)
    if name.startswith("/"):
        raise UnusableError(problems.ABSOLUTE_PATH)
    if re.match(_WEB_ADDRESS, name):
        raise UnusableError(problems.WEB_ADDRESS)
    return _split(name)


def _encodable(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return True


def _split(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _plain(name: str) -> str:
    """Return the name without what some file systems make no difference of: case, and how accents are composed."""
    return _composed(name).casefold()


class _AlikeError(UnusableError):
    """A name is missing from its folder, which holds one that differs in case or accents only."""

    def __init__(self, part: str, stored: str) -> None:
        super().__init__(problems.MISSING)
        self.part = part
        self.stored = stored


class _Walk:
    """One walk, from the root or from a ``kept`` folder. ``folders`` are the open ones to where the walk is."""

    def __init__(self, root: Root, kept: int | None = None) -> None:
        self._root = root
        self._folders = [root.descriptor if kept is None else kept]
        self._todo: deque[str] = deque()
        self._links = 0

    def close(self) -> None:
        while len(self._folders) > 1:
            os.close(self._folders.pop())

    @property
    def folder(self) -> int:
        """The folder that the walk is in."""
        return self._folders[-1]

    def is_straight(self, parts: Sequence[str]) -> bool:
        """Return whether the walk met no link and no way back: then its folder is the one that the names spell."""
        return not self._links and ".." not in parts

    def to(self, parts: Sequence[str]) -> int:
        self._todo.extend(parts)
        while self._todo:
            descriptor = self._step(self._todo.popleft())
            if descriptor is not None:
                return descriptor
        raise UnusableError(problems.A_FOLDER)

    def _step(self, part: str) -> int | None:
        if part == "..":
            self._up()
            return None
        if _plain(part) in PRIVATE:
            raise UnusableError(problems.PRIVATE)
        mode = self._mode(part)
        if not stat.S_ISLNK(mode) and not stat.S_ISDIR(mode):
            return self._open(part, mode)
        enter = self._follow if stat.S_ISLNK(mode) else self._down
        enter(part)
        return None

    def _mode(self, part: str) -> int:
        try:
            return os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False).st_mode
        except FileNotFoundError:
            # A name in another case works on a laptop and is missing on the runner, so the right one is shown.
            names = os.listdir(self._folders[-1])  # noqa: PTH208  # a Path cannot be an open folder
            alike = next((name for name in names if _plain(name) == _plain(part)), None)
            raise (UnusableError(problems.MISSING) if alike is None else _AlikeError(part, alike)) from None

    def _up(self) -> None:
        if len(self._folders) == 1:
            raise UnusableError(problems.OUTSIDE)
        os.close(self._folders.pop())

    def _down(self, part: str) -> None:
        descriptor = os.open(part, _FOLDER, dir_fd=self._folders[-1])
        self._folders.append(descriptor)
        found = os.fstat(descriptor)
        # By what it is, not only by its name: a bind mount or a case-blind file system gives a folder other names.
        if (found.st_dev, found.st_ino) in self._root.private:
            raise UnusableError(problems.PRIVATE)

    def _follow(self, part: str) -> None:
        self._links += 1
        if self._links > MAX_LINKS:
            raise UnusableError(problems.LINK_LOOP)
        target = os.readlink(part, dir_fd=self._folders[-1])
        parts = _split(target)
        if target.startswith("/"):
            parts = self._root.parts_below(target)
            self.close()
        self._todo.extendleft(reversed(parts))

    def _open(self, part: str, mode: int) -> int:
        if not stat.S_ISREG(mode):
            raise UnusableError(_KINDS.get(stat.S_IFMT(mode), problems.A_SPECIAL_FILE))
        if self._todo:
            raise UnusableError(problems.MISSING)
        try:
            return open_plain(part, self._folders[-1])
        except OSError as error:
            # The name may have been given to something else since it was looked at.
            if error.errno == errno.EINVAL:
                raise UnusableError(problems.A_SPECIAL_FILE) from None
            raise


def read(descriptor: int) -> bytes:
    """Return the content of an open regular file, at most 5 MB. Raises UnusableError where it is empty or larger."""
    size = os.fstat(descriptor).st_size
    if size > MAX_IMAGE_BYTES:
        raise _too_large()
    try:
        with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
            data = _all_of(file, size)
    except OSError as error:
        raise UnusableError(problems.from_os(error)) from None
    if len(data) > MAX_IMAGE_BYTES:
        raise _too_large()
    if not data:
        raise UnusableError(problems.EMPTY)
    return data


def _all_of(file: io.FileIO, size: int) -> bytes:
    """Return what a file holds, at most one byte more than allowed.

    Its size is a promise that a growing file does not keep, so one byte more is asked for; room for the largest at once
    would cost a small image more than reading it does.
    """
    data = file.read(size + 1) or b""
    if len(data) > size:  # it has grown
        data += file.read(MAX_IMAGE_BYTES + 1 - len(data)) or b""
    return data


def _too_large() -> UnusableError:
    return UnusableError(problems.TOO_LARGE.given(limit=MAX_IMAGE_BYTES // 1024**2))


def read_for_upload(root: Path, folder: str, name: str, expected: Image) -> bytes:
    """Return the bytes of an image whose sha256 is that of ``expected``. Raises EvidenceChanged otherwise."""
    try:
        # Walked and read anew: between plan and call the file may have been swapped for a link.
        with Root(root) as opened_root:
            data = _read(opened_root, folder, name)
    except UnusableError as error:
        found = error.problem
        problem = said(found.text, **found.params)
        raise EvidenceChanged(_ABOUT_IMAGE, hint=found.hint, **found.params, image=name, problem=problem) from None
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise EvidenceChanged(_CHANGED, hint="plan again and look at the new plan", image=name)
    return data


def _read(root: Root, folder: str, name: str) -> bytes:
    descriptor = root.open(folder, name)
    try:
        return read(descriptor)
    finally:
        os.close(descriptor)


def pair_problem(proof: Image, commission: Image | None) -> Message | None:
    """Return the problem where the images of one signature, in base64, do not fit its request.

    The body of a TC3 POST holds 10 MB, else ``RequestSizeLimitExceeded``.
    """
    other = 0 if commission is None else commission.bytes
    if base64_size(proof.bytes) + base64_size(other) + REST_OF_BODY <= MAX_BODY_BYTES:
        return None
    together = (proof.bytes + other) / 1024**2
    most = (MAX_BODY_BYTES - REST_OF_BODY) * 3 / 4 / 1024**2
    return problems.PAIR_TOO_LARGE.given(together=f"{together:.2f}", most=f"{most:.2f}")


def base64_size(size: int) -> int:
    """Return how many bytes ``size`` bytes take in base64 without line breaks."""
    return 4 * ((size + 2) // 3)
