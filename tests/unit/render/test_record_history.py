"""The history of a record in Chinese: every line that is stored is told, and what others wrote stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from reconciler.apply import results
from reconciler.cli.languages import begin
from reconciler.errors import ErrorInfo
from reconciler.model.plan import Change, Verdict
from reconciler.model.report import Outcome, Result
from reconciler.model.state import HistoryEntry
from reconciler.render.record import history_text
from reconciler.text import speak
from tests.fixtures.values import planned, row

WHOLE = planned(Verdict.MODIFY, row())
CHANGES = (Change("sign_name", "Acne", "Acme"), Change("remark", None, "x"))
CHANGED = WHOLE._replace(decision=WHOLE.decision._replace(changes=CHANGES))
TIMEOUT = ErrorInfo("Client.Timeout", "no answer came in time", "")
STORED = (
    results.intended(CHANGED),
    results.intended(WHOLE),
    results.intended(planned(Verdict.CREATE)),
    results.withdrawn(WHOLE),
    *(results.ended(WHOLE, Result(outcome)) for outcome in Outcome),
    results.ended(WHOLE, Result(Outcome.ACCEPTED, "5643aa31-8e8a")),
    results.ended(WHOLE, Result(Outcome.UNSETTLED, error=TIMEOUT)),
    results.ended(WHOLE, Result(Outcome.FAILED, "5643aa31-8e8a", TIMEOUT)),
    # The forms of tests/unit/apply, test_executor_settle, test_executor_run, test_adopt and test_journal.
    "settle 1110, 7 by what the account shows",
    "nothing to submit",
    "adopt acme-otp (1110)",
    "adopt acme-otp (1110); adopt globex (1111)",
    "forget (1110), (acme-otp)",
    "take over /home/me/.reconciler/100.json",
    "Store the record",
    "Applied-From: c0ffee00c0ffee00",
    "Applied-From: c0ffee00c0ffee00, with changes that are not committed",
    "Run: 5643aa31-8e8a-4d93-99ab-099f3cfddf5f",
)
# What is nobody's words: keys, fields, ids, codes and paths, and an outcome, which has its Chinese beside it.
VALUES = re.compile(r"/\S+|Client\.\S+|sign_name|remark|acme-otp|globex|[0-9a-f-]{8,}|\d+")


@pytest.fixture
def _chinese() -> Iterator[None]:
    begin("zh")
    yield
    speak("en", None)


def shown(line: str) -> str:
    return history_text([HistoryEntry("b" * 40, "Me", 0.0, (line,))]).splitlines()[1].strip()


@pytest.mark.usefixtures("_chinese")
@pytest.mark.parametrize("line", STORED)
def test_what_was_stored_is_told_in_chinese(line: str) -> None:
    told = shown(line)
    assert re.search("[\u4e00-\u9fff]", told)
    assert set(re.findall("[a-z-]{2,}", VALUES.sub("", told))) <= set(Outcome)


@pytest.mark.usefixtures("_chinese")
def test_a_line_keeps_its_values() -> None:
    assert shown(STORED[0]) == "打算提交 acme-otp（1110）：sign_name, remark"
    assert shown("accepted acme-otp (1110) request x-1") == "accepted 已接受 acme-otp (1110) 请求 x-1"
    assert shown("adopt a (1); adopt b (2)") == "把 a（1）记录为已提交；把 b（2）记录为已提交"


@pytest.mark.usefixtures("_chinese")
@pytest.mark.parametrize("line", ["Revert the last commit", "accepted", "adopt a (1); drop b", "intend nothing", "{0}"])
def test_a_line_of_somebody_else_stays_as_it_is(line: str) -> None:
    assert shown(line) == line


@pytest.mark.parametrize("line", [*STORED, "a (1); {0}", "accepted a (1)\x1b[31m"])
def test_in_english_every_line_is_what_was_stored(line: str) -> None:
    assert shown(line) == line.replace("\x1b", "\\u001b")
