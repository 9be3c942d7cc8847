from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image as Pictures
from PIL.PngImagePlugin import PngInfo

from reconciler.evidence import png, structure
from reconciler.evidence.inspect import examine
from reconciler.evidence.png import Header, header_of, unpacked_size, unpacks_to
from reconciler.evidence.problems import UnusableError
from tests.fixtures import images
from tests.fixtures.images import chunk

PICTURE = images.png(5, (8, 6))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def with_chunk(extra: bytes) -> bytes:
    end = chunk(b"IEND", b"")
    return PICTURE.removesuffix(end) + extra + end


def code(data: bytes) -> str:
    try:
        found = examine(data, "PNG")
    except UnusableError as error:
        return error.problem.code
    return found.warnings[0].code if found.warnings else "fine"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_kind_of_png_decodes(mode: str) -> None:
    found = examine(images.encoded(Pictures.new(mode, (21, 13)), "PNG"), "PNG")
    assert (found.width, found.height, found.orientation) == (21, 13, 1)


# Rows by pass, each with its filter byte, as the specification's figure of the seven passes gives them.
@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (1, 1, 2),
        (2, 1, 2 + 2),
        (8, 8, 2 + 2 + 3 + 2 * 3 + 2 * 5 + 4 * 5 + 4 * 9),
        (5, 5, 2 + 2 + 3 + 2 * 2 + 4 + 3 * 3 + 2 * 6),
    ],
)
def test_an_interlaced_png_decodes_and_is_found_out_when_a_byte_of_it_is_missing(
    width: int, height: int, size: int
) -> None:
    def interlaced(rows: bytes) -> bytes:
        fields = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
        return png.SIGNATURE + chunk(b"IHDR", fields) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

    assert code(interlaced(bytes(size))) == "fine"
    assert code(interlaced(bytes(size - 1))) == "image-broken"


def test_pixels_spread_over_many_chunks_are_put_together() -> None:
    stream = zlib.compress(bytes(9 * 10))
    pieces = b"".join(chunk(b"IDAT", stream[at : at + 1]) for at in range(len(stream)))
    assert code(png.SIGNATURE + header(9, 9) + pieces + chunk(b"IEND", b"")) == "fine"


def test_a_large_picture_of_few_bytes_is_whole() -> None:
    assert code(images.encoded(Pictures.new("L", (3000, 2000)), "PNG")) == "fine"


def test_any_single_bit_that_flips_is_noticed() -> None:
    for position in range(len(png.SIGNATURE), len(PICTURE)):
        for bit in range(8):
            damaged = bytearray(PICTURE)
            damaged[position] ^= 1 << bit
            # A changed kind or length of the last chunk may still leave all pixels.
            noticed = {"image-broken", "image-odd"} if position >= len(PICTURE) - 12 else {"image-broken"}
            assert code(bytes(damaged)) in noticed, (position, bit)


def test_any_truncation_is_noticed() -> None:
    found = {length: code(PICTURE[:length]) for length in range(len(png.SIGNATURE), len(PICTURE))}
    end = PICTURE.rindex(b"IEND") - 4
    assert {length for length, what in found.items() if what == "image-odd"} == set(range(end, len(PICTURE)))
    assert set(found.values()) == {"image-broken", "image-odd"}


@pytest.mark.parametrize(
    "data",
    [
        png.SIGNATURE + header(9, 9) + chunk(b"IEND", b""),
        png.SIGNATURE + header(9, 9) + chunk(b"IDAT", zlib.compress(b"\0" * 20)) + chunk(b"IEND", b""),
        png.SIGNATURE + header(9, 9) + chunk(b"IDAT", zlib.compress(bytes(9 * 10 - 1))) + chunk(b"IEND", b""),
        png.SIGNATURE + header(9, 9) + chunk(b"IDAT", zlib.compress(b"\x09" * 90)) + chunk(b"IEND", b""),
        png.SIGNATURE + chunk(b"IHDR", b"\0\0\0\x09\0\0\0\x09\x08\x05\0\0\0") + chunk(b"IEND", b""),
        png.SIGNATURE + header(9, 9) + chunk(b"IDAT", b"not zlib") + chunk(b"IEND", b""),
        png.SIGNATURE + chunk(b"IHDR", b"short") + chunk(b"IEND", b""),
        png.SIGNATURE + header(0, 9) + chunk(b"IEND", b""),
        PICTURE[:33] + PICTURE[8:],
        png.SIGNATURE + PICTURE[33:],
    ],
    ids=[
        "no pixels",
        "too few pixels",
        "a byte too few",
        "no such filter",
        "no such colour",
        "no stream",
        "short header",
        "no width",
        "two headers",
        "no header",
    ],
)
def test_sound_chunks_that_make_no_picture_are_broken(data: bytes) -> None:
    assert code(data) == "image-broken"


def test_an_animated_png_is_told_to_become_a_still_one() -> None:
    frames = [images.picture(number) for number in (1, 2)]
    assert code(images.encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])) == "image-animated"


