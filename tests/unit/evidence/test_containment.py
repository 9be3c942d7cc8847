from __future__ import annotations

import os
import socket
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import fill
from reconciler.evidence import problems
from reconciler.evidence.containment import MAX_LINKS, Root
from reconciler.evidence.inspect import Inspected, inspect
from reconciler.evidence.problems import UnusableError
from tests.fixtures import images
from tests.fixtures.environment import open_descriptors


@pytest.fixture
def tree(project: Path) -> Path:
    """A project with links of every kind in it, and images beside it that nobody may reach."""
    secret = project.parent / "secret"
    (secret / "evidence").mkdir(parents=True)
    (secret / "license.png").write_bytes(images.png(9))
    (project / ".git" / "license.png").write_bytes(images.png(8))
    (project / ".reconciler").mkdir()
    (project / ".reconciler" / "license.png").write_bytes(images.png(7))
    (project / "sub" / "deep").mkdir(parents=True)
    for link, target in {
        "inside.png": "evidence/license.png",
        "inside-absolute.png": f"{project}/evidence/license.png",
        "sub/deep/up.png": "../../evidence/license.png",
        "sub/folder": "../evidence",
        "sub/deep/absolute.png": f"{project}/evidence/license.png",
        "outside.png": "../secret/license.png",
        "outside-absolute.png": f"{secret}/license.png",
        "outside-dangling.png": "../secret/nothing.png",
        "outside-folder": "../secret",
        "outside-and-back": "../project/evidence",
        "outside-by-prefix.png": f"{project}-other/license.png",
        "outside-by-dots.png": f"{project}/../secret/license.png",
        "git.png": ".git/license.png",
        "loop.png": "loop.png",
        "dangling.png": "evidence/nothing.png",
    }.items():
        (project / link).symlink_to(target)
    return project


def look(root: Path, name: str, folder: Path | None = None) -> Inspected:
    (found,) = inspect(root, [(str(folder or root), name)]).values()
    return found


def words(found: Inspected) -> str:
    assert found.problem is not None
    return fill(found.problem.text, found.problem.params)


def code(found: Inspected) -> str:
    return found.problem.code if found.problem else "fine"


@pytest.mark.parametrize(
    "name",
    [
        "evidence/license.png",
        "./evidence//license.png",
        "evidence/../evidence/license.png",
        "inside.png",
        "inside-absolute.png",
        "sub/deep/up.png",
        "sub/deep/absolute.png",
        "sub/folder/license.png",
        "sub/folder/../sub/deep/up.png",
    ],
)
def test_a_path_that_stays_inside_is_followed(tree: Path, name: str) -> None:
    found = look(tree, name)
    assert found.image is not None
    assert found.image.file == name


def test_a_path_is_relative_to_its_definition_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    for folder in (tree / "sub", Path("sub"), Path("sub/../sub")):
        assert code(look(tree, "../evidence/license.png", folder)) == "fine"
        assert code(look(tree, "evidence/license.png", folder)) == "image-missing"


