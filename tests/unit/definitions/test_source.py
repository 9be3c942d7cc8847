"""Paths that lead to something else than a file of text, and files beyond the bounds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.definitions import schema_check, source
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.definitions.source import MAX_FILE_BYTES
from reconciler.yaml12 import composer, problems

pytestmark = pytest.mark.usefixtures("sound_images")


@pytest.fixture
def top(tmp_path: Path, valid: str) -> Path:
    folder = tmp_path / "top"
    folder.mkdir()
    (folder / "signatures.yaml").write_text(valid)
    return folder


def load(top: Path, *paths: str) -> Definitions:
    return load_definitions(paths, cwd=top)


def codes(found: Definitions) -> list[str]:
    return [f"{diagnostic.location}: {diagnostic.code}" for diagnostic in found.diagnostics]


LOAD = """
import sys
from pathlib import Path
from reconciler.definitions.load import load_definitions
print(*(found.code for found in load_definitions(sys.argv[1:], cwd=Path.cwd()).diagnostics))
"""


def test_a_pipe_is_told_and_not_waited_for(top: Path) -> None:
    os.mkfifo(top / "pipe.yaml")
    # In a process of its own: where it waits for a writer after all, the test ends nevertheless.
    command = [sys.executable, "-c", LOAD, "pipe.yaml"]
    done = subprocess.run(command, cwd=top, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "file-not-regular\n"


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_told(top: Path, device: str) -> None:
    assert codes(load(top, device)) == [f"{device}:1:1: file-not-regular"]


def test_a_file_of_blank_lines_is_refused_before_it_is_parsed(top: Path) -> None:
    (top / "blank.yaml").write_text("version: 1\n" + "\n" * 20_000 + "a: b\n")
    assert codes(load(top, "blank.yaml")) == ["blank.yaml:2:1: yaml-scalar-too-long"]


def test_a_dangling_link_is_told(top: Path) -> None:
    (top / "link.yaml").symlink_to("vanished.yaml")
    assert codes(load(top, "link.yaml")) == ["link.yaml:1:1: file-missing"]


def test_links_in_a_circle_are_told(top: Path) -> None:
    (top / "a.yaml").symlink_to("b.yaml")
    (top / "b.yaml").symlink_to("a.yaml")
    assert codes(load(top, "a.yaml")) == ["a.yaml:1:1: file-unreadable"]


def test_a_link_within_the_root_is_followed(top: Path) -> None:
    (top / "link.yaml").symlink_to("signatures.yaml")
    found = load(top, "link.yaml")
    assert [signature.location.file for signature in found.signatures] == ["link.yaml"]


def test_a_file_that_may_not_be_read_is_told(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    found = load(top, "signatures.yaml")
    assert codes(found) == ["signatures.yaml:1:1: file-unreadable"]
    assert "Permission denied" in found.diagnostics[0].message


def test_a_file_that_vanishes_before_it_is_opened_is_told(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanished(*_: object, **__: object) -> int:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "open", vanished)
    assert codes(load(top, "signatures.yaml")) == ["signatures.yaml:1:1: file-missing"]


def test_a_file_of_fifty_megabytes_is_refused(top: Path) -> None:
    with (top / "large.yaml").open("wb") as file:
        file.truncate(50_000_000)
    assert codes(load(top, "large.yaml")) == ["large.yaml:1:1: file-too-large"]
    assert MAX_FILE_BYTES < 50_000_000


def lower(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    for module in (composer, problems, schema_check, source):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


def test_the_files_of_a_run_may_not_hold_too_much_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valid: str
) -> None:
    lower(monkeypatch, "MAX_RUN_CHARS", len(valid) - 1)
    (tmp_path / "a.yaml").write_text(valid)
    (tmp_path / "b.yaml").write_text(valid)
    found = load_definitions(["."], cwd=tmp_path)
    assert [f"{diagnostic.location}: {diagnostic.code}" for diagnostic in found.diagnostics] == [
        "b.yaml:1:1: run-too-large"
    ]


def test_a_hundred_thousand_signatures_stay_within_the_bounds(valid: str) -> None:
    lines, characters, nodes = 10, 320, 22
    assert valid.count("sign_") == 4
    assert 100_000 * characters < source.MAX_FILE_BYTES
    assert 100_000 * nodes < problems.MAX_NODES
    assert lines < nodes


@pytest.mark.parametrize(
    ("text", "place"),
    [("---", (1, 4)), ("%YAML 1.2", (1, 10)), ("%YAML 1.2\n", (2, 1)), ("# x\r\n%YAML 1.2\r\n# y", (3, 4))],
)
def test_what_is_missing_at_the_end_is_told_at_the_end(tmp_path: Path, text: str, place: tuple[int, int]) -> None:
    (tmp_path / "signatures.yaml").write_bytes(text.encode())
    (problem,) = load_definitions(["signatures.yaml"], cwd=tmp_path).diagnostics[:1]
    assert problem.location[1:] == place
