from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.github.workflow import OUTPUTS, SUMMARY, add_outputs, add_summary


def test_outputs_and_summary_are_added_to_what_is_there(tmp_path: Path) -> None:
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    outputs.write_text("before=1\n", encoding="utf-8")
    environ = {OUTPUTS: str(outputs), SUMMARY: str(summary)}
    add_outputs(environ, {"changes": "2", "in-sync": "3"})
    add_summary(environ, "### 名")
    add_summary(environ, "more")
    assert outputs.read_text(encoding="utf-8") == "before=1\nchanges=2\nin-sync=3\n"
    assert summary.read_text(encoding="utf-8") == "### 名\nmore\n"


def test_without_the_files_nothing_is_written() -> None:
    add_outputs({}, {"changes": "2"})
    add_summary({OUTPUTS: "", SUMMARY: ""}, "text")


@pytest.mark.parametrize(("name", "value"), [("a", "1\nb=2"), ("a", "1\rb=2"), ("a\nb", "1"), ("A B", "1")])
def test_an_output_cannot_smuggle_in_another(tmp_path: Path, name: str, value: str) -> None:
    outputs = tmp_path / "outputs"
    with pytest.raises(UsageError, match="cannot be set"):
        add_outputs({OUTPUTS: str(outputs)}, {name: value})
    assert not outputs.exists()
