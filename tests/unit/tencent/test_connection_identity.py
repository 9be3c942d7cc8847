from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import CredentialsError, Refusal, VendorError
from reconciler.tencent.api import Identity
from reconciler.tencent.connection import identify
from reconciler.tencent.credentials.base import Keys
from tests.fixtures.fake_clock import FakeClock

UIN = "100012345678"


class Sts:
    """Answers ``GetCallerIdentity``, or raises what it was made with."""

    def __init__(self, *answers: dict[str, Any] | str) -> None:
        self.answers = list(answers)

    def call(
        self,
        action: str,
        parameters: dict[str, object],
        check: Callable[[], None] | None = None,  # noqa: ARG002  # the signature of a caller
    ) -> dict[str, Any]:
        assert (action, parameters) == ("GetCallerIdentity", {})
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            raise VendorError("no", code=answer)
        return answer


def identified(*answers: dict[str, Any] | str, declared: str | None = None, owner: str | None = None) -> Identity:
    return identify(Sts(*answers), FakeClock(), declared, Keys("AKID", "secret", owner=owner))


def test_the_account_is_the_one_that_the_vendor_names() -> None:
    assert identified({"AccountId": UIN}) == Identity(UIN, sandbox=False)
    assert identified({"AccountId": UIN}, declared=UIN) == Identity(UIN, sandbox=False)


def test_the_other_side_may_say_that_it_is_a_sandbox() -> None:
    assert identified({"AccountId": UIN, "Type": "Sandbox"}).sandbox


def test_keys_of_another_account_are_refused() -> None:
    with pytest.raises(Refusal, match=f"{UIN}.*999") as refused:
        identified({"AccountId": UIN}, declared="999")
    assert refused.value.exit_code == 6
    assert refused.value.hint


@pytest.mark.parametrize(
    "code",
    ["UnauthorizedOperation", "AuthFailure.UnauthorizedOperation", "UnauthorizedOperation.RequestPermissionDeny"],
)
def test_where_asking_is_not_allowed_the_declared_account_is_taken_at_its_word(code: str) -> None:
    assert identified(code, declared=UIN) == Identity(UIN, sandbox=False, believed=True)
    with pytest.raises(CredentialsError, match=code) as refused:
        identified(code)
    assert "account.uin" in refused.value.hint
    assert refused.value.exit_code == 5


def test_the_arn_of_a_role_proves_the_account_where_asking_is_not_allowed() -> None:
    assert identified("UnauthorizedOperation", owner=UIN) == Identity(UIN, sandbox=False)
    assert identified("UnauthorizedOperation", declared=UIN, owner=UIN) == Identity(UIN, sandbox=False)
    with pytest.raises(Refusal, match=f"999.*{UIN}"):
        identified("UnauthorizedOperation", declared=UIN, owner="999")


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailure.SignatureFailure",
        "AuthFailure.SecretIdNotFound",
        "UnauthorizedOperation.RequestIpNotInWhitelist",
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
    ],
)
def test_any_other_refusal_is_not_taken_for_a_missing_permission(code: str) -> None:
    with pytest.raises(VendorError) as refused:
        identified(code, declared=UIN)
    assert refused.value.code == code


def test_trouble_that_passes_is_waited_for() -> None:
    assert identified("InternalError", "Client.ConnectionNotMade", {"AccountId": UIN}).uin == UIN


@pytest.mark.parametrize("uin", [None, "", 100012345678, "../state", "\uff11\uff12", "12 3", "-1", "9" * 21])
def test_an_account_number_that_is_none_is_no_account(uin: object) -> None:
    with pytest.raises(CredentialsError):
        identified({"AccountId": uin}, declared=UIN)
