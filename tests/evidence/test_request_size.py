from __future__ import annotations

import base64

import pytest

from reconciler.contract.api import MAX_BODY_BYTES, MAX_IMAGE_BYTES
from reconciler.errors import fill
from reconciler.evidence.read import REST_OF_BODY, base64_size, pair_problem
from reconciler.model.signature import Image


def image(size: int) -> Image:
    return Image("00", "a.png", size, 1, 1, "PNG")


@pytest.mark.parametrize("size", range(8))
def test_the_size_in_base64_is_what_base64_makes(size: int) -> None:
    assert base64_size(size) == len(base64.b64encode(bytes(size)))


def test_one_image_of_the_vendors_size_fits_alone_and_two_do_not() -> None:
    assert pair_problem(image(MAX_IMAGE_BYTES), None) is None
    problem = pair_problem(image(MAX_IMAGE_BYTES), image(MAX_IMAGE_BYTES))
    assert problem is not None
    assert problem.code == "images-together"
    assert (
        fill(problem.text, problem.params)
        == "both images together have 10.00 MB; a request can carry about 7.45 MB of images"
    )


def test_the_bound_is_exact() -> None:
    room = (MAX_BODY_BYTES - REST_OF_BODY) // 4 * 3
    first = MAX_IMAGE_BYTES // 3 * 3
    assert pair_problem(image(first), image(room - first)) is None
    assert pair_problem(image(first), image(room - first + 1)) is not None
