from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.commands import inside

pytestmark = pytest.mark.usefixtures("keys")


def test_each_mistake_of_a_sandbox_account_is_on_a_line_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "account.yaml"
    file.write_text("uin: 5\nsignatures: x\n")
    done = inside("sandbox", "serve", "--account", str(file))
    assert done.code == 4
    first, second = done.err.splitlines()
    assert first == f"error: {file}:1:1: `uin` must be text: put it in quotes"
    assert second == f"{file}:2:1: `signatures` must be a list - correct the sandbox account file"
