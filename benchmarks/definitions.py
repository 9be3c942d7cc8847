"""Definitions of any number of signatures, and the account that they are about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.pictures import small_pictures

ACCOUNT_FILE: Final = "account.yaml"
DEFINITIONS: Final = "signatures.yaml"
AS_JSON: Final = "signatures.json"
UIN: Final = "100000000001"
_FIRST_ID: Final = 1_000_000
_PICTURES: Final = 20
_EVERY_GLOBAL: Final = 5
_EVERY_PENDING: Final = 5
_EVERY_REJECTED: Final = 10


def write_definitions(folder: Path, count: int, *, files: int = 1, account: dict[int, int] | None = None) -> Path:
    """Write ``count`` signatures into ``files`` files, with an account that holds them all; return the folder.

    One in ten is rejected, so a plan holds ``count / 10`` changes; one in five is for other countries. ``account`` maps
    the number of a signature to another status code than that.
    """
    (folder / "evidence").mkdir(parents=True)
    small_pictures(folder / "evidence", _PICTURES)
    signatures = {f"brand-{number:06}": _signature(number) for number in range(count)}
    _write_yaml(folder, signatures, files)
    if files == 1:
        document = {"version": 1, "account": _ACCOUNT, "signatures": signatures}
        (folder / AS_JSON).write_text(json.dumps(document), encoding="utf-8")
    rows = [_row(number, (account or {}).get(number)) for number in range(count)]
    text = "\n".join(f"  - {json.dumps(row)}" for row in rows)
    (folder / ACCOUNT_FILE).write_text(f'uin: "{UIN}"\nsignatures:\n{text}\n', encoding="utf-8")
    return folder


def write_account(folder: Path, count: int, seed: Path, uin: str, changed: int | None = None) -> None:
    """Write one account of a fleet with a role to take on, and to ``seed`` what the vendor has of it.

    The first ``changed`` signatures are rejected and the others approved; without it as ``write_definitions`` does.
    """
    (folder / "evidence").mkdir(parents=True)
    small_pictures(folder / "evidence", _PICTURES)
    signatures = {f"brand-{number:06}": _signature(number) for number in range(count)}
    account = {**_ACCOUNT, "uin": f'"{uin}"', "role": f"qcs::cam::uin/{uin}:roleName/sms"}
    head = "version: 1\naccount:\n" + "".join(f"  {name}: {value}\n" for name, value in account.items())
    lines = (line for key, signature in signatures.items() for line in _yaml_lines(key, signature))
    (folder / DEFINITIONS).write_text(f"{head}signatures:\n{''.join(lines)}", encoding="utf-8")
    states = [None if changed is None else -1 if number < changed else 0 for number in range(count)]
    rows = "\n".join(f"  - {json.dumps(_row(number, state))}" for number, state in enumerate(states))
    seed.write_text(f'uin: "{uin}"\nsignatures:\n{rows}\n', encoding="utf-8")


_ACCOUNT: Final = {"site": "international", "region": "ap-singapore"}


def _signature(number: int) -> dict[str, Any]:
    for_others = number % 2 == 1
    signature = {
        "sign_id": _FIRST_ID + number,
        "sign_name": f"Brand{number:06}",
        "sign_type": "company",
        "document_type": "business-license",
        "international": number % _EVERY_GLOBAL == 0,
        "sign_purpose": "others" if for_others else "self",
        "proof_image": f"evidence/{number % _PICTURES:04}.png",
    }
    if for_others:
        signature["commission_image"] = f"evidence/{(number + 1) % _PICTURES:04}.png"
    signature["remark"] = f"Login codes for brand{number}.example"
    return signature


def _row(number: int, status: int | None) -> dict[str, Any]:
    if status is None:
        status = -1 if number % _EVERY_REJECTED == 1 else 1 if number % _EVERY_PENDING == 0 else 0
    return {
        "sign_id": _FIRST_ID + number,
        "sign_name": f"Brand{number:06}",
        "international": number % _EVERY_GLOBAL == 0,
        "status_code": status,
        "review_reply": "The scan is blurred." if status == -1 else "",
        "create_time": 1_700_000_000 + number,
    }


def _write_yaml(folder: Path, signatures: dict[str, dict[str, Any]], files: int) -> None:
    keys = list(signatures)
    for index in range(files):
        name = DEFINITIONS if files == 1 else f"part-{index:04}.yaml"
        head = "version: 1\n"
        if index == 0:
            head += "account:\n" + "".join(f"  {name}: {value}\n" for name, value in _ACCOUNT.items())
        lines = (line for key in keys[index::files] for line in _yaml_lines(key, signatures[key]))
        (folder / name).write_text(f"{head}signatures:\n{''.join(lines)}", encoding="utf-8")


def _yaml_lines(key: str, signature: dict[str, Any]) -> Iterator[str]:
    yield f"  {key}:\n"
    for field, value in signature.items():
        yield f"    {field}: {str(value).lower() if isinstance(value, bool) else value}\n"
