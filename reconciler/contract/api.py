"""Actions, versions, limits and endpoints of the vendor's API.

Sources: reference page of ``ModifySmsSign``; "API frequency limit" page of product 1278; describe pages for sizes.
"""

from __future__ import annotations

from typing import Final

SMS_SERVICE: Final = "sms"
SMS_VERSION: Final = "2021-01-11"
STS_SERVICE: Final = "sts"
STS_VERSION: Final = "2018-08-13"

MODIFY: Final = "ModifySmsSign"
DESCRIBE: Final = "DescribeSmsSignList"
IDENTITY: Final = "GetCallerIdentity"
ASSUME_ROLE: Final = "AssumeRoleWithWebIdentity"

ROOT_DOMAIN: Final = "tencentcloudapi.com"
DEFAULT_ENDPOINT: Final = "sms.tencentcloudapi.com"

PAGE_SIZE: Final = 100
"""Largest ``Limit`` and largest ``SignIdSet`` of one describe; the vendor's default is 10."""

DESCRIBE_RATE: Final = 20.0
"""Describe calls a second, per API, region and sub-account."""

MODIFY_RATE: Final = 1.0
"""Modify calls a second, per API, region and sub-account."""

MAX_BODY_BYTES: Final = 10 * 1024 * 1024
"""Largest TC3 POST body; past it the vendor answers ``RequestSizeLimitExceeded``."""

MAX_CLOCK_SKEW_S: Final = 300
"""Seconds that ``X-TC-Timestamp`` may be off before ``AuthFailure.SignatureExpire``."""

MAX_IMAGE_BYTES: Final = 5 * 1024 * 1024
"""Largest evidence image (console pages)."""
