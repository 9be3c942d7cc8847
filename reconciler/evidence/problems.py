"""What can be wrong with an evidence image. No message says anything about what lies outside the root."""

from __future__ import annotations

import errno
from typing import Final

from reconciler import errors
from reconciler.diagnostics import Message, Severity
from reconciler.errors import OUT_OF_FILES, RAISE_THE_LIMIT, Refusal, system_words

_RELATIVE: Final = "write the path relative to the definition file, such as `evidence/license.png`"
_EXPORT_AGAIN: Final = "open it in an image editor and export it again as PNG or JPEG"

BAD_PATH: Final = Message("image-path", "not a valid path", _RELATIVE)
ABSOLUTE_PATH: Final = Message("image-path", "the path must be relative", _RELATIVE)
WEB_ADDRESS: Final = Message(
    "image-path",
    "a web address, but images are files in the repository",
    "download it, commit it, and write its path, such as `evidence/license.png`",
)
LINK_LOOP: Final = Message("image-path", "too many symbolic links", "write the path of the file itself")
OUTSIDE: Final = Message(
    "image-outside",
    "the path leads outside the repository",
    "copy the image into the repository; links and `..` must not lead outside it",
)
PRIVATE: Final = Message(
    "image-private",
    "images below `.git` and `.reconciler` are not allowed",
    "keep images in a folder of their own, such as `evidence/`",
)
MISSING: Final = Message(
    "image-missing",
    "no such file",
    "check the spelling; the path is relative to the definition file, with `/` between folders",
)
MISSING_BUT_ALIKE: Final = Message("image-missing", "no such file", "write {alike}, exactly as it is stored")
_WRITE_A_FILE: Final = "write the path of a PNG or JPEG file"
A_FOLDER: Final = Message("image-not-a-file", "a folder, not an image file", _WRITE_A_FILE)
A_PIPE: Final = Message("image-not-a-file", "a pipe, not an image file", _WRITE_A_FILE)
A_SOCKET: Final = Message("image-not-a-file", "a socket, not an image file", _WRITE_A_FILE)
A_DEVICE: Final = Message("image-not-a-file", "a device, not an image file", _WRITE_A_FILE)
A_SPECIAL_FILE: Final = Message("image-not-a-file", "a special file, not an image file", _WRITE_A_FILE)
MISSING_BUT_COMPOSED: Final = Message(
    "image-missing",
    "no such file: {alike} looks the same, but its characters are composed differently (Unicode NFC and NFD)",
    "copy the name as `ls` prints it, or rename the file to what is written here",
)
ROOT_UNREADABLE: Final = Message(
    "image-unreadable",
    "the top folder of the repository cannot be read: {reason}",
    "check that it exists and that you have read permission",
)
NO_ACCESS: Final = Message("image-unreadable", "permission denied", "grant read permission (`chmod u+r`)")
NO_MORE_FILES: Final = Message("image-unreadable", OUT_OF_FILES, RAISE_THE_LIMIT)
UNREADABLE: Final = Message("image-unreadable", "the file cannot be read: {reason}", "check the disk, then run again")
EMPTY: Final = Message("image-empty", "the file is empty", "export the image again and commit it")
TOO_LARGE: Final = Message(
    "image-too-large",
    "the file is larger than the {limit} MB that the vendor accepts",
    "scale it down, or save it as a JPEG of lower quality",
)
NO_IMAGE: Final = Message(
    "image-format", "neither PNG nor JPEG", "write the path of a PNG or JPEG file of the document"
)
WRONG_EXTENSION: Final = Message(
    "image-extension",
    "a {format} image must have a name that ends in {endings}",
    "rename the file (`git mv`), or export it again as {other}",
)
NO_EXTENSION: Final = Message(
    "image-extension", "a {format} image must have a name that ends in {endings}", "rename it"
)
DECODING: Final = Message("image-broken", "the image is damaged: it does not decode completely", _EXPORT_AGAIN)
HEADER_MALFORMED: Final = Message("image-broken", "the image is damaged: its header is malformed", _EXPORT_AGAIN)
HEADER_MISSING: Final = Message(
    "image-broken", "the image is damaged: its header is missing or repeated", _EXPORT_AGAIN
)
END_MISSING: Final = Message("image-broken", "the image is damaged: its end is missing", _EXPORT_AGAIN)
PIXELS_MISSING: Final = Message("image-broken", "the image is damaged: some of its pixels are missing", _EXPORT_AGAIN)
NO_PIXELS: Final = Message("image-broken", "the image is damaged: its width or height is 0", _EXPORT_AGAIN)
TOO_MANY_PARTS: Final = Message("image-broken", "the image is damaged: it has too many parts", _EXPORT_AGAIN)
TOO_MANY_SCANS: Final = Message(
    "image-broken", "the image is damaged: it has more scans than any encoder writes", _EXPORT_AGAIN
)
CHECKSUM: Final = Message("image-broken", "the image is damaged: wrong checksum", _EXPORT_AGAIN)
UNKNOWN_PART: Final = Message(
    "image-broken", "the image has a part that no program may pass over and that is not known ({kind})", _EXPORT_AGAIN
)
PALETTE: Final = Message(
    "image-broken", "the image is damaged: its palette is missing, repeated or malformed", _EXPORT_AGAIN
)
RARE_JPEG: Final = Message(
    "image-broken",
    "unsupported kind of JPEG (lossless, hierarchical, arithmetic-coded, or of more than 8 bits)",
    _EXPORT_AGAIN,
)
APPLES_PNG: Final = Message(
    "image-broken",
    "a PNG in a form of Apple's (CgBI), as apps for its phones hold it, which other programs do not read",
    _EXPORT_AGAIN,
)
ANIMATED: Final = Message("image-animated", "the PNG is animated", "export its first frame as a still image")
TOO_MANY_PIXELS: Final = Message(
    "image-dimensions",
    "the image has {width} x {height} pixels; at most {limit} million are decoded",
    "scale it down; an A4 page at 300 dpi is 2480 x 3508",
)
APPENDED: Final = Message(
    "image-appended",
    "{bytes} bytes follow the picture and are sent with it: {what}",
    "to send the picture alone, export it again (`magick in{ending} -auto-orient -strip out{ending}`)",
    Severity.WARNING,
)
STRAY_BYTES: Final = Message(
    "image-odd",
    "stray bytes between its parts, or a wrong length of one; viewers pass over them",
    "export it again if the vendor does not read it",
    Severity.WARNING,
)
END_MARK_MISSING: Final = Message(
    "image-odd",
    "the mark of its end is missing; all its pixels are there",
    "export it again if the vendor does not read it",
    Severity.WARNING,
)
UNUSED_CHECKSUM: Final = Message(
    "image-odd",
    "a wrong checksum in a part that makes no pixels ({kind})",
    "export it again if the vendor does not read it",
    Severity.WARNING,
)
LINE_ENDS: Final = Message(
    "image-line-ends",
    "the image was broken by a conversion of line ends, as git does to text",
    "add `*.png binary` and `*.jpg binary` to .gitattributes, put the original file back and commit both",
)
INTERRUPTED: Final = Message(
    "image-broken",
    "the image is damaged: its pixel data are interrupted by another part, so that programs show different pictures",
    _EXPORT_AGAIN,
)
PIXELS_CORRUPT: Final = Message("image-broken", "the image is damaged: its pixel data do not unpack", _EXPORT_AGAIN)
ROTATED: Final = Message(
    "image-rotated",
    "the image is upright only with its EXIF orientation applied; reviewers may see it rotated",
    "save it upright, without the orientation (`magick in{ending} -auto-orient -strip out{ending}`)",
    Severity.WARNING,
)
PAIR_TOO_LARGE: Final = Message(
    "images-together",
    "both images together have {together} MB; a request can carry about {most} MB of images",
    "scale one of them down, or save it as a JPEG of lower quality",
)


class UnusableError(Exception):
    """Carries a problem out of the checks; never leaves this package."""

    def __init__(self, problem: Message) -> None:
        super().__init__(problem.code)
        self.problem = problem


class EvidenceChanged(Refusal):
    """An image is no longer the one that the plan was made with; nothing of it may be sent."""


def missing(alike: str | None, *, looks_same: bool = False) -> Message:
    """Return the problem of a path that names nothing, though the path ``alike`` differs in case or accents only.

    ``looks_same`` where nobody can see how the two differ.
    """
    if alike is None:
        return MISSING
    return (MISSING_BUT_COMPOSED if looks_same else MISSING_BUT_ALIKE).given(alike=repr(alike))


def from_os(error: OSError) -> Message:
    """Return the problem for what the operating system answered on a path inside the root."""
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}:
        return MISSING
    if error.errno in {errno.EACCES, errno.EPERM}:
        return NO_ACCESS
    if error.errno in errors.NO_MORE_FILES:
        return NO_MORE_FILES
    return UNREADABLE.given(reason=system_words(error))
