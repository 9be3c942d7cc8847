"""The vendor's API: actions, limits, the words for its numbers, and the review states.

Sources: reference page of ``ModifySmsSign`` (2024-09-10); "API frequency limit" page of product 1278; describe pages
for sizes; ``StatusCode`` of ``DescribeSmsSignList``, API 2021-01-11.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Review state of a signature as plans and reports name it."""

    APPROVED = "approved"
    APPROVED_NOT_EFFECTIVE = "approved-not-effective"
    PENDING = "pending"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    MISSING = "missing"


STATUS_CODES: Final[Mapping[int, Status]] = {
    0: Status.APPROVED,
    1: Status.PENDING,
    2: Status.APPROVED_NOT_EFFECTIVE,
    -1: Status.REJECTED,
}


# What a signature that was just submitted shows.
PENDING_CODE: Final = 1


# The only states in which the vendor lets a signature be modified; every other one is left alone.
MODIFIABLE: Final = frozenset({Status.PENDING, Status.REJECTED})
APPROVED: Final = frozenset({Status.APPROVED, Status.APPROVED_NOT_EFFECTIVE})


def status_of(code: int) -> Status:
    """Return the state for a ``StatusCode``; a code that no page documents is ``unknown``."""
    return STATUS_CODES.get(code, Status.UNKNOWN)


SMS_SERVICE: Final = "sms"
SMS_VERSION: Final = "2021-01-11"
STS_SERVICE: Final = "sts"
STS_VERSION: Final = "2018-08-13"
MODIFY: Final = "ModifySmsSign"
ADD: Final = "AddSmsSign"
DESCRIBE: Final = "DescribeSmsSignList"
IDENTITY: Final = "GetCallerIdentity"
ASSUME_ROLE: Final = "AssumeRole"
WEB_IDENTITY_ROLE: Final = "AssumeRoleWithWebIdentity"
ROOT_DOMAIN: Final = "tencentcloudapi.com"
# By site: the reference page and the SDK of the mainland site; the SDK of the international one since 3.0.1300.
DEFAULT_ENDPOINTS: Final[Mapping[str, str]] = {
    "international": "sms.intl.tencentcloudapi.com",
    "china": "sms.tencentcloudapi.com",
}


# Largest ``Limit`` and largest ``SignIdSet`` of one describe; the vendor's default is 10.
PAGE_SIZE: Final = 100


# Describe calls a second, per API, region and sub-account.
DESCRIBE_RATE: Final = 20.0


# Modify calls a second, per API, region and sub-account.
MODIFY_RATE: Final = 1.0


# Add calls a second (page 382/40534).
ADD_RATE: Final = 1.0


# Largest TC3 POST body; past it the vendor answers ``RequestSizeLimitExceeded``.
MAX_BODY_BYTES: Final = 10 * 1024 * 1024


# Seconds that ``X-TC-Timestamp`` may be off before ``AuthFailure.SignatureExpire``.
MAX_CLOCK_SKEW_S: Final = 300


# Largest evidence image (console pages).
MAX_IMAGE_BYTES: Final = 5 * 1024 * 1024
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


# States of a qualification that hint at a signature which is usable, with a problem to be dealt with (announcement
# 382/112640; ``QualificationStatusCode`` of ``DescribeSmsSignList``).
QUALIFICATION_PROBLEMS: Final[Mapping[int, str]] = {
    2: "was refused",
    3: "has to be supplemented and submitted again",
    5: "was changed, and the change refused",
}

# Signatures that an account may hold (page 382/13300, 2025-08).
MOST_SIGNATURES: Final = 50


SIGN_PURPOSES: Final[Mapping[str, int]] = {"self": 0, "others": 1}


# ``False``: SMS to the Chinese mainland. ``True``: global SMS.
INTERNATIONAL: Final[Mapping[bool, int]] = {False: 0, True: 1}


# What the vendor's console and Chinese pages (382/40534, 382/40653) call the values, also as people shorten them.
CHINESE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "site": {"国内站": "china", "中国站": "china", "国际站": "international"},
    "sign_type": {
        "公司": "company",
        "企业": "company",
        "应用": "app",
        "网站": "website",
        "公众号": "wechat-official-account",
        "微信公众号": "wechat-official-account",
        "商标": "trademark",
        "政府": "government",
        "机关事业单位": "government",
        "其他机构": "government",
        "政府/机关事业单位/其他机构": "government",
        "小程序": "wechat-mini-program",
        "微信小程序": "wechat-mini-program",
    },
    "document_type": {
        "三证合一": "three-in-one",
        "企业营业执照": "business-license",
        "营业执照": "business-license",
        "组织机构代码证书": "organization-code-certificate",
        "组织机构代码证": "organization-code-certificate",
        "社会信用代码证书": "social-credit-code-certificate",
        "统一社会信用代码证书": "social-credit-code-certificate",
        "应用后台管理截图": "app-admin-screenshot",
        "网站备案后台截图": "icp-filing-screenshot",
        "小程序设置页面截图": "mini-program-settings-screenshot",
        "商标注册书": "trademark-registration-certificate",
        "商标注册证": "trademark-registration-certificate",
        "公众号设置页面截图": "official-account-settings-screenshot",
    },
    "sign_purpose": {"自用": "self", "他用": "others"},
    "international": {
        "国内": "false",
        "国内短信": "false",
        "国际": "true",
        "国际短信": "true",
        "国际/港澳台": "true",
        "国际/港澳台短信": "true",
        "港澳台短信": "true",
    },
}
_IN_BRACKETS: Final = re.compile(r"\(.*\)$")


def from_chinese(field: str, word: str) -> str | None:
    """Return this tool's word for one of the vendor's Chinese ones, which may have a remark in brackets behind it."""
    plain = _IN_BRACKETS.sub("", unicodedata.normalize("NFKC", word)).strip()
    return CHINESE_WORDS.get(field, {}).get(plain)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine, where a sandbox listens."""
    try:
        return host == "localhost" or ("%" not in host and ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
