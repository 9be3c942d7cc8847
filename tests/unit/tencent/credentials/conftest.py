from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import CredentialsError
from reconciler.tencent.credentials.assumed_role import Role
from reconciler.tencent.credentials.base import CredentialInputs, KeySource, Vendor
from reconciler.tencent.credentials.chain import KeyFinder
from reconciler.tencent.endpoint import Endpoint
from tests.fixtures.fake_clock import FakeClock

Find = Callable[..., KeySource]

ENVIRONMENT = {"TENCENTCLOUD_SECRET_ID": "AKIDenvironment1", "TENCENTCLOUD_SECRET_KEY": "canary-env"}
PROFILE = "[default]\nsecret_id = AKIDprofile00001\nsecret_key = canary-profile\n"
TCCLI = {"secretId": "AKIDtccli0000001", "secretKey": "canary-tccli", "token": "canary-token"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def find(home: Path, tmp_path: Path) -> Find:
    """Find keys with variables given in lower case without their prefix, or as a mapping."""

    def found(environment: dict[str, str] | None = None, **more: Any) -> KeySource:
        vendor = Vendor(
            more.pop("endpoint", Endpoint("http", "127.0.0.1:1")), "ap-singapore", 5.0, more.pop("clock", FakeClock())
        )
        arn = more.pop("account_role", None)
        role = Role(arn, "account.role") if arn is not None else None
        near = CredentialInputs(environment or {}, home, system=tmp_path / "etc", **more)
        return KeyFinder(near).keys(vendor, role)

    return found


def text_of(error: BaseException) -> str:
    return f"{error!r} {getattr(error, 'message', '')} {getattr(error, 'hint', '')}"


def write_profile(home: Path, text: str | bytes = PROFILE) -> Path:
    path = home / ".tencentcloud" / "credentials"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def write_tccli(home: Path, data: object = TCCLI, profile: str = "default") -> Path:
    path = home / ".tccli" / f"{profile}.credential"
    path.parent.mkdir(exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def refusal(find: Find, *given: Any, **more: Any) -> CredentialsError:
    with pytest.raises(CredentialsError) as refused:
        find(*given, **more)
    assert refused.value.exit_code == 5
    assert refused.value.hint
    assert "canary" not in text_of(refused.value)
    return refused.value
