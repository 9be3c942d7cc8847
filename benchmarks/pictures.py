"""Evidence images: small ones that share their cost among many signatures, and a thousand of the size of a scan."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Final

from PIL import Image as Pillow

_SCAN_BYTES: Final = 500_000
_A4_AT_150_DPI: Final = (1240, 1754)


def small_pictures(folder: Path, count: int) -> None:
    """Write ``count`` different PNG images of some 20 KB."""
    for number in range(count):
        _noise((80, 80), number).save(folder / f"{number:04}.png")


def scans(folder: Path, count: int) -> None:
    """Write ``count`` different JPEG images of about 500 KB: pages at 150 dpi, grainy as scans are."""
    folder.mkdir(parents=True)
    page = _scan()
    for number in range(count):
        # A comment behind the first marker makes each file another one without another minute of encoding.
        comment = b"\xff\xfe\x00\x0a" + f"{number:08}".encode()
        (folder / f"{number:04}.jpg").write_bytes(page[:2] + comment + page[2:])


def _scan() -> bytes:
    width, height = _A4_AT_150_DPI
    paper = Pillow.new("RGB", (width, height), "white")
    grain = _noise((width // 2, height // 2), 1).resize((width, height))
    pages = (_encoded(Pillow.blend(paper, grain, weight / 100)) for weight in range(5, 100, 5))
    return next(page for page in pages if len(page) >= _SCAN_BYTES)


def _encoded(page: Pillow.Image) -> bytes:
    file = io.BytesIO()
    page.save(file, "JPEG", quality=85)
    return file.getvalue()


def _noise(size: tuple[int, int], seed: int) -> Pillow.Image:
    bits = random.Random(seed).randbytes(size[0] * size[1] * 3)  # noqa: S311  # pictures, no secrets
    return Pillow.frombytes("RGB", size, bits)
