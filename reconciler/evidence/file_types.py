"""Tells what a file is by its first bytes, and for what the vendor does not take, what to do about it."""

from __future__ import annotations

import re
from typing import Final

from reconciler.diagnostics import Message
from reconciler.errors import said
from reconciler.evidence import jpeg, png, problems
from reconciler.evidence.problems import UnusableError
from reconciler.text import joined

PNG: Final = "PNG"

JPEG: Final = "JPEG"

# Endings that the vendor's console takes, in any case, with the format that each means.
EXTENSIONS: Final = {".png": PNG, ".jpg": JPEG, ".jpeg": JPEG}

# What a conversion of line ends makes of the signature, which is there to show just that.
_BROKEN_PNG: Final = re.compile(rb"\x89PNG(?:\n\x1a\n|\r\r\n\x1a\r\n|\r\n\x1a\r\n|\r\x1a\r)")

# Bytes of a file that are looked at to tell what it is.
_HEAD: Final = 4096

# What other files begin with, and what the error says about them.
_KINDS: Final[tuple[tuple[bytes, Message], ...]] = (
    (
        rb"version https://(?:git-lfs|hawser)\.github\.com/spec/",
        Message(
            "image-pointer",
            "a Git LFS pointer; the image itself was not fetched",
            "run `git lfs pull` (on GitHub Actions: `lfs: true` for actions/checkout)",
        ),
    ),
    (
        rb"/annex/objects/",
        Message(
            "image-pointer",
            "a git-annex pointer; the image itself was not fetched",
            "run `git annex get` on it, or keep the image in git itself",
        ),
    ),
    (
        rb"(?:\xc2\x89|\xef\xbf\xbd)PNG|\xc3\xbf\xc3\x98\xc3\xbf|(?:\xef\xbf\xbd){3}",
        Message(
            "image-broken",
            "the image was read and written as text, which changed its bytes",
            "copy the original again; whatever handled it must treat it as binary",
        ),
    ),
    (
        rb"\0GITCRYPT\0",
        Message("image-locked", "the image is locked by git-crypt", "run `git-crypt unlock` in this checkout"),
    ),
    (
        rb"age-encryption\.org/v1|-----BEGIN AGE ENCRYPTED FILE-----",
        Message(
            "image-locked",
            "the image is encrypted with age",
            "decrypt it first: `age --decrypt -i KEY_FILE -o IMAGE FILE`, and name the decrypted file",
        ),
    ),
    (
        rb"-----BEGIN PGP MESSAGE-----",
        Message(
            "image-locked",
            "the image is encrypted with PGP",
            "decrypt it first: `gpg --output IMAGE --decrypt FILE`, and name the decrypted file",
        ),
    ),
    (
        rb"[\x09\x0a\x0d\x20-\x7e]*ENC\[AES256_GCM,",
        Message(
            "image-locked",
            "the image is encrypted with sops",
            "decrypt it first: `sops decrypt --output IMAGE FILE`, and name the decrypted file",
        ),
    ),
    (
        rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)",
        Message(
            "image-format",
            "HEIC is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG or JPEG (`magick in.heic out.jpg`)",
        ),
    ),
    (
        rb".{4}ftypavi[fs]",
        Message(
            "image-format",
            "AVIF is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG or JPEG (`magick in.avif out.png`)",
        ),
    ),
    (
        rb".{4}ftyp",
        Message(
            "image-format",
            "a video is not accepted; the vendor takes PNG and JPEG only",
            "take a still image of the document, as PNG or JPEG",
        ),
    ),
    (
        rb".{0,1019}%PDF-",
        Message(
            "image-format",
            "PDF is not accepted; the vendor takes PNG and JPEG only",
            "export the page as PNG (`pdftoppm -png -r 150 -singlefile in.pdf out`)",
        ),
    ),
    (
        rb"RIFF.{4}WEBP",
        Message(
            "image-format",
            "WebP is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG or JPEG (`magick in.webp out.png`)",
        ),
    ),
    (
        rb"GIF8[79]a",
        Message(
            "image-format",
            "GIF is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG (`magick 'in.gif[0]' out.png`)",
        ),
    ),
    (
        rb"BM.{12}[\x0c-\x7c]\0\0\0",
        Message(
            "image-format",
            "BMP is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG (`magick in.bmp out.png`)",
        ),
    ),
    (
        rb"II[*+]\0|MM\0[*+]",
        Message(
            "image-format",
            "TIFF is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG (`magick 'in.tif[0]' out.png`)",
        ),
    ),
    (
        rb"(?:\xef\xbb\xbf)?\s*<(?:svg|(?:\?xml|!--|!DOCTYPE svg).*<svg)",
        Message(
            "image-format",
            "SVG is not accepted; the vendor takes PNG and JPEG only",
            "draw it as PNG (`rsvg-convert --width 1600 in.svg > out.png`)",
        ),
    ),
    (
        rb"\xff\x0a|\0\0\0\x0cJXL ",
        Message(
            "image-format",
            "JPEG XL is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG (`magick in.jxl out.png`)",
        ),
    ),
    (
        rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51",
        Message(
            "image-format",
            "JPEG 2000 is not accepted; the vendor takes PNG and JPEG only",
            "convert it to PNG (`magick in.jp2 out.png`)",
        ),
    ),
    (
        rb"8BPS",
        Message(
            "image-format",
            "a Photoshop document is not accepted; the vendor takes PNG and JPEG only",
            "export it as PNG",
        ),
    ),
    (
        rb"PK\x03\x04",
        Message(
            "image-format",
            "a ZIP archive or an office document is not accepted; the vendor takes PNG and JPEG only",
            "export the page as PNG",
        ),
    ),
    (
        rb"data:image/|iVBORw0KGgo|/9j/",
        Message(
            "image-format",
            "an image as base64 text is not accepted; the vendor takes PNG and JPEG only",
            "decode it to the image file itself (`base64 --decode`); it is encoded only when it is sent",
        ),
    ),
    (
        rb"(?i:\s*<(?:!doctype html|html))",
        Message(
            "image-format",
            "a web page is not accepted; the vendor takes PNG and JPEG only",
            "download the image itself",
        ),
    ),
)


def format_of(data: bytes) -> str:
    """Return ``PNG`` or ``JPEG``. Raises UnusableError for everything else, saying what it is where that is known."""
    if data.startswith(png.SIGNATURE):
        return PNG
    if data.startswith(jpeg.SIGNATURE):
        return JPEG
    if _BROKEN_PNG.match(data):
        raise UnusableError(problems.LINE_ENDS)
    head = data[:_HEAD]
    for pattern, rule in _KINDS:
        if re.match(pattern, head, re.DOTALL):
            raise UnusableError(rule)
    raise UnusableError(problems.NO_IMAGE)


def check_extension(name: str, form: str) -> None:
    """Raise UnusableError unless ``name`` ends as an image of the format ``form`` does."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if EXTENSIONS.get(ending) == form:
        return
    *words, last = (known for known, meant in EXTENSIONS.items() if meant == form)
    wanted = said("{words} or {last}", words=joined(words), last=last) if words else last
    if ending in EXTENSIONS:
        rule = problems.WRONG_EXTENSION.given(format=form, endings=wanted, other=EXTENSIONS[ending])
    else:
        rule = problems.NO_EXTENSION.given(format=form, endings=wanted)
    raise UnusableError(rule)
