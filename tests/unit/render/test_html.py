from __future__ import annotations

import codecs
import io
import re
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, cast

import pytest

from reconciler.cli.formats import in_format
from reconciler.errors import Exit
from reconciler.model.plan import Verdict
from reconciler.render.document import Document, EntryDocument
from reconciler.render.fleet import AccountLine
from reconciler.render.html import fleet_page, html_page
from tests.fixtures.documents import IMAGE, plan, problem, signature

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\" ' \u202eabc \x1b[31m {{ 7 * 7 }}\n::error::x"


class Seen(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == [], "every element ends"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(document: dict[str, Any]) -> str:
    return html_page(cast("Document", document))


def every_verdict() -> dict[str, Any]:
    return plan(*(signature(verdict, key=f"is-{verdict}") for verdict in Verdict))


def test_the_policy_allows_the_page_its_own_style_and_nothing_else() -> None:
    page = page_of(every_verdict())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policies = [a["content"] for tag, a in Seen(page).tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    ]
    assert not {tag for tag, _ in Seen(page).tags} & {"script", "img", "link", "iframe", "svg", "form", "a", "object"}
    assert not re.search(r"url\(|@import|https?://", style[1])
    assert not [name for _, attributes in Seen(page).tags for name in attributes if name.startswith(("on", "style"))]


def test_names_and_replies_of_strangers_have_no_effect() -> None:
    row = signature(
        "modify", key=HOSTILE, sign_name=HOSTILE, reason=HOSTILE, advice=HOSTILE, review_reply=HOSTILE,
        changes=[{"field": HOSTILE, "old": HOSTILE, "new": {**IMAGE, "file": HOSTILE}}],
    )  # fmt: skip
    quiet = {**row, "verdict": "waiting"}
    hostile = plan(row, quiet, diagnostics=[problem(message=HOSTILE, hint=HOSTILE, file=HOSTILE)], notes=[HOSTILE])
    hostile["unmanaged"] = [{"sign_id": 1, "sign_name": HOSTILE, "status": HOSTILE, "review_reply": HOSTILE}]
    hostile["account"] = {**hostile["account"], "uin": HOSTILE, "endpoint": HOSTILE}
    page = page_of(hostile)
    assert not {tag for tag, _ in Seen(page).tags} & {"script", "img"}
    assert [tag for tag, _ in Seen(page).tags].count("style") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)
    assert "\\u202e" in page
    assert "{{ 7 * 7 }}" in page
    assert not re.search(r"^::error", page, re.MULTILINE)


def test_what_needs_a_person_comes_first_and_what_needs_nothing_last() -> None:
    text = Seen(page_of(every_verdict())).text
    groups = {
        "Needs a person first": ("refused", "blocked", "stuck", "unverified"),
        "Will be submitted": ("modify",),
        "Needs nothing now": ("waiting", "observed", "in-sync"),
    }
    words = [word for title, verdicts in groups.items() for word in (title, *(f"is-{verdict}" for verdict in verdicts))]
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_every_verdict_has_a_filter_that_hides_the_others() -> None:
    page = page_of(every_verdict())
    for verdict in Verdict:
        assert f'id="show-{verdict}"' in page
        assert f"body:has(#show-{verdict}:checked) .row:not(.{verdict})" in page
        assert f"body:has(#show-{verdict}:checked) .group:not(:has(.row.{verdict}))" in page


def test_values_stand_side_by_side_and_images_are_a_name_a_size_and_a_digest() -> None:
    changes = [{"field": "sign_name", "old": "旧", "new": "新"}, {"field": "proof_image", "old": None, "new": IMAGE}]
    page = page_of(plan(signature("modify", changes=changes)))
    assert '<del><bdi lang="zh-Hans">&#34;旧&#34;</bdi></del>' in page
    assert '<ins><bdi lang="zh-Hans">&#34;新&#34;</bdi></ins>' in page
    assert "evidence/a.png (24x16 PNG, 2.0 KB, sha256 abababababab)" in page
    assert "ab" * 7 not in page


def test_what_stands_between_backquotes_is_shown_as_code_and_nothing_in_it_has_an_effect() -> None:
    advice = "`reconciler adopt a` records it, `<b>\u202e` does not, and ` is a mark"
    page = page_of(plan(signature("unverified", advice=advice), notes=["run `plan`"]))
    assert "<code>reconciler adopt a</code> records it" in page
    assert "<code>&lt;b&gt;\\u202e</code> does not, and ` is a mark" in page
    assert "run <code>plan</code>" in page


