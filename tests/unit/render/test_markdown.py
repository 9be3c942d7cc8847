from __future__ import annotations

from typing import Any, cast

import pytest

from reconciler.render.document import Document
from reconciler.render.markdown import markdown
from reconciler.render.markdown_escape import COMMENT_BYTES, SUMMARY_BYTES, Section, fitted
from tests.fixtures.documents import IMAGE, plan, problem, result, signature, status, status_row

LIMIT_OF_GITHUB = 65_536


def told(document: dict[str, Any], **options: Any) -> str:
    return markdown(cast("Document", document), **options)


def numbered(count: int, verdict: str, **differing: Any) -> list[dict[str, Any]]:
    return [signature(verdict, key=f"sign-{i}", sign_id=i, **differing) for i in range(1, count + 1)]


def test_counts_come_first_in_the_order_of_what_needs_a_person() -> None:
    text = told(plan(*(signature(verdict) for verdict in ("in-sync", "modify", "modify", "refused"))))
    assert text.startswith("### SMS signatures: 1 refused, 2 modify, 1 in-sync\n")
    # What an apply would do is known before anything is unfolded.
    assert text.index("Next: applying this plan submits 2 signatures for review.") < text.index("**refused**")


def test_a_refused_signature_says_on_top_what_to_do_with_its_own_key() -> None:
    refused = signature("refused", reason="approved", advice="run `reconciler adopt acme-otp`", review_reply="")
    text = told(plan(signature("modify"), refused, diagnostics=[]))
    item = text.index("- **refused** <code>acme-otp</code> (1110, <code>Acme</code>) at")
    assert item < text.index("<details>")
    assert "To do: run <code>reconciler adopt acme-otp</code>." in text


def test_old_and_new_stand_side_by_side_and_images_by_name_size_and_digest() -> None:
    changes = [
        {"field": "sign_name", "old": "Old", "new": "New"},
        {"field": "proof_image", "old": IMAGE, "new": {**IMAGE, "file": "b.png", "sha256": "cd" * 32}},
    ]
    text = told(plan(signature(changes=changes)))
    assert '| <code>acme-otp</code> | <code>sign&#95;name</code> | <code>"Old"</code> | <code>"New"</code> |' in text
    assert "evidence/a.png (24x16 PNG, 2.0 KB, sha256 abababababab)" in text
    assert "b.png (24x16 PNG, 2.0 KB, sha256 cdcdcdcdcdcd)" in text
    assert "ab" * 7 not in text


def test_a_signature_without_a_recorded_submission_says_that_all_of_it_is_sent() -> None:
    assert "| <code>acme-otp</code> | all | not known | as the definition says |" in told(plan(signature(changes=[])))


@pytest.mark.parametrize(
    ("verdicts", "told_next"),
    [
        (["modify"], "submits 1 signature for review"),
        (["modify", "modify"], "submits 2 signatures for review"),
        (["in-sync"], "submits nothing"),
    ],
)
def test_the_next_step_is_named(verdicts: list[str], told_next: str) -> None:
    assert told_next in told(plan(*map(signature, verdicts)))


def test_the_fingerprint_the_notes_and_the_sandbox_are_told() -> None:
    document = plan(fingerprint="sha256:ab", notes=["the record is 3 days old"])
    document["account"]["sandbox"] = True
    text = told(document)
    assert text.endswith("<sub>Fingerprint <code>sha256&#58;ab</code></sub>")
    assert "- the record is 3 days old\n" in text
    assert "**SANDBOX, not the vendor:** account <code>Acme</code>" in text


def test_an_apply_shows_what_was_not_accepted_before_what_was() -> None:
    failed = signature() | result("failed", error={"code": "Some.Code", "message": "no", "hint": "wait"})
    unsettled = signature(key="other") | result("unsettled", error=None, request_id="")
    accepted = signature(key="third") | result("accepted", error=None, request_id="r-3", status_after=None)
    same = signature(key="fourth") | result("not-attempted", error=None, in_place=True)
    text = told(plan(failed, unsettled, accepted, same))
    assert text.startswith("### SMS signatures: 1 failed, 1 unsettled, 1 accepted, 1 not attempted\n")
    assert "**Not accepted (2)**" in text
    assert "(1110, <code>Acme</code>) at <code>Acme&#58;12</code>, request <code>Acme</code>: <code>Some" in text
    assert ".Code</code> no. To do: wait." in text
    assert "- **unsettled** <code>other</code> (1110, <code>Acme</code>) at <code>Acme&#58;12</code>\n" in text
    assert "| <code>third</code> | 1110 | accepted |  | <code>r-3</code> |" in text
    assert "| <code>fourth</code> | 1110 | submitted by another run | pending | <code>Acme</code> |" in text
    assert "Next:" not in text


