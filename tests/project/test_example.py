from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the example, so that its sandbox is a fresh one."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(ROOT / "evidence", folder / "evidence")
    for name in ("signatures.example.yaml", "signatures.example.sandbox.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder


def reconciler(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the JSON of a command on the example."""
    child = subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments, "--format", "json", "signatures.example.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return child.returncode, json.loads(child.stdout)


def verdicts(plan: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {signature["key"]: (signature["status"], signature["verdict"]) for signature in plan["signatures"]}


def test_the_example_is_valid_without_a_warning(example: Path) -> None:
    assert reconciler(example, "validate", "--strict") == (0, {"version": 1, "valid": True, "diagnostics": []})


def test_the_example_shows_the_way_of_a_signature_from_plan_to_refusal(example: Path) -> None:
    code, first = reconciler(example, "plan", "--sandbox")
    assert code == 0
    assert verdicts(first) == {
        "northwind-alerts": ("pending", "modify"),
        "acme-otp": ("rejected", "modify"),
        "harborbank-otp": ("approved", "in-sync"),
        "lantern-app": ("pending", "unverified"),
        "qinghe-orders": ("rejected", "modify"),
        "yunling-travel": ("approved-not-effective", "in-sync"),
        "cobalt-brand": ("pending", "modify"),
        "binhai-library": ("approved", "in-sync"),
    }
    assert {row["sign_id"] for row in first["unmanaged"]} == {1190, 1191}
    assert "blurred" in next(each["review_reply"] for each in first["signatures"] if each["key"] == "acme-otp")

    assert reconciler(example, "apply", "--sandbox", "--yes")[0] == 0
    _, second = reconciler(example, "plan", "--sandbox")
    expected = {
        key: ("pending", "waiting") if found[1] == "modify" else found for key, found in verdicts(first).items()
    }
    assert verdicts(second) == expected

    definitions = example / "signatures.example.yaml"
    text = definitions.read_text(encoding="utf-8")
    definitions.write_text(text.replace("sign_name: HarborBank", "sign_name: HarborBankPlus"), encoding="utf-8")
    code, third = reconciler(example, "plan", "--sandbox")
    assert code == 6
    assert verdicts(third) == expected | {"harborbank-otp": ("approved", "refused")}
