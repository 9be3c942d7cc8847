from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.net.environment import CA_VARIABLES
from reconciler.render.findings import doctor_text
from reconciler.render.layout import plain
from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.options import Options, UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox, running
from reconciler.sandbox.signing import Key
from reconciler.schemas import read_schema
from tests.fixtures.commands import KEYS, Done, inside, process
from tests.fixtures.project import UIN, account, pending, write

SIGNS = [pending(1), pending(2)]
SUBJECTS = ("definitions", "commit", "endpoint", "proxy", "certificates", "keys", "account", "clock", "signatures")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(Options(seed=account(SIGNS))) as running_one:
        yield running_one


def examined(*arguments: str | Path) -> Done:
    done = inside("doctor", *arguments, "--format", "json")
    Draft202012Validator(json.loads(read_schema("doctor"))).validate(done.document)
    assert done.document["healthy"] == (done.code == 0)
    return done


def at(sandbox: Sandbox, file: Path) -> Done:
    return examined(file, "--endpoint", sandbox.url)


def of(done: Done, subject: str) -> dict[str, Any]:
    (finding,) = (finding for finding in done.document["findings"] if finding["subject"] == subject)
    return dict(finding)


def everything_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_where_all_is_well_it_shows_what_would_be_used_and_writes_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    file = write(tmp_path, SIGNS, uin=UIN)
    before = everything_below(tmp_path)
    done = at(sandbox, file)
    assert done.code == 0
    assert [finding["subject"] for finding in done.document["findings"]] == [*SUBJECTS, "record"]
    assert {finding["health"] for finding in done.document["findings"]} == {"ok"}
    assert of(done, "endpoint")["what"] == f"{sandbox.url}, region ap-singapore"
    assert of(done, "account")["what"] == f"{UIN}, a sandbox, as account.uin says"
    assert of(done, "keys")["what"] == "... from environment"
    assert of(done, "record")["what"].endswith(f"sandbox-{UIN}-ap-singapore.json: nothing recorded yet")
    assert everything_below(tmp_path) == before
    assert {entry["action"] for entry in sandbox.requests} == {"GetCallerIdentity", "DescribeSmsSignList"}


def test_after_an_apply_it_says_what_the_record_holds(tmp_path: Path, sandbox: Sandbox) -> None:
    file = write(tmp_path, SIGNS)
    assert inside("apply", "--yes", file, "--endpoint", sandbox.url, "--modify-interval", "0").code in {0, 7}
    assert "signatures, last written 20" in of(at(sandbox, file), "record")["what"]


def test_an_account_that_the_definitions_do_not_bind_is_told_how_to(tmp_path: Path, sandbox: Sandbox) -> None:
    assert UIN in of(at(sandbox, write(tmp_path, SIGNS)), "account")["mend"]


def test_for_people_it_prints_a_line_each_and_what_to_do(tmp_path: Path, sandbox: Sandbox) -> None:
    done = inside("doctor", write(tmp_path, SIGNS), "--endpoint", sandbox.url)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "ok  definitions   valid: 2 signatures in 1 file"
    assert done.out.splitlines()[-1] == "no problems"
    assert "write uin:" in done.out
    assert "sandbox-secret" not in done.out + done.err


def test_for_people_problems_are_counted(tmp_path: Path, sandbox: Sandbox) -> None:
    done = process("doctor", write(tmp_path, SIGNS, uin="100000000999"), "--endpoint", sandbox.url, cwd=tmp_path)
    assert done.code == 6
    assert done.out.splitlines()[-1] == "1 problem"
    assert "Traceback" not in done.err


def test_the_embedded_sandbox_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    done = examined(write(tmp_path, SIGNS, uin="100000000999"), "--sandbox")
    assert done.code == 0
    assert of(done, "keys")["what"] == "... from embedded sandbox"
    assert of(done, "account")["what"] == "100000000999, a sandbox"


def test_definitions_that_are_not_valid_are_counted_and_nothing_is_read(tmp_path: Path, sandbox: Sandbox) -> None:
    file = write(tmp_path, SIGNS)
    file.write_text(file.read_text().replace("sign_id: 1001", "sign_id: none"))
    done = at(sandbox, file)
    assert done.code == 4
    assert "validate" in of(done, "definitions")["mend"]
    assert of(done, "account")["health"] == "skipped"
    assert sandbox.requests == []


