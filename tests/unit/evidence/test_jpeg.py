from __future__ import annotations

import re
import struct

import pytest
from PIL import Image as Pictures

from reconciler.evidence import jpeg, structure
from reconciler.evidence.inspect import examine
from reconciler.evidence.problems import UnusableError
from tests.fixtures import images
from tests.fixtures.odd_images import scan_after_scan, with_rows

NOISE = Pictures.effect_noise((97, 61), 90)


PICTURE = images.encoded(NOISE, "JPEG", quality=60)


END = b"\xff\xd9"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segment(extra: bytes) -> bytes:
    return PICTURE[:2] + extra + PICTURE[2:]


def code(data: bytes) -> str:
    try:
        found = examine(data, "JPEG")
    except UnusableError as error:
        return error.problem.code
    return found.warnings[0].code if found.warnings else "fine"


def frame_at() -> int:
    return PICTURE.index(b"\xff\xc0")


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
@pytest.mark.parametrize("progressive", [False, True])
def test_every_kind_of_jpeg_decodes(mode: str, progressive: bool) -> None:
    found = examine(images.encoded(NOISE.convert(mode), "JPEG", progressive=progressive), "JPEG")
    assert (found.width, found.height, found.orientation) == (97, 61, 1)


def test_restarts_and_fill_bytes_are_no_ends() -> None:
    restarts = images.encoded(NOISE, "JPEG", restart_marker_blocks=2)
    assert b"\xff\xd3" in restarts
    assert code(restarts) == "fine"
    assert code(PICTURE.removesuffix(END) + b"\xff\xff\xff\xd9") == "fine"
    assert code(with_segment(b"\xff\xff" + segment(0xFE, b"comment"))) == "fine"


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (8, 8), (1, 700)])
def test_pictures_smaller_than_what_they_are_scaled_by_decode(size: tuple[int, int]) -> None:
    assert code(images.jpeg(1, size)) == "fine"


def test_any_truncation_is_noticed() -> None:
    found = {length: code(PICTURE[:length]) for length in range(len(jpeg.SIGNATURE), len(PICTURE))}
    assert set(found.values()) == {"image-broken", "image-odd"}
    whole = len(PICTURE) - len(END)
    # The last byte of the pixels may hold nothing but padding.
    assert (
        {whole, whole + 1}
        <= {length for length, what in found.items() if what == "image-odd"}
        <= {whole - 1, whole, whole + 1}
    )


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("restarts", [0, 1, 7])
@pytest.mark.parametrize("progressive", [False, True])
def test_rows_that_only_the_header_knows_are_noticed(subsampling: int, restarts: int, progressive: bool) -> None:
    options = {"progressive": progressive, "restart_marker_blocks": restarts, "subsampling": subsampling}
    whole = images.encoded(NOISE.convert("RGB"), "JPEG", **options)
    assert code(whole) == "fine"
    # Rows up to a whole number of blocks are there, whatever the header says.
    assert [code(with_rows(whole, more)) for more in (1, 16, 300)] == ["fine", "image-broken", "image-broken"]


@pytest.mark.parametrize("blocks", [8, 50])
def test_few_blocks_at_the_end_are_missed(blocks: int) -> None:
    white = images.encoded(Pictures.new("L", (800, 8), 255), "JPEG")
    assert code(white) == "fine"
    assert code(white[: -len(END) - blocks * 6 // 8] + END) == "image-broken"  # each takes six bits


def test_each_scan_has_all_its_pixels_between_restarts_too() -> None:
    data = images.encoded(NOISE.convert("RGB"), "JPEG", progressive=True, restart_marker_blocks=5)
    scans = [match.start() for match in re.finditer(rb"\xff\xda", data)]
    assert len(scans) > 8
    for scan in scans:
        first, second = data.index(b"\xff\xd0", scan), data.index(b"\xff\xd1", scan)
        assert code(data[:first] + data[second:]) == "image-broken"


def test_a_scan_that_is_cut_is_noticed_although_others_follow() -> None:
    data = scan_after_scan((97, 61))
    second = data.rindex(b"\xff\xda", 0, data.rindex(b"\xff\xda"))
    assert code(data) == "fine"
    assert code(data[: second - 60] + data[second:]) == "image-broken"


@pytest.mark.parametrize(
    "data",
    [
        PICTURE[:2] + END,
        PICTURE[: frame_at()] + PICTURE[frame_at() + 13 :],
        PICTURE.replace(b"\xff\xc0", b"\xff\xc9"),
        PICTURE.replace(b"\xff\xc0", b"\xff\xc3"),
        with_segment(segment(0xC0, b"1234")),
        PICTURE[:2] + segment(0xC0, b"1234") + END,
        with_segment(b"\xff\xd8"),
        PICTURE[: frame_at() + 5] + b"\0\0" + PICTURE[frame_at() + 7 :],
        PICTURE.replace(b"\xff\xdb", b"\xff\xfe"),
    ],
    ids=[
        "nothing",
        "no frame",
        "arithmetic",
        "lossless",
        "two frames",
        "short frame",
        "second start",
        "no height",
        "no tables",
    ],
)
def test_what_makes_no_picture_is_broken(data: bytes) -> None:
    assert code(data) == "image-broken"


def test_scans_are_bounded() -> None:
    scan = b"\xff\xda"
    picture = images.jpeg(1, progressive=True)
    written = picture.count(scan)
    last = picture[picture.rindex(scan) : -len(END)]

    def with_scans(count: int) -> bytes:
        return picture.removesuffix(END) + last * (count - written) + END

    assert with_scans(written) == picture
    assert code(with_scans(jpeg.MAX_SCANS)) == "fine"
    assert code(with_scans(jpeg.MAX_SCANS + 1)) == "image-broken"


def test_a_frame_whose_size_the_decoder_does_not_share_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    real = jpeg._size
    monkeypatch.setattr(jpeg, "_size", lambda *given: (real(*given)[0], 10, 10))
    assert code(PICTURE) == "image-broken"


def test_huge_dimensions_are_refused_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.evidence.jpeg.JpegImageFile", None)
    huge = PICTURE[: frame_at() + 5] + b"\xff\xff\xff\xff" + PICTURE[frame_at() + 9 :]
    assert code(huge) == "image-dimensions"


def test_a_second_picture_or_a_video_behind_the_first_is_said() -> None:
    several = images.encoded(NOISE.convert("RGB"), "MPO", save_all=True, append_images=[images.picture(3)])
    assert code(several) == "image-appended"
    assert code(PICTURE + b"\0\0\0\x18ftypmp42") == "image-appended"
    assert code(PICTURE + b"\0" * 64) == "fine"


def test_a_file_in_countless_pieces_is_refused() -> None:
    assert code(with_segment(segment(0xFE, b"") * structure.MAX_PARTS)) == "image-broken"


def test_damaged_exif_data_is_neither_warned_of_nor_decoded() -> None:
    damaged = segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x03")
    assert code(with_segment(damaged)) == "fine"
    assert examine(with_segment(damaged), "JPEG").bare == examine(PICTURE, "JPEG").bare


def test_the_orientation_stands_in_the_exif_segment_only() -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 3
    assert examine(images.jpeg(exif=exif), "JPEG").orientation == 3
    assert examine(with_segment(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0")), "JPEG").orientation == 1