def test_a_status_is_a_table_with_the_reviewers_replies() -> None:
    text = told(status(status_row(key="a", sign_id=1, sign_name="A", review_reply="blurred")))
    assert text.startswith("### SMS signatures: 1 rejected\n")
    assert "| <code>a</code> | 1 | rejected | <code>blurred</code> |" in text
    assert "| rejected | <code>a</code> | 1 | <code>A</code> |" in text
    assert "Fingerprint" not in text
    assert "Next:" not in text


@pytest.mark.parametrize(("valid", "heading"), [(True, "are valid"), (False, "are not valid")])
def test_a_validation_says_its_result_and_each_place(*, valid: bool, heading: str) -> None:
    found = problem("wrong", file="a.yaml", hint="correct it")
    text = told({"version": 1, "valid": valid, "diagnostics": [found, problem("odd", "warning", hint="")]})
    assert text.startswith(f"### SMS signatures: the definitions {heading}\n")
    assert "- **error** <code>a.yaml&#58;3&#58;5</code> wrong. To do: correct it.\n- **warning** " in text
    assert text.endswith("odd.")


def test_a_run_that_ended_before_it_had_a_plan_says_why() -> None:
    text = told({"version": 1, "error": {"code": 5, "message": "no keys", "hint": "set them"}})
    assert text.startswith("### SMS signatures: the run ended early\n\n**Ended early:** no keys. set them")


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("verdict", "name"),
    [
        ("refused", "名" * 60),
        pytest.param("modify", "Acme", marks=pytest.mark.soak),
        pytest.param("in-sync", "@`|<" * 20, marks=pytest.mark.soak),
    ],
)
def test_5000_signatures_stay_below_githubs_limit_and_the_rest_is_counted(verdict: str, name: str) -> None:
    document = plan(*numbered(5000, verdict, text=name), diagnostics=[])
    text = told(document, elsewhere="the [summary](https://github.example)")
    assert len(text) <= len(text.encode()) <= COMMENT_BYTES < LIMIT_OF_GITHUB
    assert f"5000 {verdict}" in text
    assert "more are left out here: see the [summary](https://github.example)." in text
    assert len(told(document, limit=SUMMARY_BYTES).encode()) <= SUMMARY_BYTES < 2**20


@pytest.mark.no_cover
def test_every_refusal_among_5000_signatures_is_named_or_counted() -> None:
    refused, others = numbered(700, "refused"), numbered(4300, "modify")
    text = told(plan(*others, *refused, diagnostics=[]))
    named = text.count("- **refused** ")
    assert named > 50
    title = text.index("**Refused, blocked or stuck (700)**")
    assert f"{700 - named} more are left out here" in text[title : text.index("<details>")]


def test_a_few_refusals_are_all_named_however_much_else_there_is() -> None:
    text = told(plan(*numbered(4960, "modify"), *numbered(40, "refused"), diagnostics=[]))
    assert text.count("- **refused** ") == 40


def test_one_line_that_does_not_fit_is_left_out_in_the_singular() -> None:
    text = fitted("top", [Section("A", ["1234", "x" * 500], "| head |")], "end", 120, "there")
    assert text == "top\n\n**A (2)**\n\n| head |\n1234\n\n1 more is left out here: see there.\nend"


def test_a_table_of_which_no_row_fits_has_no_head_either() -> None:
    text = fitted("top", [Section("A", ["x" * 500], "| head |", folded=True)], "", 120, "there")
    assert text == "top\n<details><summary>A (1)</summary>\n\n\n1 more is left out here: see there.\n\n</details>"
