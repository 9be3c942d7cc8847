"""Definitions, evidence and the account behind them, made from one list of signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.sandbox.model import AccountData, RowData
from tests.support import images

UIN: Final = "100000000001"
REGION: Final = "ap-singapore"
PENDING, APPROVED, NOT_EFFECTIVE, REJECTED, UNDOCUMENTED, MISSING = 1, 0, 2, -1, 7, None
CODES: Final = (PENDING, APPROVED, NOT_EFFECTIVE, REJECTED, UNDOCUMENTED, MISSING)


class Sign(NamedTuple):
    """One signature: what its definition says, and what the account shows of it (``live`` None: the same name).

    ``status`` is the vendor's code, None where the account has no such row.
    """

    key: str
    sign_id: int
    name: str
    live: str | None = None
    status: int | None = PENDING
    international: bool = True
    remark: str = ""
    image: int = 1
    qualification: int | None = None
    filing: bool = False


def pending(number: int, **differing: object) -> Sign:
    """Return a pending signature whose name was changed in the definitions."""
    made = Sign(f"sign-{number}", 1000 + number, f"New {number}", f"Old {number}")
    return made._replace(**differing)  # type: ignore[arg-type]  # any of its fields


def write(top: Path, signs: Iterable[Sign], *, uin: str | None = None, branch: str = "", site: str = "") -> Path:
    """Write ``signatures.yaml`` and its images below ``top``, a repository's top already or from now on."""
    (top / "evidence").mkdir(parents=True, exist_ok=True)
    if not (top / ".git").exists():
        (top / ".git").mkdir()
    signs = tuple(signs)
    for number in {sign.image for sign in signs}:
        (top / "evidence" / f"{number}.png").write_bytes(images.png(number))
    account = f"account: {{site: {site or 'international'}, region: {REGION}{_uin(uin)}}}\n"
    state = f"state: {{branch: {branch}}}\n" if branch else ""
    file = top / "signatures.yaml"
    file.write_text(f"version: 1\n{account}{state}signatures:\n" + "".join(map(_definition, signs)), encoding="utf-8")
    return file


def _uin(uin: str | None) -> str:
    return f', uin: "{uin}"' if uin else ""


def _definition(sign: Sign) -> str:
    qualification = f"    qualification_id: {sign.qualification}\n" if sign.qualification else ""
    return (
        f"  {sign.key}:\n"
        f"    sign_id: {sign.sign_id}\n"
        f'    sign_name: "{sign.name}"\n'
        f"    sign_type: company\n"
        f"    document_type: business-license\n"
        f"    international: {str(sign.international).lower()}\n"
        f"    sign_purpose: self\n"
        f"    proof_image: evidence/{sign.image}.png\n"
        f'    remark: "{sign.remark}"\n' + qualification
    )


def account(signs: Iterable[Sign], *extra: RowData) -> AccountData:
    """Return the account that shows the signatures."""
    rows = (_row(sign, sign.status) for sign in signs if sign.status is not None)
    return AccountData(UIN, (*rows, *extra))


def _row(sign: Sign, status: int) -> RowData:
    return RowData(
        sign.sign_id,
        sign.live or sign.name,
        sign.international,
        status,
        qualification_id=sign.qualification,
        filing_incomplete=sign.filing,
    )


def as_submitted(data: AccountData, signs: Iterable[Sign]) -> AccountData:
    """Return the account after every pending and rejected signature was submitted as defined."""
    names = {sign.sign_id: sign.name for sign in signs if sign.status in {PENDING, REJECTED}}
    rows = tuple(
        replace(row, sign_name=names[row.sign_id], status_code=1) if row.sign_id in names else row
        for row in data.signatures
    )
    return replace(data, signatures=rows)
