from __future__ import annotations

import pytest

from reconciler import errors
from reconciler.errors import Exit, ReconcilerError, Refusal, StateConflict, UsageError, VendorError, fill

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ReconcilerError)]


def test_an_error_fills_in_its_values() -> None:
    error = UsageError("no key {key}", hint="known keys: {known}", key="b", known="a")
    assert (str(error), error.message, error.hint) == ("no key b", "no key b", "known keys: a")
    assert (error.text, error.params) == ("no key {key}", {"key": "b", "known": "a"})


def test_an_error_without_values_is_said_as_it_is() -> None:
    error = Refusal("a {brace}")
    assert (error.message, error.hint) == ("a {brace}", "")


def test_what_a_value_holds_is_no_placeholder() -> None:
    assert fill("{a} {b}", {"a": "{b}", "b": "{a.__class__}"}) == "{b} {a.__class__}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_has_an_exit_code_of_a_failure(kind: type[ReconcilerError]) -> None:
    assert kind.exit_code in set(Exit) - {Exit.DONE, Exit.CHANGES}


def test_the_vendors_code_is_that_of_the_error() -> None:
    error = VendorError("refused", code="FailedOperation", request_id="r")
    assert (error.code, error.request_id, error.exit_code) == ("FailedOperation", "r", Exit.VENDOR)


def test_a_conflict_is_an_error_of_the_state() -> None:
    assert StateConflict("moved").code == "Client.Record"
