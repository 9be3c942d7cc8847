from __future__ import annotations

from reconciler.sandbox.model import RowData
from tests.fixtures.accounts import PENDING, REJECTED, account, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

MANY = account(*(RowData(number, f"Name {number}", create_time=10_000 - number) for number in range(1, 251)))
SHOWN = {"SignId", "International", "StatusCode", "ReviewReply", "SignName", "CreateTime"}


def ids(caller: Caller, **params: object) -> list[int]:
    rows = caller.call("DescribeSmsSignList", {"International": 0, **params})["DescribeSignListStatusSet"]
    return [row["SignId"] for row in rows]


def test_a_row_has_the_fields_of_the_vendor_and_no_hidden_one(start: Start) -> None:
    qualified = RowData(1, "Q", qualification_id=7, qualification_name="Acme Ltd", qualification_status_code=1)
    sandbox = start(account(RowData(2, "Plain", review_reply="No"), qualified))
    caller = Caller(sandbox.url)
    assert caller.code("ModifySmsSign", submission(2, Remark="hidden")) is None
    first, second = caller.call("DescribeSmsSignList", {"International": 0})["DescribeSignListStatusSet"]
    assert first.keys() == SHOWN | {"QualificationId", "QualificationName", "QualificationStatusCode"}
    assert second.keys() == SHOWN


def test_pages_default_to_ten_and_hold_a_hundred(start: Start) -> None:
    caller = Caller(start(MANY).url)
    assert ids(caller) == list(range(1, 11))
    assert ids(caller, Limit=100, Offset=200) == list(range(201, 251))
    assert ids(caller, Limit=100, Offset=250) == []
    assert caller.code("DescribeSmsSignList", {"International": 0, "Limit": 101}) == "InvalidParameterValue"


def test_ids_are_asked_for_a_hundred_at_a_time(start: Start) -> None:
    caller = Caller(start(MANY).url)
    assert ids(caller, SignIdSet=[250, 3, 3, 9999]) == [250, 3]
    assert len(ids(caller, SignIdSet=list(range(1, 101)), Limit=1)) == 100
    too_many = {"International": 0, "SignIdSet": list(range(1, 102))}
    assert caller.code("DescribeSmsSignList", too_many) == "InvalidParameterValue"


def test_the_two_destinations_are_two_series(start: Start) -> None:
    caller = Caller(start().url)
    assert ids(caller, International=1) == [2110]
    assert ids(caller, SignIdSet=[2110]) == []
    assert caller.code("DescribeSmsSignList", {}) == "MissingParameter"
    assert caller.code("DescribeSmsSignList", {"International": 2}) == "InvalidParameterValue"


def test_a_row_of_a_region_is_seen_from_there_only(start: Start) -> None:
    sandbox = start(account(RowData(1, "Everywhere"), RowData(2, "There", region="ap-guangzhou")))
    assert ids(Caller(sandbox.url)) == [1]
    assert ids(Caller(sandbox.url), SignIdSet=[1, 2]) == [1]
    assert ids(Caller(sandbox.url, region="ap-guangzhou")) == [1, 2]


def test_an_unknown_id_goes_either_way(start: Start) -> None:
    asked = {"International": 0, "SignIdSet": [PENDING, 9999]}
    assert Caller(start().url).code("DescribeSmsSignList", asked) is None
    refusing = Caller(start(unknown_id="error").url)
    assert refusing.code("DescribeSmsSignList", asked) == "FailedOperation.MissingSignatureList"
    assert ids(refusing, SignIdSet=[PENDING]) == [PENDING]


def test_a_sub_account_may_be_refused_the_listing_and_still_ask_by_id(start: Start) -> None:
    caller = Caller(start(listing="refused").url)
    assert caller.code("DescribeSmsSignList", {"International": 0}) == "FailedOperation.ProhibitSubAccountUse"
    assert ids(caller, SignIdSet=[PENDING]) == [PENDING]


def test_newest_first_moves_a_modified_row_to_the_front(start: Start) -> None:
    caller = Caller(start(MANY, order="newest").url)
    assert ids(caller, Limit=3) == [1, 2, 3]
    assert caller.code("ModifySmsSign", submission(200)) is None
    assert ids(caller, Limit=3) == [200, 1, 2]


def test_a_shuffled_listing_has_another_order_for_every_request_and_the_same_in_every_run(start: Start) -> None:
    one, other = (Caller(start(MANY, order="shuffled").url) for _ in range(2))
    first, second = ids(one, Limit=100), ids(one, Limit=100)
    assert first != second
    assert [ids(other, Limit=100), ids(other, Limit=100)] == [first, second]


def test_describe_may_trail_behind_a_write(start: Start) -> None:
    sandbox = start(describe_lag_s=3600.0)
    caller = Caller(sandbox.url)
    assert caller.code("ModifySmsSign", submission(REJECTED)) is None
    rows = caller.call("DescribeSmsSignList", {"International": 0, "SignIdSet": [REJECTED]})
    assert rows["DescribeSignListStatusSet"][0]["SignName"] == "Refused"
    written = sandbox.account.row(REJECTED)
    assert written is not None
    assert written.sign_name == f"Name {REJECTED}"
