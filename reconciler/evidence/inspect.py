"""Shows that an image decodes to its last pixel, within bounds, one at a time."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.diagnostics import Severity
from reconciler.evidence import jpeg, png
from reconciler.evidence.containment import Root
from reconciler.evidence.formats import JPEG, PNG, check_extension, format_of
from reconciler.evidence.problems import EvidenceProblem, UnusableError
from reconciler.evidence.read import read
from reconciler.evidence.structure import UPRIGHT, Structure, broken
from reconciler.model.signature import Image

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile


_DISSECT: Final[Mapping[str, Callable[[bytes], Structure]]] = {PNG: png.parse, JPEG: jpeg.parse}


_ONE_AT_A_TIME: Final = threading.Lock()


_SMALLEST_SCALE: Final = 8


def examine(data: bytes, form: str) -> Structure:
    """Return the anatomy of an image of the format ``form`` after decoding it. Raises UnusableError where it fails."""
    anatomy = _DISSECT[form](data)
    with _ONE_AT_A_TIME:
        _decode(anatomy, form)
    return anatomy


def _decode(anatomy: Structure, form: str) -> None:
    try:
        with _opened(anatomy.bare, form) as image:
            decodes = image.size == (anatomy.width, anatomy.height)
            if decodes:
                # A JPEG is read whole at an eighth of its size too, for a 64th of the memory.
                image.draft(None, (_eighth(anatomy.width), _eighth(anatomy.height)))
                image.load()
    except Exception:  # noqa: BLE001  # hostile bytes make the decoder raise nearly every type there is
        decodes = False
    if not decodes:
        raise broken("it does not decode to the end")


def _eighth(pixels: int) -> int:
    return max(1, pixels // _SMALLEST_SCALE)


def _opened(data: bytes, form: str) -> ImageFile:
    # The two decoders by name: the generic opener would try others, and a multi-picture JPEG as such.
    if form == PNG:
        from PIL.PngImagePlugin import PngImageFile  # noqa: PLC0415  # loaded only when there is an image to decode

        return PngImageFile(io.BytesIO(data))
    from PIL.JpegImagePlugin import JpegImageFile  # noqa: PLC0415  # as above

    return JpegImageFile(io.BytesIO(data))


# Looks at every image that the definitions name, each file once, and digests it.


THREADS: Final = 4
"""Files read and digested at the same time; with 5 MB each at most, this bounds the memory taken."""


Wanted = tuple[str, str]
"""Folder of the definition file, and the path of the image as the definition writes it."""


_Identity = tuple[int, int]


class _Findings(NamedTuple):
    """What holds of a file whatever name it was reached by."""

    sha256: str
    size: int
    form: str
    anatomy: Structure


def inspect(root: Path, wanted: Iterable[Wanted]) -> dict[Wanted, Image | EvidenceProblem]:
    """Return for every wanted image what it is, or what is wrong with it; a warning's problem carries the image."""
    distinct = list(dict.fromkeys(wanted))
    try:
        with Root(root) as opened_root, ThreadPoolExecutor(THREADS) as pool:
            inspector = _Inspector(opened_root)
            return dict(zip(distinct, pool.map(inspector.look, distinct), strict=True))
    except UnusableError as error:
        return dict.fromkeys(distinct, error.problem)


class _Inspector:
    """Looks at files from several threads; the first to reach a file reads it, the others wait for its findings."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._known: dict[_Identity, Future[_Findings]] = {}
        self._lock = threading.Lock()

    def look(self, wanted: Wanted) -> Image | EvidenceProblem:
        folder, name = wanted
        try:
            findings = self._findings(folder, name)
            check_extension(name, findings.form)
        except UnusableError as error:
            return error.problem
        return _result(name, findings)

    def _findings(self, folder: str, name: str) -> _Findings:
        descriptor = self._root.open(folder, name)
        try:
            future, mine = self._claim(descriptor)
            if mine:
                _fulfil(future, descriptor)
        finally:
            os.close(descriptor)
        return future.result()

    def _claim(self, descriptor: int) -> tuple[Future[_Findings], bool]:
        found = os.fstat(descriptor)
        identity = found.st_dev, found.st_ino
        with self._lock:
            mine = identity not in self._known
            return self._known.setdefault(identity, Future()), mine


def _fulfil(future: Future[_Findings], descriptor: int) -> None:
    try:
        data = read(descriptor)
        form = format_of(data)
        anatomy = examine(data, form)._replace(bare=b"")
        future.set_result(_Findings(hashlib.sha256(data).hexdigest(), len(data), form, anatomy))
    except BaseException as error:  # noqa: BLE001  # whatever it is, those who wait must get it
        future.set_exception(error)


def _result(name: str, findings: _Findings) -> Image | EvidenceProblem:
    anatomy = findings.anatomy
    image = Image(findings.sha256, name, findings.size, anatomy.width, anatomy.height, findings.form)
    if anatomy.orientation == UPRIGHT:
        return image
    return EvidenceProblem(
        "image-rotated",
        "the image is upright only where its EXIF orientation is heeded; the reviewer may see it turned",
        "turn it in an image editor and save it without the orientation (`magick in.jpg -auto-orient out.jpg`)",
        Severity.WARNING,
        image,
    )