def test_a_failure_and_wrong_definitions_are_a_page_too() -> None:
    failed = page_of(
        {"version": 1, "error": {"code": 5, "message": "refused", "hint": "look at <b>", "error_code": ""}}
    )
    assert '<h2 id="ended">Ended early</h2>' in failed
    assert "look at &lt;b&gt;" in failed
    wrong = page_of({"version": 1, "valid": False, "diagnostics": [problem(message="missing field")]})
    assert "<title>The definitions are not valid</title>" in wrong
    assert "missing field" in wrong
    assert Seen(failed).open == Seen(wrong).open == []


@pytest.mark.parametrize(
    ("charset", "shown"), [("utf-8", "青禾"), ("gbk", "&#38738;&#31166;"), ("ascii", "&#38738;&#31166;")]
)
def test_a_chinese_name_is_right_in_the_page_whatever_the_stream_holds(
    monkeypatch: pytest.MonkeyPatch, charset: str, shown: str
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=codecs.lookup(charset).name))
    page = in_format("html", cast("Document", plan(signature("waiting", sign_name="青禾"))))
    assert f">{shown}</bdi>" in page


def fleet_page_of(*entries: dict[str, Any], deleted: Sequence[str] = ()) -> str:
    """Return the page of a fleet; entries are as in its document."""
    lines = [
        AccountLine(
            entry["name"],
            Exit(entry["exit_code"]),
            "=",
            f"words of {entry['name']}",
            Counter(row["verdict"] for row in entry.get("plan", {}).get("signatures", ())),
            "error" in entry,
        )
        for entry in entries
    ]
    by_name = {entry["name"]: cast("EntryDocument", entry) for entry in entries}
    return "\n".join(fleet_page(lines, lambda names: (by_name[name] for name in names), deleted))


def test_the_page_of_a_fleet_has_every_account_in_its_table_and_what_needs_a_person_first() -> None:
    page = fleet_page_of(
        {"name": "quiet", "exit_code": 0, "plan": plan(signature("in-sync", key="fine"), diagnostics=[])},
        {"name": "changed", "exit_code": 0, "plan": plan(signature("modify", key="edited"))},
        {"name": "locked", "exit_code": 6, "plan": plan(*every_verdict()["signatures"])},
        {"name": "odd", "exit_code": 0, "plan": plan(diagnostics=[problem(message="an odd name")])},
        {
            "name": "broken",
            "exit_code": 4,
            "error": {
                "code": "c",
                "message": "no file",
                "hint": "write it",
                "diagnostics": [problem(message="bad key")],
            },
        },
    )
    seen = Seen(page)
    assert [seen.text.count(f"words of {name}") for name in ("quiet", "changed", "locked", "odd", "broken")] == [1] * 5
    places = [page.index(f"<bdi>{name}</bdi></h2>") for name in ("broken", "locked", "changed", "odd")]
    assert places == sorted(places)
    assert "<bdi>quiet</bdi></h2>" not in page
    links = [attributes["href"] for tag, attributes in seen.tags if tag == "a"]
    assert links == ["#account-5", "#account-3", "#account-2"]
    identities = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(identities) == len(set(identities))
    assert "fine" not in seen.text
    for text in ("no file", "write it", "bad key", "an odd name", "edited", "is-refused", "all 7"):
        assert text in seen.text
    assert "is-waiting" not in seen.text


def test_the_page_of_a_fleet_names_the_accounts_that_are_gone() -> None:
    entry = {"name": "quiet", "exit_code": 0, "plan": plan(signature("in-sync"), diagnostics=[])}
    for entries in ([entry], []):
        page = fleet_page_of(*entries, deleted=["eu/left", "old"])
        assert "Deleted accounts" in Seen(page).text
        gone = re.findall(r"<li><bdi>(.*?)</bdi> &ndash; what the vendor has of it is left as it is</li>", page)
        assert gone == ["eu/left", "old"]
    assert "Deleted accounts" not in fleet_page_of(entry)


def test_names_and_errors_of_strangers_have_no_effect_in_the_page_of_a_fleet() -> None:
    row = signature("modify", key=HOSTILE, sign_name=HOSTILE, reason=HOSTILE)
    page = fleet_page_of(
        {"name": HOSTILE, "exit_code": 0, "plan": {**plan(row), "notes": [HOSTILE]}},
        {
            "name": f"2{HOSTILE}",
            "exit_code": 4,
            "error": {"code": HOSTILE, "message": HOSTILE, "hint": HOSTILE, "diagnostics": [problem(message=HOSTILE)]},
        },
        deleted=[f"3{HOSTILE}"],
    )
    assert not {tag for tag, _ in Seen(page).tags} & {"script", "img"}
    assert [tag for tag, _ in Seen(page).tags].count("style") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)
    assert "{{ 7 * 7 }}" in page
