"""Changes to a state document that keep it JSON: other values in its places, fields lost, added and repeated."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.fuzz.mutate_definitions import Havoc

_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2, 1.5, -0.0, 1e308, 253402300800, 2**63, 2**63 - 1, -(2**63) - 1, 10**30),
    *(
        "",
        "Acme",
        "a" * 64,
        "c0ffee00" * 5,
        "ap-singapore",
        "100000000001",
        "company",
        "business-license",
        "\u202e",
        "PNG",
    ),
    *([], {}, [1], {"a": 1}, [[[[]]]]),
)
_FIELDS: Final = (
    *("version", "uin", "region", "sandbox", "commit", "saved_at", "holder", "signatures", "sign_id", "submitted"),
    *("intent", "at", "request_id", "adopted", "fields", "before", "shown", "run", "beat", "remark", "unknown"),
)
_TORN: Final = ('{"a": 1, "a": 2}', "NaN", "-Infinity", "1" * 5000, "[" * 4000, '"\\ud800"', "1e400", "\ufeff")
_HOLE: Final = "the place of something that no value of Python writes"


def mutate(data: bytes, random: Random, havoc: Havoc) -> bytes:
    """Return a document a few changes away from ``data``, the fuzzer's own change where that is no JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return havoc(data)
    if random.random() < 0.2:  # one in five
        return havoc(data)
    for _ in range(random.randint(1, 3)):
        value = _changed(value, random)
    text = json.dumps(value, ensure_ascii=random.random() < 0.5)  # even chances
    return text.replace(json.dumps(_HOLE), random.choice(_TORN), 1).encode("utf-8", "surrogatepass")


def _changed(value: Any, random: Random) -> Any:
    places = list(_containers(value))
    if not places:
        return random.choice(_VALUES)
    where = random.choice(places)
    random.choice(_CHANGES)(where, random)
    return value


def _containers(value: Any) -> list[Any]:
    """Every object and list that holds something, from the outside in."""
    found, waiting = [], [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, (dict, list)) and at:
            found.append(at)
            waiting += at.values() if isinstance(at, dict) else at
    return found


def _key(where: Any, random: Random) -> Any:
    return random.choice(list(where)) if isinstance(where, dict) else random.randrange(len(where))


def _set(where: Any, random: Random) -> None:
    where[_key(where, random)] = copy.deepcopy(random.choice(_VALUES))


def _tear(where: Any, random: Random) -> None:
    where[_key(where, random)] = _HOLE


def _drop(where: Any, random: Random) -> None:
    del where[_key(where, random)]


def _add(where: Any, random: Random) -> None:
    if isinstance(where, dict):
        where[random.choice(_FIELDS)] = copy.deepcopy(random.choice(_VALUES))
    else:
        where.append(copy.deepcopy(random.choice([*where, *_VALUES])))


def _swap(where: Any, random: Random) -> None:
    one, other = _key(where, random), _key(where, random)
    where[one], where[other] = where[other], where[one]


_CHANGES: Final[tuple[Callable[[Any, Random], None], ...]] = (_set, _set, _tear, _drop, _add, _swap)
