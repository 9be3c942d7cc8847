"""Every command line that matters, with what it prints: a change of any output shows as a change of a file here.

``python -m pytest tests/golden --update-golden`` writes the files anew; read their diff.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.fixtures.warped import warp
from tests.golden.transcript import Session

TRANSCRIPTS: Final = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=[file.stem for file in TRANSCRIPTS])
def test_the_output_is_the_one_that_is_checked_in(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("HOME", "/nowhere")
    warp(monkeypatch)
    expected = file.read_text(encoding="utf-8")
    played = Session(tmp_path, monkeypatch.setenv, monkeypatch.chdir).play(expected)
    if request.config.getoption("--update-golden"):
        file.write_text(played, encoding="utf-8")
    assert played == file.read_text(encoding="utf-8")


def test_every_command_of_the_tool_is_in_a_transcript() -> None:
    from reconciler.cli.main import _COMMANDS  # noqa: PLC0415

    played = "".join(file.read_text(encoding="utf-8") for file in TRANSCRIPTS)
    assert [name for name in _COMMANDS if f"$ reconciler {name} " not in played] == []
