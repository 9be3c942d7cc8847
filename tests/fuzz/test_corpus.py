"""What fuzzing found before is run in every test run, and each mutator for a moment, without the fuzzer itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.fuzz import mutate_definitions, mutate_evidence, mutate_record
from tests.fuzz.targets import TARGETS

KEPT: Final = {target: sorted((Path(__file__).parent / "corpus" / target).iterdir()) for target in TARGETS}
Mutate = Callable[[bytes, Random, mutate_definitions.Havoc], bytes]
MUTATORS: Final[dict[str, Mutate]] = {
    "definitions": mutate_definitions.mutate,
    "evidence": mutate_evidence.mutate,
    "record": mutate_record.mutate,
}


@pytest.mark.parametrize("target", TARGETS)
def test_what_fuzzing_found_before_is_found_no_more(target: str) -> None:
    assert KEPT[target]
    for file in KEPT[target]:
        TARGETS[target](file.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_inputs_made_from_it_are_told_or_read(target: str) -> None:
    random = Random(1)  # noqa: S311  # the same inputs in every run

    def havoc(data: bytes) -> bytes:
        at = random.randrange(len(data) + 1)
        return data[:at] + random.randbytes(random.randrange(4)) + data[at + random.randrange(4) :]

    made = {file.read_bytes(): MUTATORS[target](file.read_bytes(), random, havoc) for file in KEPT[target]}
    assert sum(before != after for before, after in made.items()) > len(made) / 2
    for data in made.values():
        TARGETS[target](data)


def test_a_broken_promise_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.IMAGE_CODES", {})
    with pytest.raises(AssertionError):
        TARGETS["evidence"](b"no image")
