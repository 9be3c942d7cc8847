"""Documents as the commands print them, with one text in every place that others can write to."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ACCOUNT: Json = {
    "site": "international",
    "region": "ap-singapore",
    "uin": "100000000001",
    "endpoint": "sms.tencentcloudapi.com",
    "sandbox": False,
}
IMAGE: Json = {"file": "evidence/a.png", "sha256": "ab" * 32, "bytes": 2048, "width": 24, "height": 16, "format": "PNG"}


def signature(verdict: str = "modify", text: str = "Acme", **differing: Any) -> Json:
    return {
        "key": "acme-otp",
        "sign_id": 1110,
        "sign_name": text,
        "verdict": verdict,
        "reason": text,
        "advice": text,
        "status": "rejected",
        "compared": "all",
        "changes": [
            {"field": text, "old": text, "new": None},
            {"field": "proof_image", "old": IMAGE, "new": {**IMAGE, "file": text, "sha256": text}},
        ],
        "drift": [text],
        "location": {"file": text, "line": 12, "column": 3},
        "review_reply": text,
        **differing,
    }


def plan(*signatures: Json, text: str = "Acme", **differing: Any) -> Json:
    return {
        "version": 1,
        "account": {**ACCOUNT, "uin": text, "site": text, "region": text},
        "fingerprint": text,
        "summary": {},
        "signatures": list(signatures),
        "unmanaged": [{"sign_id": 9, "sign_name": text, "status": "approved"}],
        "diagnostics": [problem(text)],
        "notes": [text],
        **differing,
    }


def problem(text: str = "it is wrong", severity: str = "error", **differing: Any) -> Json:
    return {
        "file": text,
        "line": 3,
        "column": 5,
        "severity": severity,
        "code": "some-code",
        "message": text,
        "hint": text,
        **differing,
    }


def result(outcome: str = "failed", text: str = "Acme", **differing: Any) -> Json:
    """What an apply adds to a signature of a plan."""
    return {
        "outcome": outcome,
        "in_place": False,
        "request_id": text,
        "error": {"code": text, "message": text, "hint": text},
        "status_after": "pending",
        **differing,
    }


def everything(text: str) -> list[Json]:
    """Documents of every kind, with ``text`` wherever somebody else's text can be."""
    verdicts = ("modify", "in-sync", "waiting", "unverified", "stuck", "refused", "blocked")
    planned = [signature(verdict, text) for verdict in verdicts]
    applied = [signature("modify", text) | result(outcome, text) for outcome in ("failed", "unsettled", "accepted")]
    seen = {name: value for name, value in signature(text=text).items() if name not in {"verdict", "reason", "advice"}}
    return [
        plan(*planned, text=text),
        plan(*applied, text=text, error={"code": text, "message": text, "hint": text}),
        {"version": 1, "valid": False, "diagnostics": [problem(text), problem(text, "warning")]},
        {"version": 1, "account": ACCOUNT, "summary": {}, "signatures": [seen], "unmanaged": []},
        {"version": 1, "error": {"code": 5, "message": text, "hint": text}},
    ]
