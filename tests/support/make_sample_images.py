"""Draws the images that ``signatures.example.yaml`` names: plainly samples, a few kilobytes each.

Run from the top of the checkout: ``python tests/support/make_sample_images.py evidence``
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

SIZE: Final = (760, 520)
PAPER: Final = "#fbfaf4"
INK: Final = "#20304a"
FAINT: Final = "#b9c2d0"
STAMP: Final = "#d9413a"


class Sheet(NamedTuple):
    """One sample document: its heading and the lines below it."""

    heading: str
    lines: tuple[str, ...]


LICENSE: Final = "BUSINESS LICENSE"
ATTORNEY: Final = "POWER OF ATTORNEY"
GRANT: Final = "lets this sender use its name as an SMS signature:"

SHEETS: Final = {
    "northwind-license.png": Sheet(LICENSE, ("Company: Northwind Traders Pte. Ltd.", "Number: SAMPLE-0001")),
    "acme-license.png": Sheet(LICENSE, ("Company: Acme Widgets Pte. Ltd.", "Number: SAMPLE-0002")),
    "acme-attorney.png": Sheet(ATTORNEY, ("Acme Widgets Pte. Ltd.", GRANT, "Sender: Bluegate Messaging Pte. Ltd.")),
    "harborbank-license.jpg": Sheet(LICENSE, ("Company: Harbor Bank Ltd.", "Number: SAMPLE-0003")),
    "lantern-app-admin.png": Sheet(
        "APP STORE CONSOLE", ("App: Lantern", "Owner: Lantern Labs", "Page: App information")
    ),
    "qinghe-certificate.png": Sheet(
        "THREE-IN-ONE CERTIFICATE", ("Company: Qinghe Farms Co., Ltd.", "Number: SAMPLE-0005")
    ),
    "qinghe-attorney.jpg": Sheet(ATTORNEY, ("Qinghe Farms Co., Ltd.", GRANT, "Sender: Bluegate Messaging Pte. Ltd.")),
    "yunling-settings.png": Sheet(
        "MINI PROGRAM SETTINGS", ("Name: Yunling Travel", "Page: Settings, basic information")
    ),
    "cobalt-trademark.png": Sheet("TRADEMARK REGISTRATION", ("Mark: COBALT", "Class: 9", "Number: SAMPLE-0007")),
    "library-certificate.png": Sheet(
        "SOCIAL CREDIT CODE CERTIFICATE", ("Body: Binhai City Library", "Code: SAMPLE-0008")
    ),
}


def draw(sheet: Sheet) -> Image.Image:
    """Return the sheet as a picture of few colours, with SAMPLE across it."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((16, 16, SIZE[0] - 17, SIZE[1] - 17), outline=INK, width=3)
    pen.text((SIZE[0] // 2, 70), sheet.heading, INK, ImageFont.load_default(38), anchor="mm")
    pen.line((80, 110, SIZE[0] - 80, 110), fill=FAINT, width=2)
    for number, line in enumerate(sheet.lines):
        pen.text((80, 140 + 40 * number), line, INK, ImageFont.load_default(20))
    pen.text((80, SIZE[1] - 60), "A drawing for a demonstration. Not a document.", INK, ImageFont.load_default(18))
    return _stamped(picture)


def _stamped(picture: Image.Image) -> Image.Image:
    stamp = Image.new("L", SIZE, 0)
    centre = (SIZE[0] // 2, SIZE[1] // 2 + 40)
    ImageDraw.Draw(stamp).text(centre, "SAMPLE", 130, ImageFont.load_default(150), anchor="mm")
    picture.paste(STAMP, mask=stamp.rotate(16, center=centre))
    return picture


def save(picture: Image.Image, path: Path) -> None:
    """Write the picture, small, in the format of its ending."""
    if path.suffix == ".png":
        picture.quantize(6, dither=Image.Dither.NONE).save(path, optimize=True)
    else:
        picture.save(path, quality=30, optimize=True, progressive=True)


def main(folder: Path) -> None:
    """Draw every sheet into ``folder``."""
    folder.mkdir(exist_ok=True)
    for name, sheet in SHEETS.items():
        save(draw(sheet), folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
