"""Looks at every image that the definitions name, each file once, and digests it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.evidence.anatomy import Anatomy
from reconciler.evidence.containment import Root
from reconciler.evidence.decode import examine
from reconciler.evidence.exif import UPRIGHT
from reconciler.evidence.kinds import check_extension, format_of
from reconciler.evidence.problems import EvidenceProblem, UnusableError
from reconciler.evidence.reading import read
from reconciler.model.signature import Image
from reconciler.model.source import Severity

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
    anatomy: Anatomy


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
