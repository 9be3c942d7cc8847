"""Action by fault: what a run makes of everything that can go wrong with a call."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.contract.api import DESCRIBE, IDENTITY, MODIFY
from reconciler.contract.error_codes import CODES, Treatment
from reconciler.sandbox.faults import PROCESSED, UNPROCESSED
from tests.fixtures.commands import FAST, Done, inside, process
from tests.fixtures.project import REJECTED, UIN, Sign, pending, write
from tests.fixtures.serving import accepted, sent, serving

pytestmark = pytest.mark.usefixtures("_warped")

SIGNS: Final = (pending(1), Sign("sign-2", 1002, "Second", status=REJECTED), pending(3))
FIRST, HIT, LAST = 1001, 1002, 1003

DOCUMENTED: Final = [row.code for row in CODES.values() if row.source != "client"]
UNHEARD_OF: Final = ["FailedOperation.NobodyKnows", "Nobody.Knows"]
ARGUMENTS: Final = {
    "error": "=InternalError",
    "error-charset": "=InternalError",
    "error-after": "=InternalError",
    "http": "=502",
    "http-after": "=502",
    "delay": "=0.1",
    "delay-before": "=0.1",
}
HARMLESS: Final = {"delay", "delay-before", "extra-field", "duplicate-rows", "foreign-row"}
NO_SUCH: Final = {"FailedOperation.MissingSignatureList", "FailedOperation.SignIdNotExist"}
"""What the vendor may answer to a describe of an id that it does not have: an answer, not a failure."""

KINDS: Final = [kind + ARGUMENTS.get(kind, "") for kind in (*UNPROCESSED, *PROCESSED)]


def reads() -> list[Any]:
    """Everything that can go wrong with a read. Its treatment alone counts there: a code of each is tried at once."""
    seen: set[Treatment | str] = set()
    cases = []
    for code in (*DOCUMENTED, *UNHEARD_OF):
        kind = code if code in NO_SUCH or code not in CODES else CODES[code].treatment
        cases.append(pytest.param(f"error={code}", marks=[pytest.mark.soak] if kind in seen else []))
        seen.add(kind)
    return [*cases, *KINDS]


OUTCOMES: Final = {
    Treatment.RETRY: ("accepted", "accepted", 0),
    Treatment.SETTLE: ("failed", "accepted", 7),
    Treatment.REFUSE: ("refused", "accepted", 6),
    Treatment.FAIL: ("failed", "accepted", 7),
    Treatment.STOP: ("failed", "not-attempted", 7),
}
"""After a second write that was not processed: its outcome, that of the one after it, and the exit code."""


def apply(
    top: Path, *faults: str, uin: str | None = None, options: tuple[str, ...] = ()
) -> tuple[Done, Counter[int], Counter[int]]:
    """Apply three changes; return how it ended, and how often each was sent and accepted."""
    file = write(top, SIGNS, uin=uin)
    with serving(SIGNS, *faults) as sandbox:
        # Only what never answers has to be sat out; a busy machine must not look like it.
        timeout = ("--request-timeout", "0.5") if any("stall" in fault for fault in faults) else ()
        done = inside("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST, *timeout, *options, file)
        assert "Traceback" not in done.err
        assert "unexpected" not in done.err
        assert max(accepted(sandbox.requests).values(), default=0) <= 1
        return done, sent(sandbox.requests), accepted(sandbox.requests)


def outcomes(done: Done) -> list[str]:
    return list(done.by_key("outcome").values())


@pytest.mark.parametrize("code", [*DOCUMENTED, *UNHEARD_OF])
def test_a_write_answered_with_a_code_is_treated_as_the_table_says(tmp_path: Path, code: str) -> None:
    row = CODES.get(code) or CODES.get(code.partition(".")[0])
    treatment = row.treatment if row else Treatment.SETTLE
    done, sends, takes = apply(tmp_path, f"{MODIFY}:2:error={code}")
    second, third, exit_code = OUTCOMES[treatment]
    assert (outcomes(done), done.code) == (["accepted", second, third], exit_code)
    assert sends[HIT] == (2 if treatment is Treatment.RETRY else 1)
    assert takes == Counter(
        sign_id for sign_id, outcome in zip((FIRST, HIT, LAST), outcomes(done), strict=True) if outcome == "accepted"
    )
    if second != "accepted":
        assert done.by_key("error")["sign-2"]["code"] == code


@pytest.mark.parametrize("kind", KINDS)
def test_a_write_that_something_happens_to_on_the_way_is_sent_once_and_told_as_it_is(tmp_path: Path, kind: str) -> None:
    name = kind.partition("=")[0]
    done, sends, takes = apply(tmp_path, f"{MODIFY}:2:{kind}")
    happened = name in PROCESSED
    assert outcomes(done) == ["accepted", "accepted" if happened else "failed", "accepted"]
    assert done.code == (0 if happened else 7)
    assert sends == Counter([FIRST, HIT, LAST])
    assert takes == Counter([FIRST, HIT, LAST] if happened else [FIRST, LAST])


def test_without_a_connection_nothing_is_done(tmp_path: Path) -> None:
    file = write(tmp_path, SIGNS)
    with serving(SIGNS) as sandbox:
        url = sandbox.url
    done = inside("apply", "--yes", "--format", "json", "--endpoint", url, *FAST, file)
    assert (done.code, done.document["error"]["code"]) == (5, 5)


@pytest.mark.parametrize("fault", reads())
def test_an_account_that_cannot_be_read_is_not_written_to(tmp_path: Path, fault: str) -> None:
    done, sends, _ = apply(tmp_path, f"{DESCRIBE}:*:{fault}")
    if fault.partition("=")[0] in HARMLESS:
        assert (outcomes(done), done.code) == (["accepted"] * 3, 0)
        return
    if fault.partition("=")[2] in NO_SUCH:
        assert (set(done.by_key("verdict").values()), done.code, sends) == ({"blocked"}, 6, Counter())
        return
    assert (done.code, sends) == (5, Counter())
    assert done.document["error"]["message"]
    assert done.document["error"]["code"] == 5


@pytest.mark.parametrize("fault", ["error=InternalError", "error=RequestLimitExceeded", "reset-before", "http=502"])
def test_a_read_that_fails_for_a_moment_is_repeated(tmp_path: Path, fault: str) -> None:
    done, _, takes = apply(tmp_path, f"{DESCRIBE}:2-4:{fault}", f"{IDENTITY}:1-3:{fault}")
    assert (done.code, takes) == (0, Counter([FIRST, HIT, LAST]))


def test_rows_that_contradict_each_other_are_not_believed(tmp_path: Path) -> None:
    done, sends, _ = apply(tmp_path, f"{DESCRIBE}:*:duplicate-rows=0")
    assert (done.code, sends) == (5, Counter())


@pytest.mark.parametrize(
    "fault", [*(f"error={code}" for code in ("AuthFailure.TokenFailure", "InternalError")), "html", "reset-before"]
)
def test_an_account_that_cannot_be_read_any_more_ends_the_run_with_the_right_counts(tmp_path: Path, fault: str) -> None:
    done, sends, takes = apply(tmp_path, f"{DESCRIBE}:5-9999:{fault}")
    assert (outcomes(done), done.code) == (["accepted", "not-attempted", "not-attempted"], 7)
    assert (sends, takes) == (Counter([FIRST]), Counter([FIRST]))


@pytest.mark.parametrize("fault", reads())
def test_keys_of_an_account_that_is_not_known_are_not_used(tmp_path: Path, fault: str) -> None:
    done, sends, _ = apply(tmp_path, f"{IDENTITY}:*:{fault}")
    if fault.partition("=")[0] in HARMLESS:
        assert (outcomes(done), done.code) == (["accepted"] * 3, 0)
        return
    assert (done.code, sends) == (5, Counter())
    assert done.document["error"]["message"]


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"])
def test_keys_that_may_not_ask_whose_they_are_work_with_the_account_declared(tmp_path: Path, code: str) -> None:
    done, _, takes = apply(tmp_path, f"{IDENTITY}:*:error={code}", uin=UIN)
    assert (done.code, takes) == (6, Counter())
    done, _, takes = apply(tmp_path, f"{IDENTITY}:*:error={code}", uin=UIN, options=("--believe-uin",))
    assert (done.code, takes) == (0, Counter([FIRST, HIT, LAST]))


@pytest.mark.parametrize(
    ("fault", "treatment"),
    [
        ("error=RequestLimitExceeded", Treatment.RETRY),
        ("error=InternalError", Treatment.SETTLE),
        ("error=InvalidParameterValue.SignAlreadyPassedCheck", Treatment.REFUSE),
        ("error=InvalidParameterValue.ImageInvalid", Treatment.FAIL),
        ("error=AuthFailure.TokenFailure", Treatment.STOP),
    ],
)
def test_a_process_of_its_own_does_the_same(tmp_path: Path, fault: str, treatment: Treatment) -> None:
    file = write(tmp_path, SIGNS)
    with serving(SIGNS, f"{MODIFY}:2:{fault}") as sandbox:
        timeout = ("--request-timeout", "1")
        arguments = ("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, *FAST, *timeout, file)
        done = process(*arguments, cwd=tmp_path)
        second, third, exit_code = OUTCOMES[treatment]
        assert (outcomes(done), done.code) == (["accepted", second, third], exit_code)
        assert max(accepted(sandbox.requests).values()) == 1
    assert "Traceback" not in done.err
