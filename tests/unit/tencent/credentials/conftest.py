from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.tencent.credentials.assumed_role import Role
from reconciler.tencent.credentials.base import CredentialInputs, KeySource, Vendor
from reconciler.tencent.credentials.chain import KeyFinder
from reconciler.tencent.endpoint import Endpoint
from tests.fixtures.fake_clock import FakeClock

Find = Callable[..., KeySource]


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
