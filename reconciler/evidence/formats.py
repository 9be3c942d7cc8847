"""Tells what a file is by its first bytes, and for what the vendor does not take, what to do about it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from reconciler.evidence import jpeg, png
from reconciler.evidence.problems import UnusableError

PNG: Final = "PNG"


JPEG: Final = "JPEG"


EXTENSIONS: Final = {".png": PNG, ".jpg": JPEG, ".jpeg": JPEG}
"""Endings that the vendor's console takes, in any case, with the format that each stands for."""


_HEAD: Final = 4096
"""Bytes of a file that are looked at to tell what it is."""


class _Kind(NamedTuple):
    code: str
    pattern: bytes
    what: str
    hint: str


_CONVERT: Final = "convert it to PNG or JPEG"


_KINDS: Final = (
    _Kind(
        "image-pointer",
        rb"version https://(?:git-lfs|hawser)\.github\.com/spec/",
        "a Git LFS pointer; the image itself was not fetched",
        "run `git lfs pull` (on GitHub Actions: `lfs: true` for actions/checkout)",
    ),
    _Kind(
        "image-pointer",
        rb"/annex/objects/",
        "a git-annex pointer; the image itself was not fetched",
        "run `git annex get` on it, or keep the image in git itself",
    ),
    _Kind("image-locked", rb"\0GITCRYPT\0", "locked by git-crypt", "run `git-crypt unlock` in this checkout"),
    _Kind(
        "image-locked",
        rb"age-encryption\.org/v1|-----BEGIN AGE ENCRYPTED FILE-----",
        "encrypted with age",
        "decrypt it first: `age --decrypt -i KEY_FILE -o IMAGE FILE`, and name the decrypted file",
    ),
    _Kind(
        "image-locked",
        rb"-----BEGIN PGP MESSAGE-----",
        "encrypted with PGP",
        "decrypt it first: `gpg --output IMAGE --decrypt FILE`, and name the decrypted file",
    ),
    _Kind(
        "image-locked",
        rb"[\x09\x0a\x0d\x20-\x7e]*ENC\[AES256_GCM,",
        "encrypted with sops",
        "decrypt it first: `sops decrypt --output IMAGE FILE`, and name the decrypted file",
    ),
    _Kind(
        "image-format", rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)", "HEIC", f"{_CONVERT} (`magick in.heic out.jpg`)"
    ),
    _Kind("image-format", rb".{4}ftypavi[fs]", "AVIF", f"{_CONVERT} (`magick in.avif out.png`)"),
    _Kind("image-format", rb".{4}ftyp", "a video", "take a still image of the document, as PNG or JPEG"),
    _Kind(
        "image-format",
        rb".{0,1019}%PDF-",
        "PDF",
        "export the page as PNG (`pdftoppm -png -r 150 -singlefile in.pdf out`)",
    ),
    _Kind("image-format", rb"RIFF.{4}WEBP", "WebP", f"{_CONVERT} (`magick in.webp out.png`)"),
    _Kind("image-format", rb"GIF8[79]a", "GIF", "convert it to PNG (`magick 'in.gif[0]' out.png`)"),
    _Kind("image-format", rb"BM.{12}[\x0c-\x7c]\0\0\0", "BMP", "convert it to PNG (`magick in.bmp out.png`)"),
    _Kind("image-format", rb"II[*+]\0|MM\0[*+]", "TIFF", "convert it to PNG (`magick 'in.tif[0]' out.png`)"),
    _Kind(
        "image-format",
        rb"(?:\xef\xbb\xbf)?\s*<(?:svg|(?:\?xml|!--|!DOCTYPE svg).*<svg)",
        "SVG",
        "draw it as PNG (`rsvg-convert --width 1600 in.svg > out.png`)",
    ),
    _Kind("image-format", rb"\xff\x0a|\0\0\0\x0cJXL ", "JPEG XL", "convert it to PNG (`magick in.jxl out.png`)"),
    _Kind(
        "image-format", rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "JPEG 2000", "convert it to PNG (`magick in.jp2 out.png`)"
    ),
    _Kind("image-format", rb"8BPS", "a Photoshop document", "export it as PNG"),
    _Kind("image-format", rb"PK\x03\x04", "a ZIP archive or an office document", "export the page as PNG"),
    _Kind(
        "image-format",
        rb"data:image/|iVBORw0KGgo|/9j/",
        "an image as base64 text",
        "decode it to the image file itself (`base64 --decode`); it is encoded only when it is sent",
    ),
    _Kind("image-format", rb"(?i:\s*<(?:!doctype html|html))", "a web page", "download the image itself"),
)


def format_of(data: bytes) -> str:
    """Return ``PNG`` or ``JPEG``. Raises UnusableError for everything else, saying what it is where that is known."""
    if data.startswith(png.SIGNATURE):
        return PNG
    if data.startswith(jpeg.SIGNATURE):
        return JPEG
    head = data[:_HEAD]
    for kind in _KINDS:
        if re.match(kind.pattern, head, re.DOTALL):
            raise UnusableError(kind.code, _sentence(kind), kind.hint)
    raise UnusableError("image-format", "this is neither PNG nor JPEG", "name a PNG or JPEG file of the document")


def _sentence(kind: _Kind) -> str:
    if kind.code == "image-format":
        return f"this is {kind.what}; the vendor takes PNG and JPEG only"
    return f"this is {kind.what}" if kind.code == "image-pointer" else f"the image is {kind.what}"


def check_extension(name: str, form: str) -> None:
    """Raise UnusableError unless ``name`` ends as an image of the format ``form`` does."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if EXTENSIONS.get(ending) == form:
        return
    wanted = " or ".join(known for known, meant in EXTENSIONS.items() if meant == form)
    raise UnusableError(
        "image-extension",
        f"this is a {form} image, and its name does not end in {wanted}",
        f"rename the file (`git mv`), or export it again as {EXTENSIONS[ending]}"
        if ending in EXTENSIONS
        else "rename it",
    )
