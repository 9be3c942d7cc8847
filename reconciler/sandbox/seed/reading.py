"""Plain values to an account, every mistake told at once with the place it stands at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reconciler.contract.status import STATUS_CODES
from reconciler.sandbox.data import AccountData, ImageDigest, RowData, Submission
from reconciler.sandbox.seed.problems import AccountFileError

Steps = tuple[str | int, ...]
Locate = Callable[[Steps], str]

_CODE_OF: Final = {str(status): code for code, status in STATUS_CODES.items()}

_ACCOUNT: Final[Mapping[str, type]] = {"uin": str, "individual": bool, "arrears": bool, "signatures": list}
_ROW: Final[Mapping[str, type]] = {
    "sign_id": int,
    "sign_name": str,
    "international": bool,
    "status": str,
    "status_code": int,
    "review_reply": str,
    "create_time": int,
    "region": str,
    "qualification_id": int,
    "qualification_name": str,
    "qualification_status_code": int,
    "filing_incomplete": bool,
    "submitted": dict,
}
_SUBMITTED: Final[Mapping[str, type]] = {
    "sign_type": int,
    "document_type": int,
    "sign_purpose": int,
    "proof_image": dict,
    "commission_image": dict,
    "remark": str,
}
_IMAGE: Final[Mapping[str, type]] = {"sha256": str, "size": int}
_WORDS: Final = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "a mapping"}


class _Reader:
    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self.problems: list[str] = []

    def say(self, steps: Steps, problem: str) -> None:
        self.problems.append(f"{self._locate(steps)}: {problem}")

    def mapping(
        self, value: object, steps: Steps, types: Mapping[str, type], needed: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.say(steps, "this is not a mapping - write the fields as `name: value`")
            return {}
        for name in needed:
            if name not in value:
                self.say(steps, f"`{name}` is missing - add it")
        return {name: item for name, item in value.items() if self._fits(name, item, (*steps, name), types)}

    def _fits(self, name: str, item: object, steps: Steps, types: Mapping[str, type]) -> bool:
        if name not in types:
            self.say(steps, f"`{name}` is no field here - known are {', '.join(types)}")
            return False
        wanted = types[name]
        if isinstance(item, wanted) and (wanted is bool or not isinstance(item, bool)):
            return True
        self.say(steps, f"`{name}` is to be {_WORDS[wanted]}{' - put it in quotes' * (wanted is str)}")
        return False


def read_account(plain: object, locate: Locate) -> AccountData:
    """Turn a document's plain values into an account. Raise ``AccountFileError`` with every problem found.

    ``locate`` names the place of a value, given the keys and list positions that lead to it.
    """
    reader = _Reader(locate)
    fields = reader.mapping(plain, (), _ACCOUNT)
    rows = [
        _read_row(reader, row, ("signatures", position)) for position, row in enumerate(fields.pop("signatures", []))
    ]
    _check_unique(reader, rows)
    if reader.problems:
        raise AccountFileError(reader.problems)
    return AccountData(signatures=tuple(RowData(**row) for row in rows), **fields)


def _read_row(reader: _Reader, value: object, steps: Steps) -> dict[str, Any]:
    row = reader.mapping(value, steps, _ROW, needed=("sign_id", "sign_name"))
    if row.get("sign_id", 1) < 1:
        reader.say((*steps, "sign_id"), "`sign_id` is to be a positive number")
    if "status" in row:
        _read_status(reader, row, steps)
    if "submitted" in row:
        row["submitted"] = _read_submitted(reader, row["submitted"], (*steps, "submitted"))
    return row


def _read_status(reader: _Reader, row: dict[str, Any], steps: Steps) -> None:
    word = row.pop("status")
    if "status_code" in row:
        reader.say((*steps, "status"), "both `status` and `status_code` are given - keep one")
    elif word not in _CODE_OF:
        reader.say((*steps, "status"), f"`{word}` is no status - write one of {', '.join(_CODE_OF)}")
    else:
        row["status_code"] = _CODE_OF[word]


def _read_submitted(reader: _Reader, value: object, steps: Steps) -> Submission:
    fields = reader.mapping(value, steps, _SUBMITTED)
    for name in ("proof_image", "commission_image"):
        if name in fields:
            image = reader.mapping(fields[name], (*steps, name), _IMAGE, needed=tuple(_IMAGE))
            fields[name] = ImageDigest(image["sha256"], image["size"]) if len(image) == len(_IMAGE) else None
    return Submission(**fields)


def _check_unique(reader: _Reader, rows: list[dict[str, Any]]) -> None:
    seen: set[int] = set()
    for position, row in enumerate(rows):
        sign_id = row.get("sign_id")
        if sign_id in seen:
            reader.say(("signatures", position, "sign_id"), f"sign_id {sign_id} stands here a second time - remove one")
        elif sign_id is not None:
            seen.add(sign_id)
