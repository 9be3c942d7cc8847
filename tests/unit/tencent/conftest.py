from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from reconciler.contract.api import DESCRIBE, SMS_SERVICE, SMS_VERSION
from reconciler.net.environment import CA_VARIABLES
from reconciler.tencent.credentials.base import Keys, KeySource
from reconciler.tencent.endpoint import Endpoint, ServiceAddress
from reconciler.tencent.sdk import Sdk

KEYS = Keys("AKIDsandbox", "sandbox-secret", "a-session-token", source="these tests")
Open = Callable[..., Sdk]


@pytest.fixture(autouse=True)
def _nobodys_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def place(host: str, scheme: str = "http") -> ServiceAddress:
    return ServiceAddress(SMS_SERVICE, SMS_VERSION, Endpoint(scheme, host), "ap-singapore")


@pytest.fixture
def opened() -> Iterator[Open]:
    """Open clients that are closed after the test."""
    with ExitStack() as stack:

        def opened(
            host: str,
            *actions: str,
            scheme: str = "http",
            timeout: float = 5.0,
            keys: KeySource | None = KEYS,
            at: ServiceAddress | None = None,
        ) -> Sdk:
            sdk = Sdk(keys, at or place(host, scheme), actions or (DESCRIBE,), timeout)
            stack.callback(sdk.close)
            return sdk

        yield opened
