from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest

from reconciler.cli.languages import begin
from reconciler.text import speak


@pytest.fixture
def _chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "")
    begin("zh")
    yield
    speak("en", None)
    gettext.textdomain("messages")
