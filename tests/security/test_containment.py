"""A definition reaches no file outside the repository: not its bytes, nor its size, digest, names or existence."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from reconciler.apply import context
from reconciler.cli import apply as apply_command
from reconciler.definitions import discover, source
from reconciler.definitions.source import read_text
from reconciler.evidence.containment import Root
from reconciler.sandbox.running import Sandbox
from tests.fixtures import images
from tests.fixtures.commands import FAST, KEYS, Done, inside
from tests.fixtures.project import pending, write
from tests.fixtures.serving import modifies, serving

pytestmark = pytest.mark.usefixtures("_warped")
SIGNS: Final = (pending(1),)
OUTSIDE: Final = images.png(7, (321, 123), compress_level=0)
SECRET: Final = "version: 1\nhunter2: canary\nsignatures: {canary-key: {sign_name: canary-name}}\n"
COMMANDS: Final = ("validate", "plan", "apply")


@dataclass
class Place:
    """A repository, a folder beside it that it must not reach, and the account that the definitions are for."""

    top: Path
    outside: Path
    sandbox: Sandbox

    def run(self, command: str, *paths: str) -> Done:
        """Run a command in the repository."""
        reaching = () if command == "validate" else ("--endpoint", self.sandbox.url, *FAST)
        yes = ("--yes",) if command == "apply" else ()
        return inside(command, "--format", "json", *yes, *reaching, *paths)

    def named(self, image: str) -> None:
        """Let the definition name an image."""
        file = self.top / "signatures.yaml"
        file.write_text(file.read_text().replace("evidence/1.png", image))

    def seen(self, *done: Done) -> set[str]:
        """Return what the outputs, and the log of the account, tell of the files outside."""
        digest = hashlib.sha256(OUTSIDE).hexdigest()
        size = f'"bytes": {len(OUTSIDE)}', f"{len(OUTSIDE) / 1024:.1f} KB"
        telling = (digest, digest[:12], *size, '"width": 321', "321x123", "canary", "hunter2", "outside-file")
        texts = [text for each in done for text in (each.out, each.err)] + [repr(self.sandbox.requests)]
        return {word for word in telling for text in texts if word in text}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "outside-file.png").write_bytes(OUTSIDE)
    (outside / "outside-file.yaml").write_text(SECRET)
    top = write(tmp_path / "work", SIGNS).parent
    monkeypatch.chdir(top)
    with serving(SIGNS) as sandbox:
        yield Place(top, outside, sandbox)


def by_parent(place: Place) -> None:
    place.named("../outside/outside-file.png")


def by_absolute_path(place: Place) -> None:
    place.named(str(place.outside / "outside-file.png"))


def by_file_link(place: Place) -> None:
    (place.top / "evidence" / "1.png").unlink()
    (place.top / "evidence" / "1.png").symlink_to("../../outside/outside-file.png")


def by_absolute_link(place: Place) -> None:
    (place.top / "evidence" / "1.png").unlink()
    (place.top / "evidence" / "1.png").symlink_to(place.outside / "outside-file.png")


def by_folder_link(place: Place) -> None:
    (place.top / "away").symlink_to("../outside")
    place.named("away/outside-file.png")


def by_chain_of_links(place: Place) -> None:
    (place.top / "one").symlink_to("two")
    (place.top / "two").symlink_to("evidence/../../outside")
    place.named("one/outside-file.png")


WAYS: Final = (by_parent, by_absolute_path, by_file_link, by_absolute_link, by_folder_link, by_chain_of_links)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_image_outside_is_neither_sent_nor_told_of(place: Place, way: Callable[[Place], None]) -> None:
    way(place)
    done = [place.run(command) for command in COMMANDS]
    assert [each.code for each in done] == [4, 4, 4]
    told = {problem["code"] for each in done for problem in each.document["diagnostics"]}
    assert told <= {"image-outside", "image-path"}
    assert place.sandbox.requests == []
    # The path that the definition itself names may be quoted.
    assert place.seen(*done) <= {"outside-file"}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whether_there_is_an_image_outside_is_not_told(place: Place, way: Callable[[Place], None]) -> None:
    way(place)
    there = place.run("validate")
    (place.outside / "outside-file.png").unlink()
    assert place.run("validate") == there
    (place.outside / "outside-file.png").mkdir()
    assert place.run("validate") == there


def as_pipe(path: Path) -> None:
    os.mkfifo(path)


def as_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def as_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def as_git_file(path: Path) -> None:
    (path.parents[1] / ".git" / "config").write_bytes(OUTSIDE)
    path.symlink_to("../.git/config")


@pytest.mark.parametrize(
    "make", [as_pipe, as_device, as_socket, as_git_file, Path.mkdir], ids=lambda make: make.__name__
)
def test_what_is_no_file_of_the_repository_is_told_and_not_waited_for(
    place: Place, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.top / "evidence")  # a socket's path must be short
    Path("1.png").unlink()
    make(Path("1.png") if make is as_socket else place.top / "evidence" / "1.png")
    monkeypatch.chdir(place.top)
    done = [place.run(command) for command in COMMANDS]
    assert [each.code for each in done] == [4, 4, 4]
    assert place.seen(*done) == set()


@pytest.mark.parametrize("paths", [("away",), ("away/outside-file.yaml",), ("signatures.yaml", "away"), (".",)])
def test_definitions_outside_are_neither_read_nor_listed(place: Place, paths: tuple[str, ...]) -> None:
    (place.top / "away").symlink_to("../outside")
    (place.top / "link.yaml").symlink_to("../outside/outside-file.yaml")
    done = place.run("validate", *paths)
    assert {problem["code"] for problem in done.document["diagnostics"]} == {"file-outside-root"}
    shown = done.out.replace("away/outside-file.yaml", "") if paths[0].endswith(".yaml") else done.out
    assert place.seen(Done(done.code, shown, done.err)) == set()


@pytest.mark.parametrize("path", ["away", "away/outside-file.yaml", "link.yaml"])
def test_whether_there_are_definitions_outside_is_not_told(place: Place, path: str) -> None:
    (place.top / "away").symlink_to("../outside")
    (place.top / "link.yaml").symlink_to("../outside/outside-file.yaml")
    there = place.run("validate", path)
    (place.outside / "outside-file.yaml").unlink()
    assert place.run("validate", path) == there


def test_another_repository_behind_a_link_is_not_taken_for_the_root(place: Place) -> None:
    (place.outside / ".git").mkdir()
    (place.top / "away").symlink_to("../outside")
    done = place.run("validate", "away")
    assert {problem["code"] for problem in done.document["diagnostics"]} == {"file-outside-root"}


def test_a_folder_named_by_the_person_who_runs_it_is_read_wherever_it_is(place: Place) -> None:
    done = place.run("validate", "../outside")
    assert "unknown-key" in {problem["code"] for problem in done.document["diagnostics"]}


@pytest.mark.parametrize("name", ["", "sandbox-account-signatures.json", "sandbox-account-signatures.json.lock"])
def test_nothing_is_read_or_written_through_links_in_the_tools_own_folder(place: Place, name: str) -> None:
    before = {path.name: path.read_bytes() for path in place.outside.iterdir()}
    if name:
        (place.top / ".reconciler").mkdir()
        (place.top / ".reconciler" / name).symlink_to(place.outside / "outside-file.yaml")
    else:
        (place.top / ".reconciler").symlink_to(place.outside)
    done = inside("plan", "--sandbox")
    assert done.code in {1, 4}
    assert place.seen(done) == set()
    assert {path.name: path.read_bytes() for path in place.outside.iterdir()} == before


def test_a_pipe_in_the_tools_own_folder_is_not_waited_for(place: Place) -> None:
    (place.top / ".reconciler").mkdir()
    os.mkfifo(place.top / ".reconciler" / "sandbox-account-signatures.json")
    assert inside("plan", "--sandbox").code == 4


def test_the_embedded_sandbox_is_not_seeded_from_outside(place: Place) -> None:
    (place.top / "signatures.sandbox.yaml").symlink_to("../outside/outside-file.yaml")
    done = inside("plan", "--sandbox")
    assert done.code == 6
    assert place.seen(done) == set()


def swapped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a link to the file outside in the image's place once the plan was shown and agreed to."""

    def agreed(*_: object, **__: object) -> bool:
        by_file_link(place)
        return True

    monkeypatch.setattr(apply_command._Dialogue, "confirm", agreed)


