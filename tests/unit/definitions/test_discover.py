"""Which files a run reads, and what bounds them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reconciler.definitions.load import Definitions, load_definitions

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


def test_a_path_that_leads_nowhere_is_told(top: Path) -> None:
    assert codes(load(top, "nowhere.yaml", "signatures.yaml")) == ["nowhere.yaml:1:1: file-missing"]


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "x" * 5000, "signatures.yaml/below", ""])
def test_a_path_that_cannot_be_is_told(top: Path, path: str) -> None:
    found = load(top, path or "nowhere/")
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["file-missing"]
    str(found.diagnostics).encode("utf-8")


def test_a_link_out_of_the_root_is_refused(top: Path, valid: str) -> None:
    (top.parent / "outside.yaml").write_text(valid)
    (top / "link.yaml").symlink_to("../outside.yaml")
    assert codes(load(top, ".")) == ["link.yaml:1:1: file-outside-root"]


def test_a_folder_that_may_not_be_read_is_told(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> object:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert codes(load(top, ".")) == [".:1:1: file-unreadable"]


def test_a_folder_stands_for_its_definitions_in_order(top: Path, valid: str) -> None:
    (top / "b").mkdir()
    (top / ".git").mkdir()
    for name in ("b/z.yml", "b/a.yaml", "c.sandbox.yaml", "c.sandbox.yml", ".d.yaml", ".git/e.yaml", "f.txt", "a.yaml"):
        (top / name).write_text(valid)
    found = load(top, ".")
    assert [str(file.relative_to(top)) for file in found.files] == ["a.yaml", "signatures.yaml", "b/a.yaml", "b/z.yml"]


def test_folders_reached_by_links_are_left_out(top: Path) -> None:
    (top / "again").symlink_to(".", target_is_directory=True)
    assert len(load(top, ".").files) == 1


def test_a_folder_without_definitions_is_told(top: Path) -> None:
    (top / "empty").mkdir()
    assert codes(load(top, "empty")) == ["empty:1:1: no-definitions"]


def test_a_file_named_twice_is_read_once(top: Path) -> None:
    assert len(load(top, "signatures.yaml", "./signatures.yaml", ".", str(top)).files) == 1


def test_the_sandbox_file_is_read_where_it_is_named_itself(top: Path) -> None:
    shutil.move(top / "signatures.yaml", top / "x.sandbox.yaml")
    assert len(load(top, "x.sandbox.yaml").signatures) == 1


def test_names_are_told_as_the_user_would_type_them(top: Path) -> None:
    below = top / "below"
    below.mkdir()
    assert load(top.parent, "top").signatures[0].location.file == "top/signatures.yaml"
    assert load(below, "../signatures.yaml").signatures[0].location.file == "../signatures.yaml"
    assert load(below, "..").signatures[0].location.file == "../signatures.yaml"
    assert load(below, str(top / "signatures.yaml")).signatures[0].location.file == str(top / "signatures.yaml")
    assert load(top, str(top / "signatures.yaml")).signatures[0].location.file == "signatures.yaml"


def test_problems_come_in_the_order_of_the_arguments(top: Path) -> None:
    (top / "wrong.yaml").write_text("version: 2\n")
    found = load(top, "nowhere.yaml", "wrong.yaml", "gone.yaml")
    assert [diagnostic.location.file for diagnostic in found.diagnostics] == ["nowhere.yaml", "wrong.yaml", "gone.yaml"]


def test_a_name_that_is_no_text_can_be_told(top: Path) -> None:
    name = os.fsdecode(b"\xff.yaml")
    (top / name).write_text("version: 2\n")
    found = load(top, name)
    assert found.diagnostics[0].location.file == "\\udcff.yaml"


def test_the_root_is_the_top_of_the_git_repository(top: Path) -> None:
    (top / "a" / "b").mkdir(parents=True)
    shutil.move(top / "signatures.yaml", top / "a" / "b" / "signatures.yaml")
    (top / ".git").write_text("gitdir: elsewhere\n")
    assert load(top, "a/b/signatures.yaml").root == top.resolve()
    assert load(top, "a").root == top.resolve()


def test_outside_git_the_root_is_the_folder_of_the_first_path(top: Path) -> None:
    (top / "below").mkdir()
    shutil.copy(top / "signatures.yaml", top / "below")
    assert load(top.parent, "top/below/signatures.yaml", "top").root == (top / "below").resolve()
    assert load(top.parent, "top").root == top.resolve()


def test_without_a_first_path_the_root_is_the_working_directory(top: Path) -> None:
    assert load(top).root == top.resolve()
    assert load(top, "nowhere/at/all.yaml").root == top.resolve()
