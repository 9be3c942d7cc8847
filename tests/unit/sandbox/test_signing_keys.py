from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.sandbox.signing import Key, parse_key


def test_a_key_is_read_with_and_without_a_token() -> None:
    assert parse_key("AKID:secret") == Key("AKID", "secret")
    assert parse_key("AKID:secret:to:ken") == Key("AKID", "secret", "to:ken")


@pytest.mark.parametrize("text", ["", "canary", "canary:", ":canary", "canary::x", "canary:x:"])
def test_half_a_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_key(text)
    assert "canary" not in str(refused.value)
