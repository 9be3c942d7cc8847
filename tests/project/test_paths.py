"""How many modules somebody has to read to follow one behaviour: those of which the body of a function ran."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.sandbox.account_file import load_account_file
from tests.fixtures.commands import KEYS
from tests.fixtures.repositories import hub_and_clone
from tests.fixtures.serving import serving

ROOT = Path(__file__).parents[2]

# In a process of its own, where no earlier test has left anything in a cache.
TRACE = """
import inspect, json, sys, threading
from pathlib import Path
import reconciler
from reconciler.__main__ import main

package = Path(reconciler.__file__).parent
entered = set()

def note(frame, event, _argument):
    # Neither the body of a module or class nor a comprehension in one: those run on import.
    code = frame.f_code
    named = code.co_name[0] != "<" or code.co_name == "<lambda>"
    if event == "call" and named and code.co_flags & inspect.CO_OPTIMIZED:
        entered.add(code.co_filename)

threading.setprofile(note)
sys.setprofile(note)
try:
    main()
except SystemExit as end:
    code = end.code
sys.setprofile(None)
files = [Path(name) for name in entered]
inside = sorted(str(file.relative_to(package)) for file in files if file.is_relative_to(package))
print(json.dumps([code, [name for name in inside if not name.endswith("__init__.py")]]))
"""


def modules_entered(*arguments: str, cwd: Path, code: int) -> list[str]:
    """Return the modules of the package of which a command entered a function, ``__init__``s aside."""
    child = subprocess.run(
        [sys.executable, "-c", TRACE, *arguments], cwd=cwd, capture_output=True, text=True, check=True
    )
    ended, modules = json.loads(child.stdout.splitlines()[-1])
    assert ended == code, child.stdout + child.stderr
    assert "cli/main.py" in modules
    return list(modules)


def test_a_typo_leads_through_few_modules(tmp_path: Path) -> None:
    text = (ROOT / "signatures.example.yaml").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "evidence", tmp_path / "evidence")
    (tmp_path / "signatures.yaml").write_text(text.replace("sign_purpose: self", "sign_purpose: slef", 1))
    modules = modules_entered("validate", cwd=tmp_path, code=4)
    assert "definitions/schema_check.py" in modules
    assert len(modules) <= 32, modules


def served_example(folder: Path) -> Path:
    """Return the example in a checkout whose record is on a branch of a remote."""
    hub_and_clone(folder)
    top = folder / "work"
    shutil.copytree(ROOT / "evidence", top / "evidence")
    text = (ROOT / "signatures.example.yaml").read_text(encoding="utf-8")
    text = text.replace("# state:", "state:").replace("#   branch:", "  branch:")
    (top / "signatures.yaml").write_text(text, encoding="utf-8")
    return top


@pytest.mark.parametrize(
    ("command", "most"),
    [
        (("plan",), 56),
        (("apply", "--yes", "--only", "northwind-alerts", "--modify-interval", "0"), 68),
    ],
    ids=["plan", "apply of one change"],
)
def test_an_account_leads_through_few_modules(
    command: tuple[str, ...], most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    top = served_example(tmp_path)
    account = load_account_file(ROOT / "signatures.example.sandbox.yaml")
    with serving(account) as sandbox:
        modules = modules_entered(*command, "--endpoint", sandbox.url, "--describe-lag", "0", cwd=top, code=0)
    assert "state/branch.py" in modules
    assert len(modules) <= most, modules
