"""Looks at every image that the definitions name, each file once: digests it, and has it decoded."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.diagnostics import Message
from reconciler.errors import OutOfFilesError
from reconciler.evidence import jpeg, png, problems
from reconciler.evidence.containment import Root, read
from reconciler.evidence.file_types import JPEG, PNG, check_extension, format_of
from reconciler.evidence.problems import UnusableError
from reconciler.evidence.structure import UPRIGHT, Structure
from reconciler.model.signature import Image

# Files read and digested at the same time; with 5 MB each at most, this bounds the memory taken.
THREADS: Final = 4

# Folder of the definition file, and the path of the image as the definition writes it.
Wanted = tuple[str, str]

_Identity = tuple[int, int]

_FORMATS: Final[Mapping[str, tuple[Callable[[bytes], Structure], Callable[[Structure], None]]]] = {
    PNG: (png.parse, png.check),
    JPEG: (jpeg.parse, jpeg.check),
}

# A decoded image takes up to 160 MB, so only one is decoded at a time.
_ONE_DECODER: Final = threading.Lock()

# The structures of sound images by digest: the accounts of a fleet hold copies of the same documents.
_EXAMINED: Final[dict[str, Structure]] = {}
_MOST_EXAMINED: Final = 4096

# So many bytes in a row are not followed in this way by chance: one image in 16 million.
_LINE_ENDS_ENOUGH: Final = 3
_BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")


def examine(data: bytes, form: str) -> Structure:
    """Return the structure of an image of the format ``form`` after decoding it. Raises UnusableError."""
    if _was_converted(data, form):
        raise UnusableError(problems.LINE_ENDS)
    return _decoded(data, form)


def _decoded(data: bytes, form: str) -> Structure:
    parse, check = _FORMATS[form]
    structure = parse(data)
    with _ONE_DECODER:
        check(structure)
    return structure


def _was_converted(data: bytes, form: str) -> bool:
    """Return whether each line feed follows a carriage return, and the image is sound without those.

    A decoder may make something of such an image too, which is not the picture.
    """
    # In nearly every image the first line feeds already tell, long before its end.
    if _BARE_LINE_FEED.search(data) or data.count(b"\n") < _LINE_ENDS_ENOUGH:
        return False
    try:
        return not _decoded(data.replace(b"\r\n", b"\n"), form).warnings
    except UnusableError:
        return False


class Inspected(NamedTuple):
    """What was found out about an image. ``image`` is missing where it cannot be used; warnings come with one."""

    image: Image | None
    problems: tuple[Message, ...] = ()

    @property
    def problem(self) -> Message | None:
        """The first problem, which is the only one of an image that cannot be used."""
        return self.problems[0] if self.problems else None


class _Content(NamedTuple):
    """What holds of a file whatever name it was reached by."""

    sha256: str
    size: int
    form: str
    structure: Structure


def inspect(root: Path, wanted: Iterable[Wanted], *, alone: bool = True) -> dict[Wanted, Inspected]:
    """Return for every wanted image what it is, and what is wrong with it.

    Several are read at once, unless this run is not ``alone``: others read at the same time then.
    """
    distinct = list(dict.fromkeys(wanted))
    try:
        with Root(root) as opened_root:
            look = _Inspector(opened_root).look
            return dict(zip(distinct, _looked(look, distinct) if alone else map(look, distinct), strict=True))
    except UnusableError as error:
        return dict.fromkeys(distinct, Inspected(None, (error.problem,)))


def _looked(look: Callable[[Wanted], Inspected], wanted: Sequence[Wanted]) -> list[Inspected]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(look, wanted))


class _Inspector:
    """Looks at files from several threads; the first to reach a file reads it, the others wait for its content."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._known: dict[_Identity, Future[_Content]] = {}
        self._lock = threading.Lock()

    def look(self, wanted: Wanted) -> Inspected:
        folder, name = wanted
        try:
            content = self._content(folder, name)
            check_extension(name, content.form)
        except UnusableError as error:
            if error.problem is problems.NO_MORE_FILES:
                raise OutOfFilesError from None
            return Inspected(None, (error.problem,))
        return _result(name, content)

    def _content(self, folder: str, name: str) -> _Content:
        descriptor = self._root.open(folder, name)
        try:
            future, mine = self._claim(descriptor)
            if mine:
                _fulfil(future, descriptor)
        finally:
            os.close(descriptor)
        return future.result()

    def _claim(self, descriptor: int) -> tuple[Future[_Content], bool]:
        found = os.fstat(descriptor)
        identity = found.st_dev, found.st_ino
        with self._lock:
            mine = identity not in self._known
            return self._known.setdefault(identity, Future()), mine


def _fulfil(future: Future[_Content], descriptor: int) -> None:
    try:
        data = read(descriptor)
        form = format_of(data)
        sha256 = hashlib.sha256(data).hexdigest()
        future.set_result(_Content(sha256, len(data), form, _examined_once(data, form, sha256)))
    except BaseException as error:  # noqa: BLE001  # whatever it is, those who wait must get it
        future.set_exception(error)


def _examined_once(data: bytes, form: str, sha256: str) -> Structure:
    known = _EXAMINED.get(sha256)
    if known is not None:
        return known
    if len(_EXAMINED) >= _MOST_EXAMINED:
        _EXAMINED.clear()
    return _EXAMINED.setdefault(sha256, examine(data, form)._replace(bare=b""))


def _result(name: str, content: _Content) -> Inspected:
    structure = content.structure
    image = Image(content.sha256, name, content.size, structure.width, structure.height, content.form)
    rotated = () if structure.orientation == UPRIGHT else (problems.ROTATED,)
    # One command for whatever there is to cure, with the ending that the file really has.
    ending = name[name.rindex(".") :]
    found = (*rotated, *structure.warnings)
    return Inspected(image, tuple(rule.given(**rule.params, ending=ending) for rule in found))
