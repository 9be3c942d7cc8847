from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import VendorError
from reconciler.tencent.reader import Reader
from tests.fixtures.fake_clock import FakeClock
from tests.fixtures.rows import FakeAccount, entry, listing, refusing


def reader(account: Any, clock: FakeClock | None = None) -> Reader:
    return Reader(account, clock or FakeClock(), 20.0)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 300, 1234])
def test_both_series_are_listed_to_their_ends_whatever_their_sizes(count: int) -> None:
    entries = [entry(i + 1) for i in range(count)] + [entry(100_000 + i, international=1) for i in range(count // 2)]
    listed = reader(FakeAccount(entries)).rows({})
    assert sorted(listed.rows) == sorted(row["SignId"] for row in entries)
    assert listed.complete


def test_a_small_account_takes_one_call_a_series() -> None:
    account = FakeAccount([entry(1), entry(2, international=1)])
    reader(account).rows({1: False, 2: True})
    assert account.asked == [{"International": i, "Limit": 100, "Offset": 0} for i in (0, 1)]


def test_an_id_that_was_not_listed_is_asked_for_in_its_own_series_then_in_the_other() -> None:
    account = FakeAccount([entry(5, international=1)])
    account.twist = refusing("Never", lambda _: False)
    listed = reader(account).rows({5: False, 6: True}, everything=False)
    assert list(listed.rows) == [5]
    assert listed.rows[5].international
    assert not listed.complete
    assert [(p["International"], p["SignIdSet"]) for p in account.asked] == [(0, [5]), (1, [6]), (0, [6]), (1, [5])]


def test_ids_are_asked_for_a_hundred_at_a_time() -> None:
    account = FakeAccount([entry(i + 1) for i in range(550)])
    listed = reader(account).rows(dict.fromkeys(range(1, 551), False), everything=False)
    assert len(listed.rows) == 550
    assert [len(p["SignIdSet"]) for p in account.asked] == [100, 100, 100, 100, 100, 50]


def test_a_row_that_nobody_asked_for_by_id_is_left_out() -> None:
    class Talkative(FakeAccount):
        def call(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
            super().call(action, parameters)
            return listing(entry(1), entry(999))

    assert reader(Talkative([])).row(1, international=False) is not None
    assert reader(Talkative([])).row(2, international=False) is None


def test_a_sub_account_that_may_not_list_still_reads_what_is_declared() -> None:
    refused = refusing("FailedOperation.ProhibitSubAccountUse", lambda p: "Offset" in p)
    listed = reader(FakeAccount([entry(1), entry(2)], refused)).rows({1: False})
    assert list(listed.rows) == [1]
    assert not listed.complete


def test_another_refusal_of_the_listing_ends_the_reading() -> None:
    refused = refusing("UnauthorizedOperation", lambda p: "Offset" in p)
    with pytest.raises(VendorError) as error:
        reader(FakeAccount([], refused)).rows({})
    assert error.value.code == "UnauthorizedOperation"


@pytest.mark.parametrize("code", ["FailedOperation.MissingSignatureList", "FailedOperation.SignIdNotExist"])
def test_no_such_signature_is_an_absent_row_and_does_not_hide_the_others(code: str) -> None:
    account = FakeAccount([entry(1), entry(3)], refusing(code, lambda p: 2 in p.get("SignIdSet", ())))
    assert sorted(reader(account).rows(dict.fromkeys((1, 2, 3), False), everything=False).rows) == [1, 3]
    assert reader(account).row(2, international=False) is None


def test_no_signatures_at_all_may_be_answered_as_an_error() -> None:
    account = FakeAccount(
        [entry(1)], refusing("FailedOperation.MissingSignatureList", lambda p: p["International"] == 1)
    )
    listed = reader(account).rows({1: False, 2: True})
    assert list(listed.rows) == [1]
    assert listed.complete


def test_another_error_for_an_id_is_not_taken_for_its_absence() -> None:
    with pytest.raises(VendorError) as error:
        reader(FakeAccount([], refusing("FailedOperation", lambda _: True))).row(1, international=False)
    assert error.value.code == "FailedOperation"


class Torn(FakeAccount):
    """Shows one signature twice on a page, with different content."""

    def call(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer = super().call(action, parameters)
        rows = answer["DescribeSignListStatusSet"]
        return listing(*rows, *(row | {"StatusCode": 0} for row in rows)) if "Offset" in parameters else answer


def test_a_declared_row_that_came_twice_and_differently_is_asked_for_again() -> None:
    listed = reader(Torn([entry(1, StatusCode=-1), entry(2)])).rows({1: False})
    assert listed.rows[1].status_code == -1
    assert 2 in listed.rows


def test_a_torn_row_that_is_then_gone_is_gone() -> None:
    account = Torn([entry(1)])
    account.twist = refusing("FailedOperation.SignIdNotExist", lambda p: "SignIdSet" in p)
    assert reader(account).rows({1: False}).rows == {}


def test_a_single_signature_that_comes_twice_and_differently_is_no_answer() -> None:
    class Twice(FakeAccount):
        def call(self, _action: str, _parameters: dict[str, Any]) -> dict[str, Any]:
            return listing(entry(1), entry(1, StatusCode=0))

    with pytest.raises(VendorError, match="twice"):
        reader(Twice([])).row(1, international=False)


@pytest.mark.soak
def test_a_list_without_an_end_is_given_up() -> None:
    class Endless(FakeAccount):
        def call(self, _action: str, parameters: dict[str, Any]) -> dict[str, Any]:
            return listing(*(entry(i, international=parameters["International"]) for i in range(100)))

    with pytest.raises(VendorError, match="does not end"):
        reader(Endless([])).rows({})


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "InternalError", "Client.Timeout", "Unheard.Of"])
def test_trouble_that_may_pass_is_tried_again_slower_each_time(code: str) -> None:
    clock = FakeClock()
    left = [code] * 3

    def twist(_parameters: dict[str, Any]) -> None:
        if left:
            raise VendorError("later", code=left.pop())

    assert reader(FakeAccount([entry(1)], twist), clock).row(1, international=False) is not None
    assert clock.waits == [0.5, 1.0, 2.0]


def test_trouble_that_stays_ends_after_four_calls() -> None:
    account = FakeAccount([], refusing("ServiceUnavailable", lambda _: True))
    with pytest.raises(VendorError):
        reader(account).row(1, international=False)
    assert len(account.asked) == 4


def test_trouble_that_does_not_pass_is_not_repeated() -> None:
    account = FakeAccount([], refusing("AuthFailure.SignatureFailure", lambda _: True))
    with pytest.raises(VendorError):
        reader(account).row(1, international=False)
    assert len(account.asked) == 1


def test_a_null_list_is_tried_again_and_never_an_empty_account() -> None:
    class Null(FakeAccount):
        def call(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
            super().call(action, parameters)
            return {"DescribeSignListStatusSet": None}

    account = Null([])
    with pytest.raises(VendorError) as error:
        reader(account).rows({})
    assert error.value.code == "Client.NullAnswer"
    assert [query["International"] for query in account.asked] == [0, 0, 0, 0, 1]
