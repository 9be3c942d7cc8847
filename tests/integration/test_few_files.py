"""A system that lets this program open few files: it goes on as far as it can, and blames no file for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.fixtures import images
from tests.fixtures.commands import COMMAND, Done
from tests.fixtures.project import pending, write

SAID = "error: the system lets this program open no more files - Raise the limit"


def limited(limit: int, *arguments: str, top: Path) -> Done:
    done = subprocess.run(
        ["sh", "-c", f'ulimit -n {limit} && exec "$@"', "sh", *COMMAND, *arguments],
        cwd=top,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def far_apart(tmp_path: Path) -> Path:
    """Definitions of thirty images, each in a folder of its own."""
    file = write(tmp_path, [pending(number) for number in range(1, 31)])
    text = file.read_text(encoding="utf-8")
    for number in range(1, 31):
        (tmp_path / f"evidence{number}").mkdir()
        (tmp_path / f"evidence{number}" / "1.png").write_bytes(images.png(number))
        text = text.replace("evidence/1.png", f"evidence{number}/1.png", 1)
    file.write_text(text, encoding="utf-8")
    return tmp_path


def test_thirty_files_are_enough_for_images_in_as_many_folders(far_apart: Path) -> None:
    done = limited(24, "validate", top=far_apart)
    assert (done.code, done.err) == (0, "")


def test_too_few_are_told_as_that_and_not_as_faults_of_the_definitions(far_apart: Path) -> None:
    done = limited(5, "validate", top=far_apart)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(SAID), done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("limit", range(6, 24, 3))
def test_however_few_there_are_validate_names_no_other_fault(far_apart: Path, limit: int) -> None:
    done = limited(limit, "validate", top=far_apart)
    assert done.code == 0 or (done.code == 1 and done.err.startswith(SAID)), done


@pytest.mark.parametrize("limit", range(6, 24, 3))
def test_however_few_there_are_an_apply_ends_in_words_that_blame_no_file(far_apart: Path, limit: int) -> None:
    # Where the embedded sandbox is the one that runs out of them, it does not answer: exit code 5.
    done = limited(limit, "apply", "--sandbox", "--yes", top=far_apart)
    assert done.code in {0, 1, 5}, done
    told = done.out + done.err
    assert [words for words in ("Traceback", "unexpected", "not valid", "Install git") if words in told] == []
