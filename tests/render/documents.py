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
VERDICTS = ("modify", "in-sync", "waiting", "unverified", "stuck", "refused", "blocked")
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
            {"field": "sign_name", "old": text, "new": None},
            {"field": "proof_image", "old": IMAGE, "new": {**IMAGE, "file": text}},
        ],
        "drift": ["sign_name"],
        "location": {"file": text, "line": 12, "column": 3},
        "review_reply": text,
        **differing,
    }


def plan(*signatures: Json, text: str = "Acme", **differing: Any) -> Json:
    return {
        "version": 1,
        "account": {**ACCOUNT, "uin": text, "region": text},
        "fingerprint": "sha256:" + "0" * 64,
        "summary": dict.fromkeys(VERDICTS, 0),
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


def status(*signatures: Json, text: str = "Acme") -> Json:
    """What ``status`` prints of signatures that ``status_row`` made."""
    unmanaged = [{"sign_id": 9, "sign_name": text, "status": "approved"}]
    return {"version": 1, "account": ACCOUNT, "summary": {}, "signatures": list(signatures), "unmanaged": unmanaged}


def status_row(text: str = "Acme", **differing: Any) -> Json:
    return {
        "key": "acme-otp",
        "sign_id": 1110,
        "sign_name": text,
        "status": "rejected",
        "status_code": -1,
        "review_reply": text,
        "create_time": 1617508800,
        "location": {"file": text, "line": 12, "column": 3},
        **differing,
    }


def everything(text: str) -> list[Json]:
    """Documents of every kind, with ``text`` wherever somebody else's text can be."""
    planned = [signature(verdict, text) for verdict in VERDICTS]
    applied = [signature("modify", text) | result(outcome, text) for outcome in ("failed", "unsettled", "accepted")]
    return [
        plan(*planned, text=text),
        plan(*applied, text=text, error={"code": text, "message": text, "hint": text}),
        {"version": 1, "valid": False, "diagnostics": [problem(text), problem(text, "warning")]},
        status(status_row(text), text=text),
        {"version": 1, "error": {"code": 5, "message": text, "hint": text}},
    ]


def beyond_the_schema(text: str) -> list[Json]:
    """The same with ``text`` also where the schema has words of its own, as if nothing had been held against it."""
    documents = everything(text)
    for document in documents[:2]:
        document["fingerprint"] = document["account"]["site"] = text
        for item in document["signatures"]:
            item["changes"][0]["field"] = item["changes"][1]["new"]["sha256"] = text
            item["drift"] = [text]
    return documents
