from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from reconciler.evidence.containment import Root, read
from reconciler.evidence.problems import UnusableError


def content(root: Root, folder: Path, name: str) -> bytes:
    descriptor = root.open(str(folder), name)
    try:
        return read(descriptor)
    finally:
        os.close(descriptor)


def test_a_link_beside_a_plain_file_still_leads_where_it_leads(tmp_path: Path) -> None:
    folder = tmp_path / "a/evidence"
    folder.mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/licence").write_bytes(b"shared")
    (folder / "plain").write_bytes(b"plain")
    (folder / "linked").symlink_to("../../shared/licence")
    with Root(tmp_path) as root:
        assert [content(root, tmp_path / "a", f"evidence/{name}") for name in ("plain", "linked", "plain")] == [
            b"plain",
            b"shared",
            b"plain",
        ]


def test_a_link_out_of_the_root_is_refused_after_plain_files_too(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (top / "plain").write_bytes(b"plain")
    (top / "out").symlink_to("../secret")
    (top / "folder").mkdir()
    with Root(top) as root:
        assert content(root, top, "plain") == b"plain"
        for name in ("out", "missing", "folder", "..", "../secret"):
            with pytest.raises(UnusableError):
                root.open(str(top), name)
        assert content(root, top, "plain") == b"plain"


def test_the_folders_of_git_and_of_this_tool_stay_closed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_bytes(b"secret")
    (tmp_path / "plain").write_bytes(b"plain")
    with Root(tmp_path) as root:
        assert content(root, tmp_path, "plain") == b"plain"
        with pytest.raises(UnusableError):
            root.open(str(tmp_path), ".git/config")


def test_every_descriptor_is_closed_at_the_end(tmp_path: Path) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    with Root(tmp_path) as root:
        for number in range(100):
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "image").write_bytes(b"x")
            assert content(root, tmp_path, f"{number}/image") == b"x"
    assert len(set(Path("/proc/self/fd").iterdir()) - before) == 0


@pytest.mark.parametrize(("limit", "kept"), [(24, 3), (1024, 20), (resource.RLIM_INFINITY, 20)])
def test_as_many_folders_stay_open_as_the_system_has_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, kept: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    for number in range(20):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "plain").write_bytes(b"plain")
    with Root(tmp_path) as root:
        for number in range(20):
            content(root, tmp_path, f"{number}/plain")
        assert len(root._kept) == kept


def test_a_folder_that_cannot_stay_open_is_walked_to_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    (tmp_path / "plain").write_bytes(b"plain")
    monkeypatch.setattr(os, "dup", refuse)
    with Root(tmp_path) as root:
        assert [content(root, tmp_path, "plain") for _ in range(2)] == [b"plain"] * 2
