"""What a check found, as a finding: what would be used, or what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Exit, StateError, VendorError, said
from reconciler.model.report import CheckResult
from reconciler.planning.doctor import check, clock_finding, commit_finding, record_finding, route_findings, trusted
from reconciler.planning.planner import store_for
from reconciler.tencent.endpoint import Endpoint
from tests.fixtures.repositories import commit, git
from tests.fixtures.servers import CERTIFICATE
from tests.fixtures.state_values import put, state
from tests.fixtures.values import TARGET

VENDOR = Endpoint("https", "sms.tencentcloudapi.com")


def test_an_expected_failure_is_a_problem_with_its_hint_and_exit_code() -> None:
    def failing() -> str:
        raise StateError(said("no room"), hint=said("make room"))

    found = check("record", failing)
    assert found == ("record", CheckResult.PROBLEM, "Client.Record: no room", "make room", Exit.UNEXPECTED)


def test_a_bug_is_no_finding() -> None:
    with pytest.raises(ZeroDivisionError):
        check("record", lambda: str(1 // 0))


@pytest.mark.parametrize(
    ("skew", "result", "what"),
    [
        (None, CheckResult.SKIPPED, "no answer had the vendor's time"),
        (0.9, CheckResult.OK, "the same as the vendor's"),
        (-5.0, CheckResult.OK, "5 s behind the vendor's"),
        (400.0, CheckResult.PROBLEM, "400 s ahead of the vendor's"),
        (-400.0, CheckResult.PROBLEM, "400 s behind the vendor's"),
    ],
)
def test_a_clock_is_wrong_from_where_the_vendor_takes_no_request(
    skew: float | None, result: CheckResult, what: str
) -> None:
    found = clock_finding(skew)
    assert (found.result, found.what) == (result, what)
    assert (found.exit_code, "NTP" in found.hint) == (
        (Exit.VENDOR, True) if result is CheckResult.PROBLEM else (Exit.DONE, False)
    )


def test_the_way_to_the_vendor_is_told_without_a_connection() -> None:
    found = {each.subject: each for each in route_findings(VENDOR, "ap-singapore")}
    assert found.keys() == {"endpoint", "proxy", "certificates"}
    assert found["endpoint"].what == "https://sms.tencentcloudapi.com, region ap-singapore"
    assert found["proxy"].what == "none"


def test_it_says_whose_certificates_are_trusted_and_who_said_so(tmp_path: Path) -> None:
    assert "vendor's client" in trusted(VENDOR, {})
    assert trusted(VENDOR, {"SSL_CERT_FILE": str(CERTIFICATE)}) == f"{CERTIFICATE} (SSL_CERT_FILE)"
    with pytest.raises(VendorError, match="CURL_CA_BUNDLE"):
        trusted(VENDOR, {"CURL_CA_BUNDLE": str(tmp_path / "absent")})


def test_without_tls_nobody_has_to_be_trusted(tmp_path: Path) -> None:
    assert "plain http" in trusted(Endpoint("http", "127.0.0.1:1"), {"CURL_CA_BUNDLE": str(tmp_path / "absent")})


def test_a_record_is_described_and_not_begun(tmp_path: Path) -> None:
    assert record_finding(tmp_path, None, TARGET).what.endswith(": nothing recorded yet")
    assert list(tmp_path.iterdir()) == []
    put(store_for(tmp_path, None, TARGET), state(s1="one"), "note")
    assert ": 1 signature, last written " in record_finding(tmp_path, None, TARGET).what


def test_the_commit_is_named_where_there_is_one(tmp_path: Path) -> None:
    assert "is not in git, or has no commit yet" in commit_finding(tmp_path).what
    git(tmp_path, "init", "-q")
    commit(tmp_path, "one")
    assert commit_finding(tmp_path).what == git(tmp_path, "rev-parse", "HEAD")
