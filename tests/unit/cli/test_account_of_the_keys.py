"""Whose account a run works with: the role of the definitions, and what proves the account before a write."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import UIN, pending, write
from tests.fixtures.serving import accepted, serving

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1),)
ARN = f"qcs::cam::uin/{UIN}:roleName/sms-signatures"
DENIED = UnconfirmedBehaviour(identity="denied")


def with_role(top: Path, arn: str = ARN) -> None:
    file = write(top, SIGNS)
    file.write_text(file.read_text().replace("region:", f'role: "{arn}", region:'))


def run(sandbox: Sandbox, command: str, *arguments: str) -> Done:
    return inside(command, *arguments, "--endpoint", sandbox.url, *FAST)


def actions(sandbox: Sandbox) -> Counter[str]:
    return Counter(entry["action"] for entry in sandbox.requests)


def test_an_apply_takes_the_role_of_the_definitions_on(top: Path) -> None:
    with_role(top)
    with serving(SIGNS) as sandbox:
        assert run(sandbox, "apply", "--yes").code == 0
        assert actions(sandbox)["AssumeRole"] >= 1
        assert accepted(sandbox.requests) == Counter([1001])


@pytest.mark.parametrize(
    ("allowed", "code"),
    [
        ("", 6),
        ("qcs::cam::uin/1:roleName/sms-signatures", 6),
        (ARN, 0),
        (f"qcs::cam::uin/1:roleName/x, qcs::cam::uin/{UIN}:roleName/sms-*", 0),
    ],
)
def test_a_pull_request_cannot_choose_whom_the_job_acts_as(
    top: Path, monkeypatch: pytest.MonkeyPatch, allowed: str, code: int
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("RECONCILER_ROLES", allowed)
    with_role(top)
    with serving(SIGNS) as sandbox:
        for command in (("plan",), ("status",), ("doctor",), ("apply", "--yes")):
            assert run(sandbox, *command).code == code, command
        assert bool(actions(sandbox)) is (code == 0)


def test_the_role_stands_for_the_account_where_the_definitions_name_none(top: Path) -> None:
    with_role(top, "qcs::cam::uin/100099999999:roleName/sms-signatures")
    with serving(SIGNS) as sandbox:
        refused = run(sandbox, "plan")
    assert refused.code == 5
    assert "ResourceNotFound.RoleNotFound" in refused.err
    assert "account.role asks for it" in refused.err


def test_where_the_vendor_does_not_say_whose_keys_these_are_nothing_is_written(top: Path) -> None:
    write(top, SIGNS, uin=UIN)
    with serving(SIGNS, facts=DENIED) as sandbox:
        planned = run(sandbox, "plan")
        assert planned.code == 0
        assert f"apply would refuse: nothing proves that the keys belong to account {UIN}" in planned.out
        refused = run(sandbox, "apply", "--yes")
        assert refused.code == 6
        assert "--believe-uin" in refused.err
        assert run(sandbox, "adopt", "sign-1", "--yes").code == 6
        assert accepted(sandbox.requests) == Counter()
        assert run(sandbox, "apply", "--yes", "--believe-uin").code == 0
        assert accepted(sandbox.requests) == Counter([1001])


def test_a_role_that_was_taken_on_proves_the_account(top: Path) -> None:
    with_role(top)
    with serving(SIGNS, facts=DENIED) as sandbox:
        assert "apply would refuse" not in run(sandbox, "plan").out
        assert run(sandbox, "apply", "--yes").code == 0


def test_keys_that_the_vendor_does_not_take_are_named_with_code_source_and_remedy(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDnobodysbydesign01")
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        refused = run(sandbox, "plan")
    assert refused.code == 5
    assert "AuthFailure.SecretIdNotFound" in refused.err
    assert "keys AKIDno...01 from environment" in refused.err
    assert "reconciler doctor" in refused.err
