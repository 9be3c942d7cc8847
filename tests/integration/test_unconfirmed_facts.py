"""Whichever way each fact goes that no vendor page settles: planned again, nothing is left to send but for drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.sandbox.options import SECOND_SUBMITTER, UnconfirmedBehaviour, ways
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.pairwise import pairs, pairwise
from tests.fixtures.project import APPROVED, MISSING, NOT_EFFECTIVE, REJECTED, UIN, UNDOCUMENTED, Sign, write
from tests.fixtures.serving import accepted, sent, serving

CHOICES: Final[dict[str, Any]] = {**ways(), "describe_lag_s": (0.0, 0.4), "second_submitter": SECOND_SUBMITTER}
ROWS: Final = pairwise(CHOICES)
QUALIFIED: Final = 77

PENDING_ONE, REJECTED_ONE, FILING, WIDE, SHY, SPACED = 1001, 1002, 1003, 1004, 1005, 1010
WIDE_NAME: Final = "Ｄelta"  # noqa: RUF001  # the letter that a vendor may make an ordinary one
WRITTEN: Final = (
    Sign("pending", PENDING_ONE, "Alpha", "Alfa", international=False, qualification=QUALIFIED),
    Sign(
        "rejected",
        REJECTED_ONE,
        "Beta",
        "Bita",
        status=REJECTED,
        remark="Login codes",
        international=False,
        qualification=77,
    ),
    Sign("filing", FILING, "Gamma", "Gama", status=REJECTED, international=False, qualification=QUALIFIED, filing=True),
    Sign("wide", WIDE, WIDE_NAME, "Dellta"),
    Sign("remark-less", SHY, "Epsilon", "Epsylon"),
    Sign("spaced", SPACED, "New Shop", "Old Store"),
)
HELD_BACK: Final = (
    Sign("approved", 1006, "Zeta", "Zetta", status=APPROVED),
    Sign("almost", 1007, "Eta", "Etta", status=NOT_EFFECTIVE),
    Sign("odd", 1008, "Theta", status=UNDOCUMENTED),
    Sign("gone", 1009, "Iota", status=MISSING),
)


def run(command: str, url: str, file: Path, lag: float) -> Done:
    yes = ("--yes", "--believe-uin") if command == "apply" else ()
    return inside(command, *yes, "--format", "json", "--endpoint", url, *FAST, "--describe-lag", str(lag), file)


def test_every_pair_of_ways_is_among_the_rows() -> None:
    met = set().union(*(pairs(row) for row in ROWS))
    for name, choices in CHOICES.items():
        for other, others in CHOICES.items():
            wanted = {frozenset({(name, way), (other, way_of_other)}) for way in choices for way_of_other in others}
            assert name == other or wanted <= met
    assert len(ROWS) < 40


def cases() -> Iterator[Any]:
    """A lag passes in real time, so but for the first of them those wait for the soak, as do two of three others."""
    lagging = [row for row in ROWS if row["describe_lag_s"]]
    for number, row in enumerate(ROWS):
        is_quick = row == lagging[0] or (row not in lagging and number % 3 == 0)
        marks = [] if is_quick else [pytest.mark.soak]
        yield pytest.param(row, id="-".join(str(way) for way in row.values())[:60], marks=marks)


@pytest.mark.parametrize("facts", list(cases()))
def test_nothing_is_sent_twice_or_left_to_send_whichever_way_the_facts_go(
    tmp_path: Path, facts: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    lag = 3 * facts["describe_lag_s"]
    if not lag:  # a lag passes in real time, so the waits for it have to
        request.getfixturevalue("_warped")
    signs = WRITTEN + HELD_BACK
    file = write(tmp_path, signs, uin=UIN, site="china")
    refused = {FILING} if facts["filing_incomplete"] == "refused" else set()
    wanted = Counter(sign.sign_id for sign in WRITTEN)
    taken = wanted - Counter(refused)
    second = facts["second_submitter"]
    told = UnconfirmedBehaviour(**{name: way for name, way in facts.items() if name != "second_submitter"})
    with serving(signs, facts=told, second_submitter=second) as sandbox:
        done = run("apply", sandbox.url, file, lag)
        assert done.code == (7 if refused else 6), done
        assert sent(sandbox.requests) == wanted
        assert accepted(sandbox.requests) == taken
        if second == "after":  # what others submitted on top is drift, and is put right once
            drifted = run("apply", sandbox.url, file, lag)
            assert drifted.code == (7 if refused else 6), drifted
            taken += wanted - Counter(refused)
        for _ in range(2):
            again = run("plan", sandbox.url, file, lag)
            left = {key for key, verdict in again.by_key("verdict").items() if verdict == "modify"}
            assert left == ({"filing"} if refused else set()), again
        assert run("apply", sandbox.url, file, lag).code == (7 if refused else 6)
        assert accepted(sandbox.requests) == taken
        edited = [WRITTEN[0]._replace(remark="Other"), *signs[1:]]
        assert run("apply", sandbox.url, write(tmp_path, edited, uin=UIN, site="china"), lag).code == (
            7 if refused else 6
        )
        assert accepted(sandbox.requests) == taken + Counter([PENDING_ONE])
        held_back = {sign.sign_id for sign in HELD_BACK}
        assert not held_back & sent(sandbox.requests).keys()
