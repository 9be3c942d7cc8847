"""Fuzzes one target with atheris: ``python -m tests.fuzz.one_target TARGET [libFuzzer's own arguments]``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random
from typing import Final

import atheris  # type: ignore[import-untyped]  # it carries no types

from tests.fuzz import mutate_definitions, mutate_evidence, mutate_record

PACKAGE: Final = Path(__file__).parents[2] / "reconciler"

# Everything is imported here: what is loaded later, where it is needed, would not guide the search.
with atheris.instrument_imports(include=["reconciler"]):
    for package in ("definitions", "evidence", "state"):
        for module in iter_modules([str(PACKAGE / package)]):
            import_module(f"reconciler.{package}.{module.name}")
    from tests.fuzz.targets import TARGETS

_MUTATORS: Final = {
    "definitions": mutate_definitions.mutate,
    "evidence": mutate_evidence.mutate,
    "record": mutate_record.mutate,
}


def main() -> None:
    """Run libFuzzer, which ends the process by itself."""
    name, *arguments = sys.argv[1:]
    mutate = _MUTATORS[name]

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        return mutate(data, Random(seed), lambda piece: bytes(atheris.Mutate(piece, max_size)))[:max_size]  # noqa: S311

    atheris.Setup([sys.argv[0], *arguments], TARGETS[name], custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
