"""Counts what became of the mutants of ``mutmut run``: ``python -m tests.mutation FOLDER``.

It fails where fewer than the least were noticed, and for one that was not and that ``mutation_survivors.toml`` does not
excuse. A mutant is named by its function and its change, since its number moves with each edit.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

LEAST_PERCENT: Final = 97.0
EXCUSED: Final = Path(__file__).with_name("mutation_survivors.toml")
# Exit codes in mutmut's ``.meta`` files: 1 and 3 are failed tests, -24 a test that did not end.
KILLED: Final = frozenset({1, 3, -24})

_BEFORE, _AFTER = 30, 15


class Mutant(NamedTuple):
    """A small change of the function ``where``, written as ``some code {{old => new}} and more``."""

    where: str
    change: str


def change(original: str, mutated: str) -> str:
    """Return where two texts differ, in whole words, with a little of their line around it."""
    old, new = (re.findall(r"\w+|\W", text) for text in (original, mutated))
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    before = "".join(old[:start]).rpartition("\n")[2].lstrip()[-_BEFORE:]
    after = "".join(old[len(old) - end :]).partition("\n")[0][:_AFTER]
    return f"{before}{{{{{''.join(old[start : len(old) - end])} => {''.join(new[start : len(new) - end])}}}}}{after}"


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (word, its) in pairs if word != its), min(len(one), len(other)))


def functions(source: str) -> dict[str, str]:
    """Return the text of each function of a module, laid out alike, by its name."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return {node.name: ast.unparse(node).replace(node.name, "", 1) for node in found}


def outcomes(folder: Path) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant and whether a test noticed it."""
    for meta in sorted(folder.rglob("*.py.meta")):
        texts = functions(meta.with_suffix("").read_text(encoding="utf-8"))
        module = ".".join(meta.relative_to(folder).with_suffix("").with_suffix("").parts)
        for key, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            name = key.rpartition(".")[2]
            function = name.partition("__mutmut_")[0]
            where = f"{module}.{function.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"
            yield Mutant(where, change(texts[f"{function}__mutmut_orig"], texts[name])), code in KILLED


def excused(file: Path = EXCUSED) -> Mapping[Mutant, str]:
    """Return the mutants that need not be noticed, each with the reason."""
    groups = tomllib.loads(file.read_text(encoding="utf-8"))["survivors"]
    return {Mutant(*one): group["reason"] for group in groups for one in group["mutants"]}


def main(folder: Path) -> int:
    """Print what no test noticed and the share that was. Returns 1 where either is not as it has to be."""
    found, known = list(outcomes(folder)), excused()
    missed = {mutant for mutant, killed in found if not killed}
    lines = [f"not noticed: {json.dumps(mutant, ensure_ascii=False)}" for mutant in sorted(missed - known.keys())]
    lines += [f"noticed or gone: {json.dumps(mutant, ensure_ascii=False)}" for mutant in sorted(known.keys() - missed)]
    killed = sum(killed for _, killed in found)
    share = 100 * killed / len(found) if found else 0.0
    lines.append(f"{len(found)} mutants, {len(found) - killed} not noticed: {share:.1f} % killed")
    sys.stdout.write("\n".join([*lines, ""]))
    return int(share < LEAST_PERCENT or not missed <= known.keys())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
