from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
from PIL import Image as Pictures

from reconciler.evidence.png import Header, header_of, unpacked_size, unpacks_to

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
