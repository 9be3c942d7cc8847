from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from reconciler.contract.api import MAX_BODY_BYTES, MAX_IMAGE_BYTES
from reconciler.errors import Exit, ReconcilerError, fill
from reconciler.evidence.containment import REST_OF_BODY, base64_size, pair_problem, read, read_for_upload
from reconciler.evidence.inspect import inspect
from reconciler.evidence.problems import EvidenceChanged, UnusableError
from reconciler.model.signature import Image
from tests.fixtures import images
from tests.fixtures.environment import open_descriptors

NAME = "evidence/license.png"


@pytest.fixture
def planned(project: Path) -> Image:
    (found,) = inspect(project, [(str(project), NAME)]).values()
    assert found.image is not None
    return found.image


def test_the_bytes_that_were_planned_with_are_given_out(project: Path, planned: Image) -> None:
    before = open_descriptors()
    assert read_for_upload(project, str(project), NAME, planned) == images.png(1)
    assert open_descriptors() == before


def test_other_bytes_are_refused_by_name_with_what_to_do(project: Path, planned: Image) -> None:
    (project / NAME).write_bytes(images.png(3))
    with pytest.raises(EvidenceChanged, match=r"evidence/license\.png changed since the plan was made") as caught:
        read_for_upload(project, str(project), NAME, planned)
    assert caught.value.exit_code is Exit.REFUSED
    assert "plan again" in caught.value.hint


def test_a_file_that_is_gone_or_leads_out_since_is_refused_too(project: Path, planned: Image) -> None:
    (project / NAME).unlink()
    with pytest.raises(EvidenceChanged, match="no such file"):
        read_for_upload(project, str(project), NAME, planned)
    (project.parent / "same.png").write_bytes(images.png(1))
    (project / NAME).symlink_to("../../same.png")
    with pytest.raises(EvidenceChanged, match="leads outside the repository"):
        read_for_upload(project, str(project), NAME, planned)


def test_a_root_that_is_gone_is_an_expected_failure(project: Path, planned: Image) -> None:
    with pytest.raises(ReconcilerError, match="top folder"):
        read_for_upload(project / "gone", str(project), NAME, planned)


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


def test_an_empty_file_and_one_past_the_vendors_size_are_refused_and_one_of_that_size_is_not(project: Path) -> None:
    picture = images.png()
    padded = picture + bytes(MAX_IMAGE_BYTES - len(picture))
    for name, data in {"empty.png": b"", "full.png": padded, "over.png": padded + b"\0"}.items():
        (project / name).write_bytes(data)
    found = inspect(project, [(str(project), name) for name in ("empty.png", "full.png", "over.png")])
    codes = {name: result.problem.code if result.problem else "fine" for (_, name), result in found.items()}
    assert codes == {"empty.png": "image-empty", "full.png": "fine", "over.png": "image-too-large"}


def test_a_file_that_grows_while_it_is_read_is_read_to_the_bound_only(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.touch()
    real = os.fstat

    def then_grow(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        os.truncate(path, 64 * MAX_IMAGE_BYTES)
        return found

    code, place = code_and_place(path, then_grow)
    assert code == "image-too-large"
    assert place <= MAX_IMAGE_BYTES + io.DEFAULT_BUFFER_SIZE


def test_a_file_that_is_too_large_is_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(bytes(MAX_IMAGE_BYTES + 1))
    assert code_and_place(path, os.fstat) == ("image-too-large", 0)


def code_and_place(path: Path, fstat: Callable[[int], os.stat_result]) -> tuple[str, int]:
    """Return the code of what is wrong, and how far the file was read."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with patch("reconciler.evidence.containment.os.fstat", fstat), pytest.raises(UnusableError) as caught:
            read(descriptor)
        return caught.value.problem.code, os.lseek(descriptor, 0, os.SEEK_CUR)
    finally:
        os.close(descriptor)


def test_a_file_that_cannot_be_read_although_it_was_opened_is_a_problem(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(UnusableError) as caught:
            read(descriptor)
    finally:
        os.close(descriptor)
    assert caught.value.problem.code == "image-unreadable"
