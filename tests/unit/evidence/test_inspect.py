from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pictures

from reconciler.definitions.codes import IMAGE_CODES
from reconciler.diagnostics import Severity
from reconciler.errors import OutOfFilesError
from reconciler.evidence import containment, inspect, png
from reconciler.evidence.file_types import PNG, format_of
from reconciler.evidence.inspect import examine
from reconciler.evidence.problems import UnusableError
from reconciler.evidence.structure import Structure
from reconciler.model.signature import Image
from tests.fixtures import images
from tests.fixtures.images import chunk


def codes(found: Iterable[inspect.Inspected]) -> list[str]:
    return [result.problem.code if result.problem else "fine" for result in found]


def test_an_image_that_finds_no_room_among_the_open_files_is_not_at_fault(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(containment, "open_plain", refuse)
    with pytest.raises(OutOfFilesError):
        inspect.inspect(project, [(str(project), "evidence/license.png")])


def test_an_image_is_told_by_digest_and_sizes(project: Path) -> None:
    data = (project / "evidence" / "license.png").read_bytes()
    wanted = (str(project), "evidence/license.png")
    (found,) = inspect.inspect(project, [wanted]).values()
    assert found.problem is None
    image = found.image
    assert image == Image(hashlib.sha256(data).hexdigest(), wanted[1], len(data), 24, 16, "PNG")
    assert image is not None
    assert (image.file, image.bytes, image.width, image.height, image.format) == (wanted[1], len(data), 24, 16, "PNG")


def test_copies_of_an_image_are_decoded_once_whatever_folder_they_are_in(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = images.png(99, (31, 17))
    decoded: list[bytes] = []

    def counted(data: bytes, form: str) -> Structure:
        decoded.append(data)
        return examine(data, form)

    monkeypatch.setattr(inspect, "examine", counted)
    wanted = []
    for name in ("one", "other"):
        folder = project / name
        folder.mkdir()
        (folder / "copy.png").write_bytes(data)
        wanted.append((str(folder), "copy.png"))
    found = [result for pair in wanted for result in inspect.inspect(project, [pair]).values()]
    assert [(result.image.width, result.image.height) for result in found if result.image] == [(31, 17)] * 2
    assert decoded == [data]


def test_only_so_many_images_are_remembered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Structure] = {}
    monkeypatch.setattr(inspect, "_EXAMINED", known)
    monkeypatch.setattr(inspect, "_MOST_EXAMINED", 2)
    for width in range(3, 8):
        (project / "some.png").write_bytes(images.png(width, (width, 2)))
        assert codes(inspect.inspect(project, [(str(project), "some.png")]).values()) == ["fine"]
        assert len(known) <= 2


def test_nothing_wanted_is_nothing_found(project: Path) -> None:
    assert inspect.inspect(project, []) == {}


def test_every_wanted_image_is_answered_once_in_the_order_wanted(project: Path) -> None:
    names = ["evidence/license.png", "nothing.png", "evidence/attorney.jpg", "evidence/license.png"]
    found = inspect.inspect(project, [(str(project), name) for name in names])
    assert [name for _, name in found] == names[:3]
    assert [result.image is not None for result in found.values()] == [True, False, True]


def test_a_file_is_read_once_however_it_is_reached(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "link.png").symlink_to("evidence/license.png")
    os.link(project / "evidence" / "license.png", project / "sub" / "hard.png")
    reads: Counter[int] = Counter()
    real = containment.read

    def counting(descriptor: int) -> bytes:
        reads[os.fstat(descriptor).st_ino] += 1
        return real(descriptor)

    wanted = [
        (str(project), "evidence/license.png"),
        (str(project / "sub"), "../evidence/license.png"),
        (str(project), "link.png"),
        (str(project), "sub/hard.png"),
    ]
    with patch.object(inspect, "read", counting):
        found = inspect.inspect(project, wanted)
    assert list(reads.values()) == [1]
    assert [result.image.file for result in found.values() if result.image] == [name for _, name in wanted]


def test_the_name_counts_for_each_path_although_the_file_is_read_once(project: Path) -> None:
    (project / "wrong.jpg").symlink_to("evidence/license.png")
    found = inspect.inspect(project, [(str(project), "wrong.jpg"), (str(project), "evidence/license.png")])
    assert codes(found.values()) == [
        "image-extension",
        "fine",
    ]


def test_a_broken_file_is_a_problem_wherever_it_is_named(project: Path) -> None:
    (project / "a.png").write_bytes(images.png()[:-20])
    (project / "b.png").symlink_to("a.png")
    found = inspect.inspect(project, [(str(project), name) for name in ("a.png", "b.png")])
    assert codes(found.values()) == [
        "image-broken",
        "image-broken",
    ]


def test_an_image_turned_by_exif_alone_is_usable_with_a_warning(project: Path) -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 6
    (project / "phone.jpg").write_bytes(images.jpeg(4, exif=exif))
    (found,) = inspect.inspect(project, [(str(project), "phone.jpg")]).values()
    assert found.problem is not None
    assert (found.problem.code, found.problem.severity) == ("image-rotated", Severity.WARNING)
    assert found.image is not None
    assert (found.image.width, found.image.height) == (24, 16)


def test_one_image_is_decoded_at_a_time(project: Path) -> None:
    for number in range(12):
        (project / f"{number}.png").write_bytes(images.png(number))
    running = 0
    most = 0
    count = threading.Lock()
    real = inspect._FORMATS[PNG][1]

    def watched(structure: Structure) -> None:
        nonlocal running, most
        with count:
            running += 1
            most = max(most, running)
        try:
            real(structure)
        finally:
            with count:
                running -= 1

    with patch.dict(inspect._FORMATS, {PNG: (png.parse, watched)}):
        inspect.inspect(project, [(str(project), f"{number}.png") for number in range(12)])
    assert most == 1


def test_a_failure_that_is_no_problem_of_the_image_is_not_hidden(project: Path) -> None:
    with patch.object(inspect, "read", side_effect=RuntimeError("a bug")), pytest.raises(RuntimeError, match="a bug"):
        inspect.inspect(project, [(str(project), "evidence/license.png")])


PEAK = """
import pathlib, sys
from reconciler.evidence.inspect import inspect
root = pathlib.Path(sys.argv[1])
found = inspect(root, [(str(root), path.name) for path in root.iterdir()])
assert all(inspected.image for inspected in found.values()), found
status = pathlib.Path("/proc/self/status").read_text()
print(len(found), next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def peak_mb(folder: Path) -> float:
    child = subprocess.run([sys.executable, "-c", PEAK, folder], capture_output=True, text=True, check=True)
    return int(child.stdout.split()[1]) / 1024


def half_a_megabyte(number: int) -> bytes:
    end = chunk(b"IEND", b"")
    note = chunk(b"tEXt", b"Comment\0" + number.to_bytes(4) + bytes(500_000))
    return images.png(number).removesuffix(end) + note + end


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path, count: int) -> None:
    for folder, files in {"one": 1, "many": count}.items():
        (tmp_path / folder).mkdir()
        for number in range(files):
            (tmp_path / folder / f"{number}.png").write_bytes(half_a_megabyte(number))
    assert peak_mb(tmp_path / "many") - peak_mb(tmp_path / "one") < 25


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize(("form", "mode", "bound"), [("PNG", "RGBA", 256), ("JPEG", "CMYK", 400)])
def test_memory_is_bounded_for_the_largest_images(tmp_path: Path, form: str, mode: str, bound: int) -> None:
    picture = Pictures.new(mode, (8000, 5000))
    name = {"PNG": "a.png", "JPEG": "a.jpg"}[form]
    (tmp_path / name).write_bytes(images.encoded(picture, form, progressive=True, quality=30))
    assert peak_mb(tmp_path) < bound


def test_a_stream_that_unpacks_to_more_than_its_picture_is_not_unpacked_further(tmp_path: Path) -> None:
    body = images.png(0, (4, 4))
    assert body.startswith(png.SIGNATURE)
    bomb = png.SIGNATURE + body[8:33] + chunk(b"IDAT", zlib.compress(bytes(300 * 1024**2), 9)) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(bomb)
    assert peak_mb(tmp_path) < 100


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
