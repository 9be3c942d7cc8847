"""What a schedule is made of, as plain data: it can be made from a seed, shrunk, kept as a file and run again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final


@dataclass(frozen=True)
class Fault:
    """What goes wrong when ``actor`` comes to ``seam`` for the ``nth`` time (from 1; 0: each time).

    Kinds: kill, stop (a signal), suspend:stop|lid|vm, slow, and those that a seam knows of itself.
    """

    actor: str
    seam: str
    nth: int
    kind: str
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class Step:
    """One actor. ``at`` is when it begins in virtual seconds; what else counts depends on its kind.

    Kinds: apply, plan, adopt, forget, review, console, rollback, delete-branch. The applies of a fleet are of all its
    accounts.
    """

    name: str
    kind: str
    at: float
    machine: str = "m1"
    commit: int = 1
    key: str = ""
    option: str = ""
    answers_after: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """One schedule. ``rows`` are (sign_id, status, name) at the start, ``variants`` what each commit defines.

    ``variants`` maps a commit to the variant of each signature in the order of ``rows``. ``new``
    maps each commit to the variants of the signatures that it defines without an id, empty for one that it lacks, and
    ``twins`` says whether the vendor creates a second one of the same name. ``lag`` is the longest that a describe lags
    behind, ``names`` and ``create_time`` how the vendor treats these, ``date`` whether answers carry one,
    ``beyond`` the assumptions that it leaves on purpose. ``note`` says why a kept one was kept.

    A fleet has ``accounts``, ``jobs`` of which are worked on at once; its ``steps`` are its own, and an account's are
    what happens there besides. Its ``store`` is theirs too, or ``one-branch``: one for all of them.
    """

    seed: int
    family: str
    store: str = "file"
    rows: tuple[tuple[int, int, str], ...] = ((1110, 1, "Acme"),)
    variants: tuple[tuple[str, ...], ...] = (("base",), ("hidden",), ("hidden",))
    machines: tuple[tuple[str, float], ...] = (("m1", 0.0), ("m2", 0.0), ("m3", 0.0))
    new: tuple[tuple[str, ...], ...] = ()
    twins: bool = False
    lag: float = 0.0
    names: str = "kept"
    create_time: str = "moves"
    date: bool = True
    beyond: tuple[str, ...] = ()
    uin: str = "100000000001"
    accounts: tuple[Scenario, ...] = ()
    jobs: int = 0
    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()
    note: str = ""

    def to_json(self) -> str:
        """Return the scenario as a small JSON document."""
        return json.dumps(_document(self), indent=1, ensure_ascii=False) + "\n"


def _document(scenario: Scenario) -> dict[str, Any]:
    known = {f.name: f.default for f in fields(Scenario)}
    plain = {name: value for name, value in asdict(scenario).items() if value != known.get(name)}
    for listed in ("steps", "faults"):
        plain[listed] = [_plain(entry) for entry in getattr(scenario, listed)]
    if scenario.accounts:
        plain["accounts"] = [_document(account) for account in scenario.accounts]
    return plain


def _plain(entry: Step | Fault) -> dict[str, Any]:
    return {f.name: getattr(entry, f.name) for f in fields(entry) if getattr(entry, f.name) != f.default}


def from_json(text: str) -> Scenario:
    """Return the scenario that a document holds."""
    return _scenario(json.loads(text))


def _scenario(plain: dict[str, Any]) -> Scenario:
    plain["accounts"] = tuple(map(_scenario, plain.get("accounts", ())))
    plain["steps"] = tuple(Step(**step) for step in plain.get("steps", ()))
    plain["faults"] = tuple(Fault(**fault) for fault in plain.get("faults", ()))
    for name in ("rows", "variants", "machines", "new"):
        if name in plain:
            plain[name] = tuple(tuple(entry) for entry in plain[name])
    if "beyond" in plain:
        plain["beyond"] = tuple(plain["beyond"])
    return Scenario(**plain)


FIRST_SIGN_ID: Final = 1110
