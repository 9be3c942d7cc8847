"""A state of Terraform as values: its signatures, and why one of them makes no whole definition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import UsageError
from reconciler.planning.terraform import TerraformState, complete, read_state
from tests.fixtures import images
from tests.fixtures.terraform import raw_state, shown_state


def of(document: Any, folder: Path) -> TerraformState:
    file = folder / "terraform.tfstate"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_state(file)


def changed(field: str, value: object) -> dict[str, Any]:
    """A state with one signature, one field of which is another."""
    document = raw_state()
    document["resources"] = document["resources"][:1]
    attributes = document["resources"][0]["instances"][0]["attributes"]
    document["resources"][0]["instances"][0]["attributes"] = {**attributes, field: value}
    return document


def test_both_forms_are_the_same_state(tmp_path: Path) -> None:
    raw, shown = of(raw_state(), tmp_path), of(shown_state(), tmp_path)
    assert raw == shown
    assert [(each.sign_id, each.key, each.international) for each in raw.instances] == [
        (1110, "brand-acme", True),
        (1111, "counted-0", True),
        (1112, "brands-x-inner", True),
        (1113, "half", True),
        (1115, "example", True),
    ]
    assert raw.instances[2].address == 'module.brands["x"].tencentcloud_sms_sign.inner'
    assert [each.sign_id for each in raw.instances if each.tainted] == [1113]
    assert [each.sign_id for each in complete(raw.instances)] == [1110, 1111, 1112, 1113]


def test_an_image_is_decoded_whether_it_has_a_prefix_or_not(tmp_path: Path) -> None:
    first, second, third, *_ = of(raw_state(), tmp_path).instances
    assert [each.pictures["proof_image"].data for each in (first, second)] == [images.png(1), images.png(2)]
    assert third.pictures["commission_image"] == (images.png(4), ".png")


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("proof_image", "your_proof_image", "it is not base64, but perhaps the text of an example"),
        ("proof_image", "", "the state holds none"),
        ("proof_image", "AAAA", "it is base64 of no usable image: "),
        ("sign_type", 77, "77 is none of the vendor's numbers"),
        ("sign_purpose", "0", '"0" is none of the vendor\'s numbers'),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, field: str, value: object, why: str
) -> None:
    (instance,) = of(changed(field, value), tmp_path).instances
    assert instance.problems.keys() == {field}
    assert instance.problems[field].startswith(why)
    assert complete([instance]) == []


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("id", "1110", "its id is not of the form 1110#0"), ("sign_name", "", "it has no sign_name")],
)
def test_nothing_is_made_of_what_has_no_id_or_name(tmp_path: Path, field: str, value: str, why: str) -> None:
    state = of(changed(field, value), tmp_path)
    assert state.instances == ()
    assert state.unreadable == (('tencentcloud_sms_sign.brand["acme"]', why),)


def test_a_signature_that_two_resources_manage_is_made_once(tmp_path: Path) -> None:
    document = raw_state()
    document["resources"].append({**document["resources"][0], "name": "again"})
    state = of(document, tmp_path)
    assert [each.sign_id for each in state.instances].count(1110) == 1
    assert [each.address for each in state.unreadable] == ['tencentcloud_sms_sign.again["acme"]']


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "{}", '{"version": 3}'])
def test_what_is_no_state_is_a_usage_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        of(text, tmp_path)
