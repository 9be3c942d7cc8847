"""Pictures from real life: what viewers open is taken, with what is odd about it said; the rest is refused truly."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from reconciler.diagnostics import Severity
from reconciler.errors import fill
from reconciler.evidence.inspect import inspect
from tests.fixtures.odd_images import WARNINGS, Odd, corpus

CORPUS = list(corpus())


def test_the_corpus_is_large_enough_and_has_no_name_twice() -> None:
    assert len(CORPUS) >= 40
    assert len({odd.name for odd in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("odd", CORPUS, ids=lambda odd: odd.name)
def test_an_odd_picture_gets_its_verdict(tmp_path: Path, odd: Odd) -> None:
    (tmp_path / odd.name).write_bytes(odd.data)
    (found,) = inspect(tmp_path, [(str(tmp_path), odd.name)]).values()
    words = [fill(f"{each.text} {each.hint}", each.params) for each in found.problems]
    assert ([each.code for each in found.problems] or ["fine"])[0] == odd.code, words
    assert odd.said in "".join(words)
    usable = odd.code == "fine" or odd.code in WARNINGS
    assert all((each.severity is Severity.WARNING) is usable for each in found.problems)
    assert (found.image is not None) is usable
    if found.image is not None:  # what is sent is the file as it is
        assert found.image.sha256 == hashlib.sha256(odd.data).hexdigest()


@pytest.mark.parametrize(
    "odd",
    [odd for odd in CORPUS if odd.code in {"image-appended", "fine"} and "exif" not in odd.name],
    ids=lambda odd: odd.name,
)
def test_another_program_sees_the_picture_that_was_looked_at(tmp_path: Path, odd: Odd) -> None:
    (tmp_path / odd.name).write_bytes(odd.data)
    (found,) = inspect(tmp_path, [(str(tmp_path), odd.name)]).values()
    assert found.image is not None
    opener = PngImageFile if odd.name.endswith(".png") else JpegImageFile
    with opener(io.BytesIO(odd.data)) as seen:
        assert seen.size == (found.image.width, found.image.height)
        seen.load()


def test_everything_that_is_odd_about_a_picture_is_said(tmp_path: Path) -> None:
    odd = next(odd for odd in CORPUS if odd.name == "turned-and-with-a-trailer.jpg")
    (tmp_path / odd.name).write_bytes(odd.data)
    (found,) = inspect(tmp_path, [(str(tmp_path), odd.name)]).values()
    assert [each.code for each in found.problems] == ["image-rotated", "image-appended"]


@pytest.mark.parametrize("ending", [".jpg", ".jpeg", ".JPG", ".png"])
def test_one_command_cures_what_is_turned_and_what_follows_it(tmp_path: Path, ending: str) -> None:
    kind = "appended-to-png.png" if ending == ".png" else "turned-and-with-a-trailer.jpg"
    (tmp_path / f"x.y{ending}").write_bytes(next(odd.data for odd in CORPUS if odd.name == kind))
    (found,) = inspect(tmp_path, [(str(tmp_path), f"x.y{ending}")]).values()
    hints = [fill(each.hint, each.params) for each in found.problems]
    assert len(hints) == (1 if ending == ".png" else 2)
    assert all(f"(`magick in{ending} -auto-orient -strip out{ending}`)" in hint for hint in hints)
