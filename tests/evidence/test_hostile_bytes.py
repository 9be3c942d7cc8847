from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.definitions.codes import IMAGE_CODES
from reconciler.evidence.formats import format_of
from reconciler.evidence.inspect import examine
from reconciler.evidence.problems import UnusableError
from tests.support import images

SEEDS = [
    images.png(1),
    images.jpeg(1),
    images.jpeg(2, progressive=True),
    images.encoded(images.picture().convert("P"), "PNG"),
    images.encoded(images.picture().convert("CMYK"), "JPEG"),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An image with some of its bytes replaced, repeated, or taken away."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        data = data[:start] + draw(st.binary(max_size=40) | st.just(data[start:end] * 2)) + data[end:]
    return data


def verdict(data: bytes) -> str:
    try:
        found = examine(data, format_of(data))
    except UnusableError as error:
        return error.problem.code
    assert found.width * found.height > 0
    return "fine"


@given(data=st.binary(max_size=200) | damaged())
@example(data=b"")
@example(data=b"\xff\xd8\xff")
@example(data=b"\x89PNG\r\n\x1a\n")
def test_whatever_the_bytes_there_is_a_verdict_and_always_the_same(data: bytes) -> None:
    first = verdict(data)
    assert first in IMAGE_CODES or first == "fine"
    assert verdict(data) == first
