"""Shows that an image decodes to its last pixel, within bounds, one at a time."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from reconciler.evidence import jpeg, png
from reconciler.evidence.anatomy import Anatomy, broken
from reconciler.evidence.kinds import JPEG, PNG

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_DISSECT: Final[Mapping[str, Callable[[bytes], Anatomy]]] = {PNG: png.dissect, JPEG: jpeg.dissect}
_ONE_AT_A_TIME: Final = threading.Lock()
_SMALLEST_SCALE: Final = 8


def examine(data: bytes, form: str) -> Anatomy:
    """Return the anatomy of an image of the format ``form`` after decoding it. Raises UnusableError where it fails."""
    anatomy = _DISSECT[form](data)
    with _ONE_AT_A_TIME:
        _decode(anatomy, form)
    return anatomy


def _decode(anatomy: Anatomy, form: str) -> None:
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
