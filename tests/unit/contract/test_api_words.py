"""The vendor's numbers, as its reference page of ModifySmsSign gives them."""

from __future__ import annotations

from reconciler.contract.api import DOCUMENT_TYPES, INTERNATIONAL, SIGN_PURPOSES, SIGN_TYPES


def test_the_words_stand_for_the_numbers_of_the_page() -> None:
    assert list(SIGN_TYPES.values()) == list(range(7))
    assert list(DOCUMENT_TYPES.values()) == list(range(9))
    assert SIGN_TYPES["trademark"] == 4
    assert SIGN_TYPES["government"] == 5
    assert SIGN_TYPES["wechat-mini-program"] == 6
    assert DOCUMENT_TYPES["business-license"] == 1
    assert DOCUMENT_TYPES["trademark-registration-certificate"] == 7
    assert DOCUMENT_TYPES["official-account-settings-screenshot"] == 8


def test_purpose_and_kind_are_the_pages() -> None:
    assert SIGN_PURPOSES == {"self": 0, "others": 1}
    assert INTERNATIONAL == {False: 0, True: 1}