def test_without_keys_everything_that_was_looked_for_is_told_and_the_rest_is_shown(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    done = at(sandbox, write(tmp_path, SIGNS, uin=UIN))
    assert done.code == 5
    assert "TENCENTCLOUD_SECRET_KEY" in of(done, "keys")["what"]
    assert [of(done, subject)["health"] for subject in ("endpoint", "account", "record")] == ["ok", "skipped", "ok"]
    unbound = at(sandbox, write(tmp_path, SIGNS))
    assert of(unbound, "record")["health"] == "skipped"


def test_keys_that_cannot_be_exchanged_are_a_problem_of_the_keys(tmp_path: Path, sandbox: Sandbox) -> None:
    token = tmp_path / "token"
    file = write(tmp_path, SIGNS)
    os.environ["TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE"] = str(token)
    try:
        done = examined(
            file, "--endpoint", sandbox.url, "--oidc-provider", "GitHub", "--role-arn", "qcs::cam::uin/1:roleName/r"
        )
        token.write_text("web-token")
        good = examined(
            file, "--endpoint", sandbox.url, "--oidc-provider", "GitHub", "--role-arn", "qcs::cam::uin/1:roleName/r"
        )
    finally:
        del os.environ["TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE"]
    assert done.code == 5
    assert str(token) in of(done, "keys")["what"]
    assert of(done, "account")["health"] == "skipped"
    assert good.code == 0
    assert "with a session token" in of(good, "keys")["what"]


def test_keys_of_another_account_are_not_worked_with(tmp_path: Path, sandbox: Sandbox) -> None:
    done = at(sandbox, write(tmp_path, SIGNS, uin="100000000999"))
    assert done.code == 6
    assert UIN in of(done, "account")["what"]
    assert of(done, "signatures")["health"] == "skipped"
    assert {entry["action"] for entry in sandbox.requests} == {"GetCallerIdentity"}


def with_sandbox(tmp_path: Path, *faults: str, uin: str | None = UIN, **given: Any) -> Done:
    options = Options(seed=account(SIGNS), faults=tuple(map(parse_fault, faults)), **given)
    with running(options) as sandbox:
        return at(sandbox, write(tmp_path, SIGNS, uin=uin))


def test_a_wrong_secret_is_told_with_what_to_do(tmp_path: Path) -> None:
    done = with_sandbox(tmp_path, keys=(Key("AKIDsandbox", "another"),))
    assert done.code == 5
    for subject in ("account", "signatures"):
        assert "AuthFailure.SignatureFailure" in of(done, subject)["what"]
        assert of(done, subject)["mend"]


@pytest.mark.parametrize(("offset", "way"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_clock_that_is_wrong_is_told_by_how_much(tmp_path: Path, offset: float, way: str) -> None:
    done = with_sandbox(tmp_path, clock_offset_s=offset)
    assert done.code == 5
    told = of(done, "clock")
    seconds, _, rest = told["what"].partition(" s ")
    assert rest == f"{way} the vendor's"
    assert 3590 <= int(seconds) <= 3610
    assert "NTP" in told["mend"]


def test_a_clock_that_is_a_little_off_is_well_enough(tmp_path: Path) -> None:
    done = with_sandbox(tmp_path, clock_offset_s=100)
    assert done.code == 0
    assert of(done, "clock")["what"].endswith(" s behind the vendor's")


def test_keys_that_may_not_ask_who_they_are_take_the_declared_account(tmp_path: Path) -> None:
    believed = of(with_sandbox(tmp_path, facts=UnconfirmedBehaviour(identity="denied")), "account")
    assert believed["health"] == "ok"
    assert "--believe-uin" in believed["mend"]
    unbound = with_sandbox(tmp_path, facts=UnconfirmedBehaviour(identity="denied"), uin=None)
    assert unbound.code == 5
    assert "account.uin" in of(unbound, "account")["mend"]
    assert of(unbound, "signatures")["health"] == "ok"


def test_a_sub_account_that_may_not_list_is_well_and_told(tmp_path: Path) -> None:
    done = with_sandbox(tmp_path, facts=UnconfirmedBehaviour(listing="refused"))
    assert done.code == 0
    assert "sub-account" in of(done, "signatures")["what"]


def test_an_account_without_signatures_may_answer_with_an_error(tmp_path: Path) -> None:
    fault = "DescribeSmsSignList:*:error=FailedOperation.MissingSignatureList"
    assert of(with_sandbox(tmp_path, fault), "signatures")["health"] == "ok"


def test_an_endpoint_that_nobody_answers_at_is_told(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.clock.SystemClock.wait", lambda _self, _seconds: None)
    done = examined(write(tmp_path, SIGNS), "--endpoint", "http://127.0.0.1:1")
    assert done.code == 5
    assert "connection refused" in of(done, "signatures")["what"]
    assert of(done, "clock")["health"] == "skipped"
    assert sandbox.requests == []


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "absent.pem"))
    done = examined(write(tmp_path, SIGNS), "--endpoint", "https://127.0.0.1:1")
    assert done.code == 5
    assert [of(done, s)["health"] for s in ("certificates", "account", "signatures")] == ["problem"] * 3
    assert "REQUESTS_CA_BUNDLE" in of(done, "certificates")["mend"]


def test_a_record_that_cannot_be_read_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    file = write(tmp_path, SIGNS)
    broken = tmp_path / ".reconciler" / f"sandbox-{UIN}-ap-singapore.json"
    broken.parent.mkdir()
    broken.write_text("{")
    done = at(sandbox, file)
    assert done.code == 1
    assert str(broken) in of(done, "record")["what"]


ARN = f"qcs::cam::uin/{UIN}:roleName/sms-signatures"
PLAN_ARN = f"{ARN}-plan"


def with_roles(top: Path, fields: str) -> Path:
    file = write(top, SIGNS, uin=UIN)
    file.write_text(file.read_text().replace("region:", f"{fields}, region:"))
    return file


def test_the_role_of_an_apply_is_tried_beside_that_of_a_plan_and_writes_nothing(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    file = with_roles(tmp_path, f'role: "{ARN}", plan_role: "{PLAN_ARN}"')
    before = everything_below(tmp_path)
    done = at(sandbox, file)
    assert (done.code, everything_below(tmp_path) == before) == (0, True)
    assert [finding["subject"] for finding in done.document["findings"]] == [*SUBJECTS, "writing", "record"]
    assert f"role {PLAN_ARN}, taken on" in of(done, "keys")["what"]
    assert f"role {ARN}, taken on" in of(done, "writing")["what"]
    taken = [entry["params"]["RoleArn"] for entry in sandbox.requests if entry["action"] == "AssumeRole"]
    assert taken == [PLAN_ARN, ARN]
    assert {entry["action"] for entry in sandbox.requests} == {"AssumeRole", "GetCallerIdentity", "DescribeSmsSignList"}


@pytest.mark.parametrize("fields", [f'role: "{ARN}"', f'role: "{ARN}", plan_role: "{ARN}"'])
def test_where_plan_and_apply_take_the_same_role_on_it_is_tried_once(
    tmp_path: Path, sandbox: Sandbox, fields: str
) -> None:
    done = at(sandbox, with_roles(tmp_path, fields))
    assert [finding["subject"] for finding in done.document["findings"]] == [*SUBJECTS, "record"]


def test_where_only_plans_have_a_role_the_keys_of_an_apply_are_tried(tmp_path: Path, sandbox: Sandbox) -> None:
    done = at(sandbox, with_roles(tmp_path, f'plan_role: "{PLAN_ARN}"'))
    assert (done.code, of(done, "writing")["what"]) == (0, "... from environment")
    assert inside("doctor", tmp_path, "--endpoint", sandbox.url).out.splitlines()[-4].startswith("ok  writing")


@pytest.mark.parametrize(
    ("fault", "words", "code"),
    [
        ("AssumeRole:2:error=ResourceNotFound.RoleNotFound", "RoleNotFound", 5),
        ("GetCallerIdentity:2:error=AuthFailure.TokenFailure", "AuthFailure.TokenFailure", 5),
        ("DescribeSmsSignList:2:error=UnauthorizedOperation", "UnauthorizedOperation", 5),
    ],
)
def test_what_is_wrong_with_the_role_of_an_apply_is_a_problem_of_its_own(
    tmp_path: Path, fault: str, words: str, code: int
) -> None:
    file = with_roles(tmp_path, f'role: "{ARN}", plan_role: "{PLAN_ARN}"')
    with running(Options(seed=account(SIGNS), faults=(parse_fault(fault),), limits=False)) as sandbox:
        done = at(sandbox, file)
    assert (done.code, of(done, "writing")["health"], words in of(done, "writing")["what"]) == (code, "problem", True)
    assert of(done, "writing")["mend"]
    others = [finding["health"] for finding in done.document["findings"] if finding["subject"] != "writing"]
    assert set(others) == {"ok"}


def test_a_role_that_a_workflow_does_not_allow_is_told_of_each_by_itself(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    file = with_roles(tmp_path, f'role: "{ARN}", plan_role: "{PLAN_ARN}"')
    for allowed, healthy, refused in ((PLAN_ARN, "account", "writing"), (ARN, "writing", "keys")):
        monkeypatch.setenv("RECONCILER_ROLES", allowed)
        done = at(sandbox, file)
        assert (done.code, of(done, healthy)["health"]) == (6, "ok")
        assert "is not among the roles that this workflow allows" in of(done, refused)["what"]


def test_an_apply_that_nothing_proves_the_account_of_is_told_what_it_needs(tmp_path: Path) -> None:
    file = with_roles(tmp_path, f'plan_role: "{PLAN_ARN}"')
    facts = UnconfirmedBehaviour(identity="denied")
    with running(Options(seed=account(SIGNS), facts=facts)) as sandbox:
        done = at(sandbox, file)
    assert (of(done, "account")["mend"], "--believe-uin" in of(done, "writing")["mend"]) == ("", True)


def test_an_endpoint_that_is_none_is_a_wrong_use(tmp_path: Path) -> None:
    done = inside("doctor", write(tmp_path, SIGNS), "--endpoint", "http://example.com")
    assert done.code == 2


def test_nothing_found_is_nothing_to_correct() -> None:
    assert doctor_text([], plain) == "\nno problems"
