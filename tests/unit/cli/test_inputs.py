from __future__ import annotations

import gc
from pathlib import Path

import pytest

from reconciler.cli import inputs


def test_the_collector_runs_again_once_definitions_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[bool] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inputs, "load_definitions", lambda *_, **__: ran.append(gc.isenabled()))
    inputs.load(["missing.yaml"])
    gc.unfreeze()
    assert ran == [False]
    assert gc.isenabled()
