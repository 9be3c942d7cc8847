from __future__ import annotations

import gc
from pathlib import Path

import pytest

from reconciler.cli import validate
from tests.fixtures.commands import inside
from tests.fixtures.project import Sign, pending, write

LONG = Sign("long", 1001, "Thirteenchars", international=False)


def test_what_is_right_passes_and_is_counted(top: Path) -> None:
    write(top, [pending(1), pending(2)])
    done = inside("validate")
    assert (done.code, "2 signatures" in done.out) == (0, True)
    assert inside("validate", "--format", "json").document == {"version": 1, "valid": True, "diagnostics": []}


def test_every_problem_of_every_file_is_reported_in_one_run(top: Path) -> None:
    write(top / "one", [pending(1)._replace(name="")])
    write(top / "two", [pending(2)._replace(name="")])
    done = inside("validate", "--format", "json", "one", "two")
    assert done.code == 4
    files = [found["file"] for found in done.document["diagnostics"]]
    assert list(dict.fromkeys(files)) == ["one/signatures.yaml", "two/signatures.yaml"]


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 4)])
def test_warnings_fail_only_where_that_is_asked_for(top: Path, strict: tuple[str, ...], code: int) -> None:
    write(top, [LONG])
    done = inside("validate", *strict, "--format", "json")
    assert done.code == code
    assert {found["severity"] for found in done.document["diagnostics"]} == {"warning"}
    assert "signatures.yaml:" in inside("validate", *strict).out


def test_an_image_that_is_none_is_told_at_its_place(top: Path) -> None:
    write(top, [pending(1)])
    (top / "evidence" / "1.png").write_bytes(b"no image")
    done = inside("validate", "--format", "json")
    lines = (top / "signatures.yaml").read_text().splitlines()
    assert done.code == 4
    assert lines[done.document["diagnostics"][0]["line"] - 1].strip() == "proof_image: evidence/1.png"


def test_no_definitions_at_all_are_told(top: Path) -> None:
    assert inside("validate").code == 4
    assert not list(top.glob("*.yaml"))


def test_annotations_name_files_from_the_repositorys_root_wherever_the_command_was_started(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(top, [pending(1, name="")])
    (top / "docs").mkdir()
    for folder, file in (
        (top, "signatures.yaml"),
        (top / "docs", "../signatures.yaml"),
        (top, str(top / "signatures.yaml")),
    ):
        monkeypatch.chdir(folder)
        assert "::error file=signatures.yaml,line=" in inside("validate", "--format", "github", file).out


def test_a_pull_request_may_not_ask_for_as_much_work_as_others(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(top, [pending(1)])
    monkeypatch.setattr("reconciler.definitions.source.MAX_PULL_REQUEST_CHARS", 100)
    assert inside("validate").code == 0
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    refused = inside("validate")
    assert refused.code == 4
    assert "the files of this run have more than" in refused.out


def test_the_collector_runs_again_once_definitions_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[bool] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(validate, "load_definitions", lambda *_, **__: ran.append(gc.isenabled()))
    validate.load(["missing.yaml"])
    gc.unfreeze()
    assert ran == [False]
    assert gc.isenabled()
