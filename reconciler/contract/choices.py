"""Words of the definitions for the vendor's numbers.

Source: reference page of ``ModifySmsSign`` (2024-09-10), input parameters ``SignType``, ``DocumentType``,
``International`` and ``SignPurpose``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SIGN_TYPES: Final[Mapping[str, int]] = {
    "company": 0,
    "app": 1,
    "website": 2,
    "wechat-official-account": 3,
    "trademark": 4,
    "government": 5,
    "wechat-mini-program": 6,
}

DOCUMENT_TYPES: Final[Mapping[str, int]] = {
    "three-in-one": 0,
    "business-license": 1,
    "organization-code-certificate": 2,
    "social-credit-code-certificate": 3,
    "app-admin-screenshot": 4,
    "icp-filing-screenshot": 5,
    "mini-program-settings-screenshot": 6,
    "trademark-registration-certificate": 7,
    "official-account-settings-screenshot": 8,
}

SIGN_PURPOSES: Final[Mapping[str, int]] = {"self": 0, "others": 1}

INTERNATIONAL: Final[Mapping[bool, int]] = {False: 0, True: 1}
"""``False``: SMS to the Chinese mainland. ``True``: global SMS."""