OUTSIDE = [
    "..",
    "../secret/license.png",
    "../secret/nothing.png",
    "../project/evidence/license.png",
    "evidence/../../secret/license.png",
    "outside.png",
    "outside-absolute.png",
    "outside-dangling.png",
    "outside-folder/license.png",
    "outside-folder/nothing.png",
    "outside-and-back/license.png",
    "outside-by-prefix.png",
    "outside-by-dots.png",
    "sub/folder/../../secret/license.png",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_path_that_leads_out_is_refused_and_tells_nothing(tree: Path, name: str) -> None:
    # The same words whether the file is there or not: what is outside cannot be probed.
    assert look(tree, name) == look(tree, "../../no/such/thing")
    assert code(look(tree, name)) == "image-outside"


def test_a_definition_outside_of_the_root_reaches_nothing(tree: Path) -> None:
    assert code(look(tree, "license.png", tree.parent / "secret")) == "image-outside"


def test_without_the_walk_a_path_would_reach_outside(tree: Path) -> None:
    def naive(_: Root, folder: str, name: str) -> int:
        return os.open(Path(folder, name), os.O_RDONLY)

    with patch.object(Root, "open", naive):
        reached = [name for name in OUTSIDE if name.endswith("/license.png") and code(look(tree, name)) == "fine"]
    assert "../secret/license.png" in reached
    assert "outside-folder/license.png" in reached


@pytest.mark.parametrize(
    "name",
    [
        ".git/license.png",
        ".git/nothing.png",
        ".GIT/license.png",
        "git.png",
        ".reconciler/license.png",
        "sub/.git/license.png",
        "evidence/../.git/license.png",
    ],
)
def test_the_folders_of_git_and_of_this_tool_are_no_evidence(tree: Path, name: str) -> None:
    assert code(look(tree, name)) == "image-private"


def test_another_spelling_of_a_private_folder_is_noticed_by_what_it_is(tree: Path) -> None:
    # Stands for a file system that opens .git by another name: the folder is compared, not its name alone.
    with patch("reconciler.evidence.containment._plain", return_value="harmless"):
        assert code(look(tree, ".git/license.png")) == "image-private"


@pytest.mark.parametrize("name", ["", "a\0b.png", "\ud800.png", "/etc/passwd", "/", "loop.png"])
def test_what_cannot_be_a_path_of_the_repository_is_said_to_be_none(tree: Path, name: str) -> None:
    assert code(look(tree, name)) == "image-path"


@pytest.mark.parametrize("name", ["https://acme.example/license.png", "HTTP://acme.example/a.png", "file:///tmp/a.png"])
def test_a_web_address_is_told_to_be_no_file(tree: Path, name: str) -> None:
    with Root(tree) as root, pytest.raises(UnusableError) as caught:
        root.open(str(tree), name)
    assert caught.value.problem == problems.WEB_ADDRESS


def test_an_absolute_path_is_refused_even_into_the_root(tree: Path) -> None:
    assert code(look(tree, f"{tree}/evidence/license.png")) == "image-path"


def test_as_many_links_are_followed_as_the_system_would(tree: Path) -> None:
    (tree / "link0.png").symlink_to("evidence/license.png")
    for number in range(1, MAX_LINKS + 1):
        (tree / f"link{number}.png").symlink_to(f"link{number - 1}.png")
    assert code(look(tree, f"link{MAX_LINKS - 1}.png")) == "fine"
    assert code(look(tree, f"link{MAX_LINKS}.png")) == "image-path"


@pytest.mark.parametrize("name", ["nothing.png", "dangling.png", "evidence/license.png/x", "nowhere/x.png", "x" * 300])
def test_a_missing_file_is_said_to_be_missing(tree: Path, name: str) -> None:
    assert code(look(tree, name)) == "image-missing"


def test_a_name_in_another_case_or_composition_is_pointed_to(tree: Path) -> None:
    (tree / "evidence" / "Café.png").write_bytes(images.png())
    names = {path.name for path in (tree / "evidence").iterdir()}
    for written, stored in {"evidence/License.PNG": "license.png", "evidence/Cafe\u0301.png": "Café.png"}.items():
        found = look(tree, written)
        if Path(written).name in names or found.problem is None:
            pytest.skip("this file system makes no difference between the two")
        assert f"evidence/{stored}" in words(found) + fill(found.problem.hint, found.problem.params)


def hint(found: Inspected) -> str:
    assert found.problem is not None
    return fill(found.problem.hint, found.problem.params)


def test_of_a_path_in_another_case_the_whole_one_that_is_there_is_named(tree: Path) -> None:
    (tree / "e/e").mkdir(parents=True)
    (tree / "e/e/a.png").write_bytes(images.png())
    if (tree / "E").exists():
        pytest.skip("this file system makes no difference between the two")
    assert hint(look(tree, "E/E/A.png")) == "write 'e/e/a.png', exactly as it is stored"
    assert hint(look(tree / "sub/..", "sub/../E/e/a.png")) == "write 'sub/../e/e/a.png', exactly as it is stored"
    for name in ("E/e/b.png", "E/e", "E/../../secret/license.png"):
        assert code(look(tree, name)) == "image-missing"
        assert "check the spelling" in hint(look(tree, name))


def test_a_link_to_a_name_in_another_case_is_missing(tree: Path) -> None:
    (tree / "linked.png").symlink_to("evidence/License.PNG")
    if (tree / "linked.png").exists():
        pytest.skip("this file system makes no difference between the two")
    assert "check the spelling" in hint(look(tree, "linked.png"))


def test_of_a_name_that_only_is_composed_differently_it_is_said_that_both_look_the_same(tree: Path) -> None:
    (tree / "evidence/Caf\u00e9.png").write_bytes(images.png())
    if (tree / "evidence/Cafe\u0301.png").exists():
        pytest.skip("this file system makes no difference between the two")
    found = look(tree, "evidence/Cafe\u0301.png")
    assert words(found).startswith("no such file: 'evidence/Caf\u00e9.png' looks the same")
    assert "NFC" in words(found)
    assert "exactly as it is stored" not in hint(found)


@pytest.mark.parametrize("name", [".", "evidence", "evidence/", "sub/folder"])
def test_a_folder_is_no_image(tree: Path, name: str) -> None:
    found = look(tree, name)
    assert code(found) == "image-not-a-file"
    assert words(found) == "a folder, not an image file"


def test_a_pipe_and_a_socket_are_no_images_and_are_not_waited_for(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tree / "pipe.png")
    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("socket.png")
        kinds = {name: look(tree, name) for name in ("pipe.png", "socket.png")}
    assert {name: code(found) for name, found in kinds.items()} == dict.fromkeys(kinds, "image-not-a-file")


def test_a_device_is_no_image() -> None:
    assert code(look(Path("/dev"), "null")) == "image-not-a-file"


def test_a_root_that_is_gone_is_a_problem_of_every_image(tmp_path: Path) -> None:
    assert code(look(tmp_path / "gone", "a.png", tmp_path / "gone")) == "image-unreadable"


@pytest.mark.parametrize(("number", "text"), [(13, "permission denied"), (5, "cannot be read")])
def test_a_file_that_the_system_does_not_give_out_is_unreadable(tree: Path, number: int, text: str) -> None:
    real = os.open

    def failing(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if path == "license.png":
            raise OSError(number, os.strerror(number))
        return real(path, flags, dir_fd=dir_fd)

    with patch("reconciler.evidence.containment.os.open", failing):
        found = look(tree, "evidence/license.png")
    assert code(found) == "image-unreadable"
    assert text in words(found)


def test_nothing_stays_open(tree: Path) -> None:
    before = open_descriptors()
    for name in [*OUTSIDE, "git.png", "loop.png", "sub/folder/license.png", "evidence", "nothing.png"]:
        look(tree, name)
    assert open_descriptors() == before


PARTS = st.sampled_from(
    [
        "evidence",
        "license.png",
        ".",
        "..",
        "sub",
        "deep",
        "folder",
        "up.png",
        "inside.png",
        "inside-absolute.png",
        "outside-folder",
        "secret",
        "project",
        "outside-and-back",
        ".git",
        ".reconciler",
        "nothing",
        "git.png",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(PARTS, min_size=1, max_size=7))
def test_whatever_is_reached_is_inside_by_the_systems_own_reckoning(tree: Path, parts: list[str]) -> None:
    name = "/".join(parts)
    if look(tree, name).image is not None:
        real = (tree / name).resolve(strict=True)
        assert real.is_relative_to(tree.resolve())
        assert not {".git", ".reconciler"} & set(real.relative_to(tree.resolve()).parts)
