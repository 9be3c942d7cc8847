from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.sandbox import review_running
from reconciler.errors import UsageError
from reconciler.sandbox.account_file import AccountFileError, load_account_file
from reconciler.sandbox.model import AccountData, RowData
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

HUB, MEMBER = "100000000001", "100000000002"
LISTING = {"International": 1, "Limit": 100, "Offset": 0}


def hub() -> AccountData:
    return AccountData(HUB, (RowData(1, "Hub", True), RowData(3, "Both", True)))


def member(**given: Any) -> AccountData:
    rows = (RowData(2, "Member", True), RowData(3, "Both", True))
    return AccountData(MEMBER, rows, keys=("AKIDmember:member-secret",), **given)


def names(caller: Caller) -> list[str]:
    return [row["SignName"] for row in caller.call("DescribeSmsSignList", LISTING)["DescribeSignListStatusSet"]]


def test_each_key_reaches_its_own_account(start: Start) -> None:
    url = start(hub(), others=(member(),)).url
    other = Caller(url, "AKIDmember", "member-secret")
    assert names(Caller(url)) == ["Hub", "Both"]
    assert names(other) == ["Member", "Both"]
    assert other.call("GetCallerIdentity")["AccountId"] == MEMBER


def test_a_role_is_one_of_its_own_account_whoever_takes_it_on(start: Start) -> None:
    url = start(hub(), others=(member(),)).url
    role = {"RoleArn": f"qcs::cam::uin/{MEMBER}:roleName/sms", "RoleSessionName": "run"}
    given = Caller(url).call("AssumeRole", role)["Credentials"]
    caller = Caller(url, given["TmpSecretId"], given["TmpSecretKey"], extra={"X-TC-Token": given["Token"]})
    assert names(caller) == ["Member", "Both"]
    nobody = role | {"RoleArn": "qcs::cam::uin/100000000003:roleName/sms"}
    assert Caller(url).code("AssumeRole", nobody) == "ResourceNotFound.RoleNotFound"


@pytest.mark.parametrize("arn", ["roleName/sms-plan", "role/sms-plan", "roleName/path/sms-plan"])
def test_a_role_that_may_only_read_is_refused_both_writes_and_nothing_else(start: Start, arn: str) -> None:
    url = start(hub(), others=(member(read_only_roles=("sms-plan",)),)).url
    codes = []
    for name in (arn, "roleName/sms"):
        role = {"RoleArn": f"qcs::cam::uin/{MEMBER}:{name}", "RoleSessionName": "run"}
        given = Caller(url).call("AssumeRole", role)["Credentials"]
        caller = Caller(url, given["TmpSecretId"], given["TmpSecretKey"], extra={"X-TC-Token": given["Token"]})
        assert names(caller) == ["Member", "Both"]
        codes.append({caller.code("ModifySmsSign", {"SignId": 99}), caller.code("AddSmsSign", {"SignName": "A"})})
    assert codes == [{"UnauthorizedOperation"}, {"MissingParameter"}]


def test_the_name_of_a_role_says_nothing_in_another_account(start: Start) -> None:
    url = start(hub(), others=(member(read_only_roles=("sms-plan",)),)).url
    role = {"RoleArn": f"qcs::cam::uin/{HUB}:roleName/sms-plan", "RoleSessionName": "run"}
    given = Caller(url).call("AssumeRole", role)["Credentials"]
    caller = Caller(url, given["TmpSecretId"], given["TmpSecretKey"], extra={"X-TC-Token": given["Token"]})
    assert caller.code("ModifySmsSign", {"SignId": 99}) == "MissingParameter"


def test_the_limits_are_counted_by_account(start: Start) -> None:
    url = start(hub(), others=(member(),), limits=True).url
    callers = [Caller(url), Caller(url, "AKIDmember", "member-secret")]
    modify = {"SignId": 99, "SignName": "A"}
    codes = [[caller.code("ModifySmsSign", modify) for caller in callers] for _ in range(2)]
    assert "RequestLimitExceeded" not in codes[0]
    assert codes[1] == ["RequestLimitExceeded"] * 2


