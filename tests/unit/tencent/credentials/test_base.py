"""Keys as values: what cannot be a key, what is never printed, and keys that are renewed in time."""

from __future__ import annotations

import base64

import pytest

from reconciler.errors import CredentialsError
from reconciler.tencent.credentials.base import (
    Keys,
    RenewedKeys,
    Temporary,
    keys_of,
)
from tests.fixtures.fake_clock import FakeClock
from tests.unit.tencent.credentials.conftest import (
    ENVIRONMENT,
    Find,
    refusal,
)


class Renewals:
    """Hands out numbered keys, good for ``lifetime`` seconds; fails while ``failing``."""

    def __init__(self, clock: FakeClock, lifetime: float = 7200.0) -> None:
        self.clock, self.lifetime = clock, lifetime
        self.count = 0
        self.failing = False

    def __call__(self) -> Temporary:
        self.count += 1
        if self.failing:
            raise CredentialsError("the provider is away", hint="wait")
        return Temporary(Keys(f"AKID{self.count}", "canary", source="a test"), self.clock.now() + self.lifetime)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_keys_are_kept_until_their_end_is_near_and_then_renewed(clock: FakeClock) -> None:
    renewals = Renewals(clock)
    keys = RenewedKeys(renewals, clock)
    assert renewals.count == 0
    seen = []
    for _ in range(4):
        seen.append(keys.current(300).secret_id)
        clock.time += 3400
    assert seen == ["AKID1", "AKID1", "AKID1", "AKID2"]


def test_who_needs_less_time_does_not_renew(clock: FakeClock) -> None:
    keys = RenewedKeys(Renewals(clock), clock)
    keys.current(300)
    clock.time += 7000
    assert keys.current(60).secret_id == "AKID1"
    assert keys.current(300).secret_id == "AKID2"


def test_where_keys_cannot_be_renewed_yet_the_old_ones_serve_to_their_end(clock: FakeClock) -> None:
    renewals = Renewals(clock)
    keys = RenewedKeys(renewals, clock)
    keys.current(300)
    renewals.failing = True
    clock.time += 7000
    assert [keys.current(300).secret_id for _ in range(5)] == ["AKID1"] * 5
    assert renewals.count == 2, "not tried again at every call"
    clock.time += 31
    keys.current(300)
    assert renewals.count == 3
    clock.time += 160
    with pytest.raises(CredentialsError, match="away"):
        keys.current(0)
    renewals.failing = False
    assert keys.current(0).secret_id == "AKID5"


def test_keys_that_are_handed_out_expired_are_not_used(clock: FakeClock) -> None:
    with pytest.raises(CredentialsError, match="expired") as refused:
        RenewedKeys(Renewals(clock, lifetime=5), clock).current(0)
    assert "clock" in refused.value.hint


@pytest.mark.parametrize("name", [*ENVIRONMENT, "TENCENTCLOUD_TOKEN"])
@pytest.mark.parametrize("value", ["canary\nX-Evil: 1", "canary canary", "canarÿ", "canary\x7f"])
def test_a_key_that_could_not_be_sent_is_refused_without_repeating_it(find: Find, name: str, value: str) -> None:
    assert "environment" in refusal(find, ENVIRONMENT | {name: value}).message


def test_keys_do_not_show_in_their_representation_and_the_id_only_in_part(find: Find) -> None:
    keys = find(ENVIRONMENT | {"TENCENTCLOUD_TOKEN": "canary-token"}).current(0)
    assert "canary" not in repr(keys) + str(keys)
    assert "AKIDenvironment1" not in repr(keys)
    assert keys.masked_id == "AKIDen...t1"
    assert Keys("AKIDshort", "x").masked_id == "..."


SECRET = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"  # the vendor's own example


@pytest.mark.parametrize(
    ("secret_id", "secret_key", "said"),
    [
        ('"AKIDexample"', SECRET, "key id has quotation marks"),
        ("AKIDexample", f"'{SECRET}'", "secret key has quotation marks"),
        ("AKID example", SECRET, "key id holds characters"),
        ("AKIDexample,", SECRET, "key id holds characters"),
        (f"AKIDexample:{SECRET}", SECRET, "key id holds characters"),
        ("AKIDexample", f"{SECRET};", "secret key holds characters"),
        (base64.b64encode(b"AKIDexample0001").decode(), SECRET, "key id is still in base64"),
        ("AKIDexample", base64.b64encode(SECRET.encode()).decode(), "secret key is still in base64"),
        ("AKIDexample", base64.b64encode(SECRET.encode() + b"\n").decode(), "secret key is still in base64"),
        (SECRET, "AKIDexample", "swapped"),
        ("AKIDexample", "AKIDexample", "secret key is a key id"),
        ("$ID", SECRET, "key id is a placeholder"),
        ("<your-id>", SECRET, "key id is a placeholder"),
        ("AKIDexample", "${{secrets.KEY}}", "secret key is a placeholder"),
        ("AKIDexample", "***", "secret key is a placeholder"),
        ("TENCENTCLOUD_SECRET_ID=AKIDexample", SECRET, "key id is a placeholder"),
    ],
)
def test_keys_that_were_copied_wrongly_are_seen_before_the_first_call(
    secret_id: str, secret_key: str, said: str
) -> None:
    with pytest.raises(CredentialsError, match=said) as refused:
        keys_of(secret_id, secret_key, "", "here")
    assert refused.value.hint
    assert SECRET not in refused.value.message


def test_sound_keys_are_not_suspected() -> None:
    assert keys_of("AKIDexample", SECRET, "", "here").secret_key == SECRET
    assert keys_of("AKIDsandbox", "sandbox-secret", "token", "here").token == "token"
