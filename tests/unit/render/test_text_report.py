"""What became of a plan, for people."""

from __future__ import annotations

from hypothesis import given

from reconciler.errors import ErrorInfo
from reconciler.model.plan import Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.render.layout import coloured, plain
from reconciler.render.text import report_text
from reconciler.text import escape_line
from tests.fixtures.plans import reports
from tests.fixtures.values import PENDING, plan, planned, row

NAMES = ("one", "two", "three", "four", "five")
PLAN = plan(
    [planned(Verdict.MODIFY, row(), name, number) for number, name in enumerate(NAMES, start=1)]
    + [planned(Verdict.REFUSED, row(), "six", 6)]
)
TIMEOUT = ErrorInfo("Client.Timeout", "no answer came in time", "run again later")
REPORT = ApplyReport(
    PLAN,
    {
        "one": Result(Outcome.ACCEPTED, "id-1", shown=row(PENDING)),
        "two": Result(Outcome.FAILED, error=ErrorInfo("InvalidParameter", "a parameter is wrong", "")),
        "three": Result(Outcome.UNSETTLED, error=TIMEOUT),
        "four": Result(Outcome.NOT_ATTEMPTED, shown=row(PENDING), in_place=True),
    },
    ErrorInfo("Client.Record", "the record cannot be written", "run again"),
)
EXPECTED = """\
  accepted       one    1  now pending  request id-1
  failed         two    2
      InvalidParameter: a parameter is wrong
  unsettled      three  3
      Client.Timeout: no answer came in time
      -> run again later
      -> it is not known yet whether it was sent; it is not sent again, the next run checks first
  not-attempted  four   4  now pending
      another run had already submitted the same
  not-attempted  five   5
Ended early: the record cannot be written - run again
Apply: 1 accepted, 1 failed, 1 unsettled, 2 not attempted"""


def test_a_report_reads_like_this() -> None:
    assert report_text(REPORT, plain) == EXPECTED


def test_colour_appears_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in report_text(REPORT, plain)
    assert report_text(REPORT, coloured).count("\x1b[0m") == len(NAMES)


def test_an_apply_with_nothing_to_write_says_so() -> None:
    assert report_text(ApplyReport(plan([planned(Verdict.WAITING)]), {}), plain) == "Apply: nothing to do"


def test_an_early_end_without_a_hint_ends_with_what_happened() -> None:
    report = ApplyReport(plan(), {}, ErrorInfo("Client.Stopped", "the run was stopped", ""))
    assert report_text(report, plain) == "Ended early: the run was stopped\nApply: nothing to do"


def test_the_vendors_request_ids_and_codes_are_shown_harmless() -> None:
    evil = "\x1b[2J\n\u202e"
    result = Result(Outcome.FAILED, evil, ErrorInfo(evil, evil, evil))
    text = report_text(ApplyReport(PLAN, {"one": result}, ErrorInfo(evil, evil, evil)), plain)
    assert text.count(escape_line(evil)) == 6
    assert "\x1b" not in text


@given(reports())
def test_a_report_of_any_text_renders_line_by_line(report: ApplyReport) -> None:
    assert report_text(report, coloured)
    assert all(line == escape_line(line) for line in report_text(report, plain).split("\n"))