def test_two_sets_of_temporary_keys_of_an_account_are_counted_together(start: Start) -> None:
    url = start(hub(), others=(member(),), limits=True).url
    role = {"RoleArn": f"qcs::cam::uin/{MEMBER}:roleName/sms", "RoleSessionName": "run"}
    codes = []
    for _ in range(2):
        given = Caller(url).call("AssumeRole", role)["Credentials"]
        caller = Caller(url, given["TmpSecretId"], given["TmpSecretKey"], extra={"X-TC-Token": given["Token"]})
        codes.append(caller.code("ModifySmsSign", {"SignId": 99, "SignName": "A"}))
    assert codes[0] != "RequestLimitExceeded"
    assert codes[1] == "RequestLimitExceeded"


def test_a_fault_can_be_for_one_account(start: Start) -> None:
    url = start(hub(), others=(member(),), faults=(f"{MEMBER}/GetCallerIdentity:2:error=InternalError",)).url
    other = Caller(url, "AKIDmember", "member-secret")
    calls = [Caller(url), Caller(url), other, other, Caller(url)]
    assert [call.code("GetCallerIdentity") for call in calls] == [None, None, None, "InternalError", None]


def test_the_log_says_whose_a_request_was(start: Start) -> None:
    sandbox = start(hub(), others=(member(),))
    Caller(sandbox.url, "AKIDmember", "member-secret").call("GetCallerIdentity")
    assert [request["uin"] for request in sandbox.requests] == [MEMBER]
    alone = start(hub())
    Caller(alone.url).call("GetCallerIdentity")
    assert "uin" not in alone.requests[0]


def test_further_accounts_are_saved_beside_the_first(start: Start, tmp_path: Path) -> None:
    save = tmp_path / "saved.json"
    start(hub(), others=(member(),), save=save)
    assert sorted(path.name for path in tmp_path.glob("*.json")) == [f"saved-{MEMBER}.json", "saved.json"]
    # The keys are public and stay where they were written.
    assert "member-secret" not in (tmp_path / f"saved-{MEMBER}.json").read_text()


def test_two_accounts_have_two_uins(start: Start) -> None:
    with pytest.raises(UsageError, match="the same uin"):
        start(hub(), others=(hub(),))


@pytest.mark.parametrize("key", ["AKID", '"AKID:"', '":secret"', '"AKID:secret:"', "7"])
def test_a_key_of_another_form_is_refused_at_its_line(tmp_path: Path, key: str) -> None:
    file = tmp_path / "account.yaml"
    file.write_text(f"uin: '1'\nkeys: [{key}]\n")
    with pytest.raises(AccountFileError, match=r"account\.yaml:2:1: `keys` holds something that is no key"):
        load_account_file(file)


def test_a_role_that_is_no_text_is_refused_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "account.yaml"
    file.write_text("uin: '1'\nread_only_roles: [sms-plan, 7]\n")
    with pytest.raises(AccountFileError, match=r"account\.yaml:2:1: `read_only_roles` holds something that is no name"):
        load_account_file(file)
    file.write_text("uin: '1'\nread_only_roles: [sms-plan]\n")
    assert load_account_file(file) == AccountData("1", read_only_roles=("sms-plan",))


def test_a_review_names_the_account_where_several_have_the_signature(start: Start) -> None:
    url = start(hub(), others=(member(),)).url
    assert review_running(url, 2, "approve") == 0
    with pytest.raises(UsageError, match="2 accounts have a signature 3: name one with --uin"):
        review_running(url, 3, "reject")
    assert review_running(url, 3, "reject", uin=MEMBER) == -1
    with pytest.raises(UsageError, match="there is no signature 1"):
        review_running(url, 1, "reject", uin=MEMBER)