def test_huge_dimensions_are_refused_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.evidence.png.PngImageFile", None)
    assert code(png.SIGNATURE + header(100_000, 100_000) + chunk(b"IEND", b"")) == "image-dimensions"


def test_the_bound_on_pixels_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_PIXELS", 48)
    assert code(PICTURE) == "fine"
    assert code(images.png(5, (7, 7))) == "image-dimensions"


def test_what_follows_the_end_is_said_unless_it_is_padding() -> None:
    assert code(PICTURE + b"PK\x03\x04") == "image-appended"
    assert code(PICTURE + b"\0\0\r\n") == "fine"


def test_a_file_in_countless_pieces_is_refused() -> None:
    assert code(with_chunk(chunk(b"tEXt", b"k\0v") * structure.MAX_PARTS)) == "image-broken"


def test_texts_and_profiles_never_reach_the_decoder() -> None:
    info = PngInfo()
    info.add_text("note", "x" * 1000, zip=True)
    plain = examine(PICTURE, "PNG").bare
    assert examine(images.png(5, (8, 6), pnginfo=info, icc_profile=b"profile"), "PNG").bare == plain


def test_exif_in_a_png_is_read() -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 8
    assert examine(images.png(exif=exif), "PNG").orientation == 8


AROUND_ONE_PIECE = range(256 * 1024 - 300, 256 * 1024 + 300, 7)


def sizes(width: int, height: int, depth: int, colour: int) -> tuple[int, int]:
    """Return the sizes without and with interlacing."""
    plain, interlaced = (unpacked_size(Header(width, height, depth, colour, 0, 0, interlace)) for interlace in (0, 1))
    return plain, interlaced


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        ((1, 1, 1, 0), (2, 2)),
        ((9, 2, 1, 0), (2 * (1 + 2), 2 + 2 + 2 + 2 + 3)),
        ((5, 5, 8, 0), (5 * 6, 2 + 2 + 3 + 2 * 2 + 4 + 3 * 3 + 2 * 6)),
        ((3, 1, 8, 2), (1 + 9, 4 + 4 + 4)),
        ((3, 1, 4, 3), (1 + 2, 2 + 2 + 2)),
        ((3, 1, 16, 4), (1 + 12, 5 + 5 + 5)),
        ((3, 1, 16, 6), (1 + 24, 9 + 9 + 9)),
    ],
)
def test_the_rows_of_every_pass_are_counted(picture: tuple[int, int, int, int], size: tuple[int, int]) -> None:
    assert sizes(*picture) == size


def test_a_header_of_another_length_or_an_unknown_colour_type_is_none() -> None:
    fields = b"\0\0\0\1\0\0\0\2\x08\x03\0\0\1"
    assert header_of(fields) == Header(1, 2, 8, 3, 0, 0, 1)
    assert header_of(fields + b"\0") is None
    assert header_of(fields.replace(b"\x08\x03", b"\x08\x05")) is None


@pytest.mark.parametrize("methods", [(1, 0, 0), (0, 1, 0), (0, 0, 2)])
def test_a_header_with_a_method_that_there_is_not_is_none(methods: tuple[int, int, int]) -> None:
    assert header_of(struct.pack(">IIBBBBB", 1, 2, 8, 0, *methods)) is None


@pytest.mark.parametrize(
    ("palettes", "after", "expected"),
    [
        ((b"abc",), b"", "fine"),
        ((b"abc" * 256,), b"", "fine"),
        ((), b"", "image-broken"),
        ((b"",), b"", "image-broken"),
        ((b"abcd",), b"", "image-broken"),
        ((b"abc" * 257,), b"", "image-broken"),
        ((b"abc", b"abc"), b"", "image-broken"),
        ((), chunk(b"PLTE", b"abc"), "image-broken"),
    ],
    ids=["one-colour", "all-colours", "none", "empty", "cut", "too-large", "two", "behind-the-pixels"],
)
def test_an_image_of_palette_colours_has_one_palette_before_its_pixels(
    palettes: tuple[bytes, ...], after: bytes, expected: str
) -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 3, 0, 0, 0))
    parts = b"".join(chunk(b"PLTE", body) for body in palettes)
    pixels = chunk(b"IDAT", zlib.compress(bytes(5 * 4)))
    assert code(png.SIGNATURE + head + parts + pixels + after + chunk(b"IEND", b"")) == expected


@pytest.mark.parametrize("wrap", [bytes, lambda size: Pictures.effect_noise((size, 1), 50).tobytes()])
def test_the_last_byte_counts_wherever_the_pieces_end(wrap: type[bytes]) -> None:
    for size in AROUND_ONE_PIECE:
        packed = zlib.compress(wrap(size))
        assert unpacks_to([packed], size)
        assert not unpacks_to([packed], size + 1)


def test_no_more_is_unpacked_than_is_needed() -> None:
    def endless() -> Iterator[bytes]:
        stream = zlib.compressobj()
        while True:
            yield stream.compress(bytes(100_000)) + stream.flush(zlib.Z_SYNC_FLUSH)

    assert unpacks_to(endless(), 2_000_000)
