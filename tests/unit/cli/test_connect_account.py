"""Whose account a run works with: the role of the definitions, and what proves the account before a write."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import UIN, account, pending, write
from tests.fixtures.serving import accepted, serving

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1),)
ARN = f"qcs::cam::uin/{UIN}:roleName/sms-signatures"
DENIED = UnconfirmedBehaviour(identity="denied")


PLAN_ARN = f"qcs::cam::uin/{UIN}:roleName/sms-plan"


def with_role(top: Path, arn: str = ARN) -> None:
    with_account_fields(top, f'role: "{arn}"')


def with_account_fields(top: Path, fields: str) -> None:
    file = write(top, SIGNS)
    file.write_text(file.read_text().replace("region:", f"{fields}, region:"))


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


READING = (
    ("plan",),
    ("status",),
    ("state", "show"),
    ("import", "--merge", "--out", "signatures.yaml"),
    ("import", "--out", "again.yaml"),
)
WRITING = (("apply", "--yes"), ("state", "forget", "sign-1", "--yes"), ("adopt", "sign-1", "--yes"))


def roles_taken(sandbox: Sandbox) -> set[str]:
    return {entry["params"]["RoleArn"] for entry in sandbox.requests if entry["action"] == "AssumeRole"}


@pytest.mark.parametrize(("commands", "arn"), [(READING, PLAN_ARN), (WRITING, ARN)])
def test_a_role_for_plans_is_taken_on_by_what_reads_and_by_nothing_that_writes(
    top: Path, commands: tuple[tuple[str, ...], ...], arn: str
) -> None:
    with_account_fields(top, f'role: "{ARN}", plan_role: "{PLAN_ARN}"')
    for command in commands:
        with serving(SIGNS) as sandbox:
            done = run(sandbox, *command)
        # What the account shows is not what is defined, so that there is nothing to adopt.
        assert done.code == (6 if command[0] == "adopt" else 0), (command, done.out + done.err)
        assert roles_taken(sandbox) == {arn}, command


def test_where_a_role_for_plans_stands_alone_writes_are_made_with_the_keys_themselves(top: Path) -> None:
    with_account_fields(top, f'plan_role: "{PLAN_ARN}"')
    with serving(SIGNS) as sandbox:
        assert run(sandbox, "plan").code == 0
        assert roles_taken(sandbox) == {PLAN_ARN}
        assert run(sandbox, "apply", "--yes").code == 0
        assert actions(sandbox)["AssumeRole"] == 1
        assert accepted(sandbox.requests) == Counter([1001])


def role_lines(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if "role:" in line]


def test_the_role_that_an_import_names_is_the_one_that_is_taken_on(top: Path) -> None:
    with_account_fields(top, f'role: "{ARN}", plan_role: "{PLAN_ARN}"')
    with serving(SIGNS) as sandbox:
        assert run(sandbox, "import", "--out", "again.yaml").code == 0
        assert run(sandbox, "import", "--out", "other.yaml", "--role", f"{ARN}-2").code == 0
        assert roles_taken(sandbox) == {PLAN_ARN, f"{ARN}-2"}
    assert [f'role: "{ARN}"', f'plan_role: "{PLAN_ARN}"'] == role_lines(top / "again.yaml")
    assert [f'role: "{ARN}-2"'] == role_lines(top / "other.yaml")


def test_a_role_for_plans_stands_for_the_account_where_the_definitions_name_none(top: Path) -> None:
    with_account_fields(top, f'plan_role: "{PLAN_ARN}"')
    planned = inside("plan", "--offline", "--format", "json")
    assert (planned.code, planned.document["account"]["uin"]) == (0, UIN)


def test_a_role_for_plans_is_allowed_by_the_workflow_like_the_other(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("RECONCILER_ROLES", PLAN_ARN)
    with_account_fields(top, f'role: "{ARN}", plan_role: "{PLAN_ARN}"')
    with serving(SIGNS) as sandbox:
        assert run(sandbox, "plan").code == 0
        refused = run(sandbox, "apply", "--yes")
        assert (refused.code, f"account.role {ARN} is not among the roles" in refused.err) == (6, True)
        monkeypatch.setenv("RECONCILER_ROLES", ARN)
        refused = run(sandbox, "plan")
        assert (refused.code, f"account.plan_role {PLAN_ARN} is not among the roles" in refused.err) == (6, True)
    assert roles_taken(sandbox) == {PLAN_ARN}


def test_a_role_that_may_only_read_plans_and_its_apply_is_told_what_is_missing(top: Path) -> None:
    data = replace(account(SIGNS), read_only_roles=("sms-plan",))
    with_account_fields(top, f'plan_role: "{PLAN_ARN}", role: "{ARN}"')
    with serving(data) as sandbox:
        assert "1 to modify" in run(sandbox, "plan").out
        with_account_fields(top, f'role: "{PLAN_ARN}"')
        refused = run(sandbox, "apply", "--yes")
        assert (refused.code, "UnauthorizedOperation" in refused.out) == (7, True)
        assert not accepted(sandbox.requests)
        with_account_fields(top, f'plan_role: "{PLAN_ARN}", role: "{ARN}"')
        assert run(sandbox, "apply", "--yes").code == 0
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
