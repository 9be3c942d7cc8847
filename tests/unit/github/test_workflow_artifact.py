from __future__ import annotations

import contextlib
import io
import zipfile

import pytest

from reconciler.errors import Refusal
from reconciler.github import workflow
from reconciler.github.client import GitHubClient
from reconciler.github.workflow import fetch
from tests.fixtures.github_server import GitHub

EVENT = {"workflow_run": {"id": 41}}
LIMIT = 2**20


def fetched(rest: GitHubClient, limit: int = LIMIT) -> bytes | None:
    return fetch(rest, EVENT, "signatures", "document.json", limit)


def packed(content: bytes, name: str = "document.json", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def hand_over(hub: GitHub, archive: bytes) -> None:
    hub.add_artifact(41, "signatures", {})
    hub.archives[hub.number] = archive


def test_the_newest_artefact_of_the_run_that_came_before_is_taken(hub: GitHub, rest: GitHubClient) -> None:
    hub.add_artifact(41, "signatures", {"document.json": b"old"})
    hub.add_artifact(41, "signatures", {"document.json": b"new", "../../etc/passwd": b"x"})
    hub.add_artifact(41, "signatures", {"document.json": b"expired"}, expired=True)
    hub.add_artifact(41, "other", {"document.json": b"other"})
    hub.add_artifact(42, "signatures", {"document.json": b"other run"})
    assert fetched(rest) == b"new"


def test_a_run_that_left_nothing_gives_nothing(hub: GitHub, rest: GitHubClient) -> None:
    assert fetched(rest) is None
    assert fetch(rest, {}, "signatures", "document.json", LIMIT) is None
    assert fetch(rest, {"workflow_run": {"id": "41/../.."}}, "signatures", "document.json", LIMIT) is None
    assert len(hub.requests) == 1


def test_a_bomb_is_not_unpacked(hub: GitHub, rest: GitHubClient) -> None:
    hub.add_artifact(41, "signatures", {"document.json": b"\0" * (LIMIT + 1)})
    with pytest.raises(Refusal, match=r"document.json in the artefact of the other run is larger than 1 MiB"):
        fetched(rest)


def test_an_archive_that_lies_about_its_size_is_not_unpacked_further(hub: GitHub, rest: GitHubClient) -> None:
    archive = bytearray(packed(b"\0" * (LIMIT * 4)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = archive.index(signature) + offset
        archive[place : place + 4] = (5).to_bytes(4, "little")
    hand_over(hub, bytes(archive))
    with pytest.raises(Refusal):
        fetched(rest)


def test_no_more_of_a_bomb_is_unpacked_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = zipfile.ZipExtFile.read

    def noting(file: zipfile.ZipExtFile, size: int | None = -1) -> bytes:
        asked.append(size)
        return read(file, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", noting)
    with pytest.raises(Refusal, match="larger than"):
        workflow._member(packed(b"\0" * (LIMIT * 20)), "document.json", LIMIT)
    assert asked == [LIMIT + 1]


def test_an_archive_that_is_too_large_is_refused(
    hub: GitHub, rest: GitHubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "MAX_ARCHIVE", 10)
    hub.add_artifact(41, "signatures", {"document.json": b"text"})
    with pytest.raises(Refusal, match="is larger than"):
        fetched(rest)


@pytest.mark.parametrize(
    ("archive", "told"),
    [
        (b"", "is not a readable zip archive"),
        (b"PK\x05\x06" + b"\xff" * 18, "is not a readable zip archive"),
        (packed(b"text" * 100)[:-30], "is not a readable zip archive"),
        (packed(b"text", method=zipfile.ZIP_LZMA), "is not a readable zip archive"),
        (packed(b"text", "other.json"), r"has no document.json"),
        (packed(b"text" * 100).replace(b"\x08\x00", b"\x08\x01", 2).replace(b"text", b"tixt"), "is not a readable zip"),
    ],
    # An archive holds the time it was packed at: as a name of a test it would differ from worker to worker.
    ids=["empty", "no entries", "cut off", "method", "other name", "broken"],
)
def test_anything_else_is_refused_without_a_traceback(
    hub: GitHub, rest: GitHubClient, archive: bytes, told: str
) -> None:
    hand_over(hub, archive)
    with pytest.raises(Refusal, match=told):
        fetched(rest)


def test_every_single_broken_byte_is_read_or_refused() -> None:
    whole = packed(b"text " * 20)
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        with contextlib.suppress(Refusal):
            assert len(workflow._member(bytes(broken), "document.json", LIMIT)) <= LIMIT
