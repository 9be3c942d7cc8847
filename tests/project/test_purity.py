from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "reconciler"
PURE = sorted(path for folder in ("contract", "decision", "model") for path in (PACKAGE / folder).rglob("*.py"))

IMPURE_MODULES = frozenset(
    {
        "asyncio",
        "builtins",
        "ctypes",
        "datetime",
        "fcntl",
        "glob",
        "http",
        "importlib",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "signal",
        "socket",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
IMPURE_NAMES = frozenset(
    {"__builtins__", "__import__", "breakpoint", "compile", "eval", "exec", "globals", "input", "open", "print"}
)


def impurities(source: str) -> Iterator[str]:
    """Yield what makes a module impure: it could read, write, wait, draw lots, look at the clock, or import at will."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name.partition(".")[0] in IMPURE_MODULES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in IMPURE_MODULES:
                yield module
            case ast.Name(id=name) if name in IMPURE_NAMES:
                yield name


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_pure_module_uses_nothing_impure(path: Path) -> None:
    assert list(impurities(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os.path", "os.path"),
        ("def f():\n    from time import monotonic", "time"),
        ("from importlib import import_module", "importlib"),
        ("def f():\n    return open('x')", "open"),
        ("read = open", "open"),
        ("__import__('socket')", "__import__"),
        ("eval('1')", "eval"),
    ],
)
def test_what_is_impure_is_found(source: str, found: str) -> None:
    assert list(impurities(source)) == [found]
