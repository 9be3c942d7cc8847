from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.definitions import schema_check, source
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.yaml12 import composer, problems

pytestmark = pytest.mark.usefixtures("sound_images")


Load = Callable[[str | bytes], Definitions]


def test_accounts_that_differ_are_not_handed_on(tmp_path: Path, valid: str) -> None:
    (tmp_path / "a.yaml").write_text(valid)
    (tmp_path / "b.yaml").write_text("version: 1\naccount: {site: china, region: ap-singapore}\n")
    assert load_definitions(["."], cwd=tmp_path).account is None


def test_a_second_signature_with_the_same_id_is_not_handed_on(load_text: Load, valid: str) -> None:
    found = load_text(valid + valid.splitlines()[-1].replace("acme-otp", "other") + "\n")
    assert [signature.key for signature in found.signatures] == ["acme-otp"]


def test_values_that_can_be_no_ids_are_not_looked_up(load_text: Load, valid: str) -> None:
    found = load_text(valid + "".join(f"  other-{n}: {{sign_id: {v}}}\n" for n, v in enumerate(("[1]", "true", "1"))))
    assert "duplicate-sign-id" not in {diagnostic.code for diagnostic in found.diagnostics}


def codes(found: Definitions) -> list[str]:
    return [diagnostic.code for diagnostic in found.diagnostics]


def lower(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    for module in (composer, problems, schema_check, source):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


def test_a_file_with_its_fill_of_problems_is_not_compared_with_others(
    load_text: Load, monkeypatch: pytest.MonkeyPatch, valid: str
) -> None:
    lower(monkeypatch, "MAX_PROBLEMS", 10)
    again = valid.splitlines()[-1].replace("acme-otp", "again") + "\n"
    found = load_text(valid + "".join(f"  a-{number}: {number}\n" for number in range(100)) + again)
    assert "duplicate-sign-id" not in codes(found)
