from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from reconciler.errors import Exit
from reconciler.sandbox.account_file import AccountFileError, load_account_file
from reconciler.sandbox.model import AccountData, ImageDigest, RowData, Submission

FULL = """
uin: "100000000009"
individual: true
arrears: False
signatures:
  - {sign_id: 1, sign_name: NO, international: true, status: rejected, review_reply: on, create_time: 5}
  - sign_id: 2
    sign_name: "2"
    status_code: 7
    region: ap-guangzhou
    qualification_id: 3
    qualification_name: Acme
    qualification_status_code: 1
    filing_incomplete: true
    submitted:
      sign_type: 0
      document_type: 1
      sign_purpose: 0
      proof_image: {sha256: abc, size: 5}
      remark: 0123
"""


def loaded(tmp_path: Path, text: str | bytes) -> AccountData:
    path = tmp_path / "account.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_account_file(path)


def problems(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(AccountFileError) as found:
        loaded(tmp_path, text)
    assert found.value.exit_code is Exit.INVALID
    return [problem.removeprefix(str(tmp_path / "account.yaml")) for problem in found.value.problems]


def test_every_field_is_read(tmp_path: Path) -> None:
    submitted = Submission(0, 1, 0, ImageDigest("abc", 5), None, "0123")
    rows = (
        RowData(1, "NO", international=True, status_code=-1, review_reply="on", create_time=5),
        RowData(2, "2", False, 7, "", 1_600_000_000, "ap-guangzhou", 3, "Acme", 1, True, submitted),
    )
    assert loaded(tmp_path, FULL) == AccountData("100000000009", rows, individual=True)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "signatures: []"])
def test_an_empty_file_is_an_empty_account(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text) == AccountData()


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("- 1", ":1:1", "not a mapping"),
        ("signatures: 1", ":1:1", "`signatures` must be a list"),
        ("uin: 5", ":1:1", "`uin` must be text: put it in quotes"),
        ("uni: '5'", ":1:1", "unknown field `uni`"),
        ("signatures: [5]", ":1:1", "not a mapping"),
        ("signatures:\n  - sign_id: 1", ":2:5", "`sign_name` is missing"),
        ("signatures:\n  - {sign_id: 0, sign_name: A}", ":2:6", "positive"),
        ("signatures:\n  - {sign_id: true, sign_name: A}", ":2:6", "a whole number"),
        ("signatures:\n  - {sign_id: 1, sign_name: A, status: aproved}", ":2:32", "unknown status `aproved`"),
        ("signatures:\n  - {sign_id: 1, sign_name: A, status: pending, status_code: 1}", ":2:32", "keep one"),
        ("signatures:\n  - {sign_id: 1, sign_name: A}\n  - {sign_id: 1, sign_name: B}", ":3:6", "duplicate sign_id 1"),
        (
            "signatures:\n  - sign_id: 1\n    sign_name: A\n    submitted:\n      proof_image: {size: 1}",
            ":5:21",
            "`sha256` is missing",
        ),
        ("uin: 'a'\nuin: 'b'", ":2:1", "duplicate key `uin`, first defined at 1:1"),
        ("? [a]\n: 1", ":1:3", "a key must be a single value"),
        ("uin: &a x\nsignatures: [*a]", ":2:1", "not a mapping"),
        ("uin: [\n", ":1:6", "add `]` behind its last entry"),
        ("uin: 'a'\n---\nuin: 'b'", ":2:1", "document"),
        (b"uin: \xff", "", "must be YAML in UTF-8"),
        ("[" * 20_000, ":1:33", "more than 32 levels"),
        ("[" * 20_000 + "]" * 20_000, ":1:33", "more than 32 levels"),
        ("- " * 50_000 + "x", ":1:65", "more than 32 levels"),
        ("uin: 'a'\nsignatures: " + "[" * 1_100 + "@", ":2:44", "more than 32 levels"),
        ("? *a\n: 1", ":1:3", "a key must not be an alias"),
        ("? {a: [b]}\n: {c: 1}", ":1:3", "a key must be a single value"),
    ],
)
@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
def test_a_mistake_is_reported_with_its_place_and_what_to_do(
    tmp_path: Path, text: str | bytes, where: str, what: str, pure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", yaml.__with_libyaml__ and not pure)
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert found[0].startswith(f"{where}: ")
    assert what in found[0]


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
def test_what_is_wrong_before_too_deep_a_level_is_reported_too(
    tmp_path: Path, pure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", yaml.__with_libyaml__ and not pure)
    found = problems(tmp_path, "? " * 20_000)
    assert found[0].startswith(":1:3: a key must be a single value")
    assert found[-1] == ":1:65: nested more than 32 levels deep - use fewer levels"
    assert problems(tmp_path, "[{" * 600)[-1] == ":1:33: nested more than 32 levels deep - use fewer levels"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path, "uin: 5\nsignatures:\n  - {sign_id: x, sign_name: 5}\n  - {sign_id: 2, sign_name: B, z: 1}\n"
    )
    assert [problem.split(": ")[0] for problem in found] == [":1:1", ":3:6", ":3:18", ":4:32"]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(AccountFileError, match="cannot be read"):
        load_account_file(tmp_path / "nowhere.yaml")
