"""A plan for people."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from reconciler.model.plan import Change, Plan, Planned, Verdict
from reconciler.render.layout import coloured, plain, width
from reconciler.render.text import plan_text, summary_line, target_line
from reconciler.text import escape_line
from tests.fixtures.plans import plans, with_text
from tests.fixtures.values import APPROVED, PENDING, REJECTED, TARGET, because, image, plan, planned, row

HOSTILE = "\x1b[2J\r\n\u202eevil\x9b1m"

EXPECTED = """\
Account 100000000001, site international, region ap-singapore

  ~  modify   acme-otp  1110  Acme      rejected
      because
      sign_name    "Acme" -> "北京银行"
      proof_image  (none) -> evidence/license.png (760x520 PNG, 120.6 KB, sha256 cccccccccccc)
      reviewer: Blurred scan
      -> apply --resubmit acme-otp
  =  in-sync  bank      1111  北京银行  approved

  Not in the definitions, left alone:
      7   Old   unknown
      12  Büro  pending

Note: offline
Plan: 1 to modify, 1 in sync
Fingerprint: sha256:0000000000000000000000000000000000000000000000000000000000000000"""


def example() -> Plan:
    """Return a plan with a write, an approved signature, rows of nobody's and a note."""
    rejected = planned(Verdict.MODIFY, row(REJECTED, review_reply="Blurred scan"))
    changes = (Change("sign_name", "Acme", "北京银行"), Change("proof_image", None, image("c")))
    decision = rejected.decision._replace(changes=changes, rule=because(Verdict.MODIFY, "apply --resubmit {key}"))
    approved = planned(Verdict.IN_SYNC, row(APPROVED), "bank", 1111)
    fields = approved.desired.fields._replace(sign_name="北京银行")
    unmanaged = (row(99, sign_id=7, sign_name="Old"), row(PENDING, sign_id=12, sign_name="Büro"))
    return plan(
        [rejected._replace(decision=decision), approved._replace(desired=approved.desired._replace(fields=fields))],
        unmanaged=unmanaged,
        notes=("offline",),
    )


def test_a_plan_reads_like_this() -> None:
    assert plan_text(example(), plain) == EXPECTED


def test_the_status_stands_at_one_cell_beside_latin_and_chinese_names() -> None:
    heads = [line for line in plan_text(example(), plain).splitlines() if line.startswith(("  ~", "  ="))]
    assert len({width(line[: line.rindex(" ")]) for line in heads}) == 1


def test_colour_appears_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in plan_text(example(), plain)
    painted = plan_text(example(), coloured)
    assert painted.count("\x1b[33m") == 1
    assert re.sub(r"\x1b\[\d+m", "", painted) == plan_text(example(), plain)
    changed = [line for line in painted.splitlines() if " -> " in line and "\x1b[31m" in line]
    assert changed
    for line in changed:
        assert line.index("\x1b[31m") < line.index(" -> ") < line.index("\x1b[32m"), "old red, new green"


def test_a_meaning_without_a_colour_stays_plain() -> None:
    assert coloured("text", "no meaning at all") == "text"


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_sign_and_is_counted(verdict: Verdict) -> None:
    made = plan([planned(verdict, row())] * 3)
    text = plan_text(made, plain)
    assert f" {verdict}  acme-otp" in text
    assert " 3 " in summary_line(made)


def test_nothing_to_modify_is_said_plainly() -> None:
    assert summary_line(plan()) == "Plan: nothing to modify"
    assert summary_line(plan([planned(Verdict.STUCK)])) == "Plan: nothing to modify, 1 stuck"
    assert "Fingerprint" not in plan_text(plan(), plain)


def test_the_sandbox_is_never_taken_for_the_vendor() -> None:
    assert target_line(TARGET._replace(sandbox=True)).startswith("SANDBOX, not the vendor: account 100000000001")
    assert "SANDBOX" not in target_line(TARGET)


def test_text_of_others_is_shown_harmless_wherever_it_stands() -> None:
    made = with_text(example(), HOSTILE)
    text = plan_text(made._replace(target=TARGET._replace(uin=HOSTILE)), plain)
    assert text.count(escape_line(HOSTILE)) == 12
    assert "\x1b" not in text
    assert "\u202e" not in text


@given(plans)
def test_a_plan_of_any_text_renders_line_by_line(made: Plan) -> None:
    for style in (plain, coloured):
        assert plan_text(made, style)
    lines = plan_text(made, plain).split("\n")
    assert all(line == escape_line(line) for line in lines)
    assert summary_line(made) in lines


def many(verdict: Verdict, count: int) -> list[Planned]:
    return [planned(verdict, row())] * count


def test_what_needs_a_person_comes_first_and_what_needs_nothing_becomes_a_count() -> None:
    made = plan([*many(Verdict.IN_SYNC, 3000), *many(Verdict.WAITING, 5), *many(Verdict.REFUSED, 1)])
    text = plan_text(made, plain)
    assert len(text.splitlines()) < 40
    assert "and 2985 more that need nothing; --all shows them" in text
    assert text.index("refused") < text.index("in-sync")
    everything = plan_text(made, plain, everything=True)
    assert everything.count("  in-sync  ") == 3000
    assert "--all" not in everything


def test_a_signature_that_is_sent_without_a_known_difference_shows_what_would_be_sent() -> None:
    text = plan_text(plan([planned(Verdict.MODIFY, row())]), plain)
    for field in ("sign_type", "document_type", "proof_image", "remark"):
        assert f"      {field}" in text


@pytest.mark.parametrize("columns", [40, 57, 80, 120])
def test_a_plan_fits_the_terminal_with_chinese_names_too(columns: int) -> None:
    long = row(review_reply="营业执照扫描件模糊不清请重新上传清晰的彩色扫描件并加盖公章。" * 4)
    made = plan([planned(Verdict.STUCK, long), planned(Verdict.MODIFY, row(sign_name="x" * 200))])
    for style in (plain, coloured):
        text = plan_text(made, style, columns=columns)
        assert max(width(re.sub(r"\x1b\[\d+m", "", line)) for line in text.splitlines()) <= columns
        flat = re.sub(r"\s+|\x1b\[\d+m", "", text)
        assert flat == re.sub(r"\s+|\x1b\[\d+m", "", plan_text(made, style))
