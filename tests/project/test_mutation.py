"""The list of changes that no test need notice: each is one of code that is there, and has a reason."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from tests import mutation
from tests.mutation import Mutant, change, excused

TOP = Path(__file__).parents[2]
EXCUSED = excused()


@pytest.mark.parametrize(
    ("original", "mutated", "told"),
    [
        ("def f():\n    return a < 1", "def f():\n    return a <= 1", "return a <{{ => =}} 1"),
        ("x = g(one, two)", "x = g(one, None)", "x = g(one, {{two => None}})"),
        ("x = g(one, two)", "x = g(two)", "x = g({{one,  => }}two)"),
        ("return False", "return True", "return {{False => True}}"),
    ],
)
def test_a_change_is_told_in_whole_words_with_what_is_around_it(original: str, mutated: str, told: str) -> None:
    assert change(original, mutated) == told


def functions(module: str) -> dict[str, str]:
    """Return the functions of a module, methods by ``Class.name``."""
    tree = ast.parse((TOP / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8"))
    found = {node.name: ast.unparse(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    for owner in tree.body:
        if isinstance(owner, ast.ClassDef):
            methods = [node for node in owner.body if isinstance(node, ast.FunctionDef)]
            found |= {f"{owner.name}.{node.name}": ast.unparse(node) for node in methods}
    return found


@pytest.mark.parametrize("mutant", EXCUSED, ids=lambda mutant: mutant.where)
def test_an_excused_change_is_one_of_code_that_is_there(mutant: Mutant) -> None:
    module, name = re.fullmatch(r"(reconciler\.\w+\.\w+)\.(.+)", mutant.where).groups()  # type: ignore[union-attr]  # fits
    before = re.sub(r"\{\{(.*?) => .*?\}\}", r"\1", mutant.change)
    assert before in functions(module)[name]


def test_every_excuse_is_a_reason() -> None:
    assert all(len(reason.split()) > 3 for reason in EXCUSED.values())


def ended(folder: Path, codes: list[int]) -> Path:
    """Write what mutmut leaves of one function with two changes, which ended with these codes."""
    module = folder / "reconciler/decision/example.py"
    module.parent.mkdir(parents=True)
    names = [f"x_f__mutmut_{name}" for name in ("orig", 1, 2)]
    texts = [f"def {name}(a):\n    return {value}\n" for name, value in zip(names, ("a", "None", "b"), strict=True)]
    module.write_text("\n".join(texts), encoding="utf-8")
    keys = {f"reconciler.decision.example.{name}": code for name, code in zip(names[1:], codes, strict=True)}
    (module.parent / "example.py.meta").write_text(json.dumps({"exit_code_by_key": keys}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("codes", "least", "listed", "exit_code", "told"),
    [
        ([1, -24], 100.0, False, 0, "2 mutants, 0 not noticed: 100.0 % killed\n"),
        ([1, 0], 50.0, False, 1, 'not noticed: ["reconciler.decision.example.f", "return {{a => b}}"]\n'),
        ([1, 33], 50.0, True, 0, "2 mutants, 1 not noticed: 50.0 % killed\n"),
        ([1, 0], 51.0, True, 1, "2 mutants, 1 not noticed: 50.0 % killed\n"),
        ([1, 1], 92.0, True, 0, 'noticed or gone: ["reconciler.decision.example.f", "return {{a => b}}"]\n'),
    ],
    ids=["all noticed", "one is not listed", "one without tests is listed", "too few", "one listed is noticed"],
)
def test_the_count_fails_for_too_few_and_for_one_that_is_not_listed(
    codes: list[int],
    least: float,
    listed: bool,
    exit_code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(mutation, "LEAST_PERCENT", least)
    known = {Mutant("reconciler.decision.example.f", "return {{a => b}}"): "because"} if listed else {}
    monkeypatch.setattr(mutation, "excused", lambda: known)
    assert mutation.main(ended(tmp_path, codes)) == exit_code
    assert told in capsys.readouterr().out


def test_a_folder_without_mutants_is_a_failure(tmp_path: Path) -> None:
    assert mutation.main(tmp_path) == 1