def test_an_image_swapped_between_plan_and_call_is_not_sent(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    swapped(place, monkeypatch)
    done = place.run("apply")
    assert (done.code, done.by_key("outcome")) == (6, {"sign-1": "refused"})
    assert modifies(place.sandbox.requests) == []
    assert place.seen(done) == set()


# What the tests above rest on, taken away: then the files outside are told of.


def opened_anyhow(_: Root, folder: str, name: str) -> int:
    return os.open(Path(folder, name), os.O_RDONLY)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_without_the_walk_inside_the_root_an_image_outside_is_digested_and_sent(
    place: Place, monkeypatch: pytest.MonkeyPatch, way: Callable[[Place], None]
) -> None:
    monkeypatch.setattr(Root, "open", opened_anyhow)
    way(place)
    done = [place.run(command) for command in COMMANDS]
    assert hashlib.sha256(OUTSIDE).hexdigest() in place.seen(*done)
    assert modifies(place.sandbox.requests)


def test_without_the_check_of_links_definitions_outside_are_quoted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.top / "away").symlink_to("../outside")
    monkeypatch.setattr(discover, "_leads_out", lambda _: False)
    monkeypatch.setattr(source, "read_text", lambda path, _: read_text(path, Path("/")))
    assert {"hunter2", "outside-file"} <= place.seen(place.run("validate", "away"))


def test_without_the_second_look_a_swapped_image_is_sent(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    swapped(place, monkeypatch)
    monkeypatch.setattr(context, "read_for_upload", lambda _, folder, name, __: Path(folder, name).read_bytes())
    assert place.run("apply").code == 0
    assert hashlib.sha256(OUTSIDE).hexdigest() in place.seen()
