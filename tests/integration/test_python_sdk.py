"""The vendor's own client for Python, typed and untyped, against the sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential, OIDCRoleArnCredential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import DescribeSmsSignListRequest, ModifySmsSignRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from reconciler.sandbox.signing import DEFAULT_KEY
from tests.fixtures.accounts import APPROVED, PENDING, submission
from tests.unit.sandbox.conftest import Start

# from Python 3.12 on every call of the SDK warns of its utcfromtimestamp
pytestmark = pytest.mark.filterwarnings(r"ignore::DeprecationWarning:tencentcloud\.common\.abstract_client")


def profile(url: str, method: str = "POST", *, unsigned_payload: bool = False) -> ClientProfile:
    http = HttpProfile(endpoint=url.removeprefix("http://"), protocol="http", reqMethod=method, reqTimeout=10)
    made = ClientProfile(httpProfile=http)
    made.unsignedPayload = unsigned_payload
    return made


def client(url: str, secret: str = DEFAULT_KEY.secret_key, token: str | None = None, **how: Any) -> Any:
    return SmsClient(Credential("AKIDsandbox", secret, token), "ap-singapore", profile(url, **how))


def request(kind: Any, params: dict[str, Any]) -> Any:
    made = kind()
    made.from_json_string(json.dumps(params))
    return made


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("unsigned_payload", [False, True])
def test_the_typed_client_describes_and_modifies(start: Start, method: str, unsigned_payload: bool) -> None:
    typed = client(start().url, method=method, unsigned_payload=unsigned_payload, token="any")
    sent = request(ModifySmsSignRequest, submission(SignName="阿克米", Remark="a b&c=d"))
    assert typed.ModifySmsSign(sent).ModifySignStatus.SignId == PENDING
    asked = request(DescribeSmsSignListRequest, {"International": 0, "SignIdSet": [PENDING, APPROVED]})
    rows = typed.DescribeSmsSignList(asked).DescribeSignListStatusSet
    assert [(row.SignId, row.SignName, row.StatusCode) for row in rows] == [
        (PENDING, "阿克米", 1),
        (APPROVED, "Settled", 0),
    ]


def test_the_typed_client_raises_the_code_of_a_refusal(start: Start) -> None:
    url = start().url
    with pytest.raises(TencentCloudSDKException) as refused:
        client(url).ModifySmsSign(request(ModifySmsSignRequest, submission(APPROVED)))
    assert refused.value.get_code() == "InvalidParameterValue.SignAlreadyPassedCheck"
    assert refused.value.get_request_id()
    with pytest.raises(TencentCloudSDKException) as unsigned:
        client(url, secret="wrong").ModifySmsSign(request(ModifySmsSignRequest, submission()))
    assert unsigned.value.get_code() == "AuthFailure.SignatureFailure"


def test_an_error_with_a_charset_passes_the_sdk_by(start: Start) -> None:
    url = start(faults=("DescribeSmsSignList:1:error-charset=InternalError",)).url
    asked = request(DescribeSmsSignListRequest, {"International": 0})
    assert client(url).DescribeSmsSignList(asked).DescribeSignListStatusSet is None


def test_the_untyped_client_reaches_both_services(start: Start) -> None:
    url = start().url
    keys = Credential("AKIDsandbox", "sandbox-secret")
    sms = CommonClient("sms", "2021-01-11", keys, "ap-singapore", profile=profile(url))
    rows = sms.call_json("DescribeSmsSignList", {"International": 1})["Response"]["DescribeSignListStatusSet"]
    assert [row["SignId"] for row in rows] == [2110]
    sts = CommonClient("sts", "2018-08-13", keys, "ap-singapore", profile=profile(url))
    assert sts.call_json("GetCallerIdentity", {})["Response"]["Type"] == "Sandbox"


def test_the_sdk_trades_a_web_identity_for_keys_that_work(start: Start) -> None:
    sandbox = start()
    arn = "qcs::cam::uin/100000000001:roleName/deploy"
    keys = OIDCRoleArnCredential("ap-singapore", "github", "web-token", arn, "run", 7200, endpoint=sandbox.url)
    sts = CommonClient("sts", "2018-08-13", keys, "ap-singapore", profile=profile(sandbox.url))
    assert sts.call_json("GetCallerIdentity", {})["Response"]["AccountId"] == "100000000001"
    assert [entry["action"] for entry in sandbox.requests] == ["AssumeRoleWithWebIdentity", "GetCallerIdentity"]
