from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Location
from reconciler.model.signature import Account

pytestmark = pytest.mark.usefixtures("sound_images")


Load = Callable[[str | bytes], Definitions]


EVERY_FIELD = Path(__file__).parents[2] / "examples" / "valid" / "every-field.yaml"


def test_a_signature_is_handed_on_with_every_field_and_place() -> None:
    found = load_definitions(["every-field.yaml"], cwd=EVERY_FIELD.parent)
    (signature,) = found.signatures
    fields = signature.fields
    assert (signature.key, signature.sign_id, fields.sign_name) == ("acme-otp", 1110, "Acme")
    assert (fields.sign_type, fields.document_type) == ("company", "business-license")
    assert (fields.international, fields.sign_purpose) == (True, "others")
    assert fields.commission_image is not None
    assert (fields.proof_image.file, fields.commission_image.file) == ("evidence/license.png", "evidence/attorney.png")
    assert (fields.remark, fields.qualification_id) == ("Login codes for acme.example", None)
    assert signature.folder == str(EVERY_FIELD.parent)
    assert signature.location == Location("every-field.yaml", 10, 3)
    assert signature.fields_at["sign_id"] == Location("every-field.yaml", 11, 14)
    assert next(iter(signature.fields_at)) == "sign_id"
    assert len(signature.fields_at) == 9
    assert "qualification_id" not in signature.fields_at


def test_account_and_branch_are_those_of_the_run() -> None:
    found = load_definitions(["every-field.yaml"], cwd=EVERY_FIELD.parent)
    assert found.account == Account("international", "ap-singapore", "100012345678", "sms.intl.tencentcloudapi.com")
    assert found.branch == "reconciler-state"


def test_what_is_left_out_has_its_default(load_text: Load, valid: str) -> None:
    found = load_text(valid)
    assert found.account == Account("international", "ap-singapore")
    fields = found.signatures[0].fields
    assert (found.branch, fields.remark, fields.commission_image) == (None, "", None)


def test_whole_numbers_with_a_point_are_handed_on_as_integers(load_text: Load, valid: str) -> None:
    text = valid.replace("international, region", "china, region").replace("1110,", "1110.0, qualification_id: 1.7e1,")
    (signature,) = load_text(text).signatures
    assert (repr(signature.sign_id), repr(signature.fields.qualification_id)) == ("1110", "17")


def test_a_faulty_signature_does_not_hide_the_others(load_text: Load, valid: str) -> None:
    found = load_text(valid + "  other: {sign_id: 1111}\n")
    assert [signature.key for signature in found.signatures] == ["acme-otp"]
    assert not found.valid


def test_an_account_with_an_error_is_not_handed_on(load_text: Load, valid: str) -> None:
    found = load_text(valid.replace("ap-singapore", "ap-singapore, uin: 1"))
    assert (found.account, len(found.signatures)) == (None, 1)


def test_a_state_with_an_error_is_not_handed_on(load_text: Load, valid: str) -> None:
    assert load_text(valid + "state: {branch: HEAD}\n").branch is None


def test_no_signature_of_a_file_that_is_not_sound_yaml_is_handed_on(load_text: Load, valid: str) -> None:
    assert not load_text(valid + "  other: {<<: {}}\n").signatures


LAZY = """
import sys
from pathlib import Path
import reconciler.definitions.load as load
assert "jsonschema" not in sys.modules, "importing the loader"
assert load.load_definitions(["every-field.yaml"], cwd=Path(sys.argv[1]), evidence=False).valid
assert "jsonschema" not in sys.modules, "a valid file"
"""


def test_the_validator_that_explains_is_loaded_only_where_something_is_wrong() -> None:
    subprocess.run([sys.executable, "-c", LAZY, str(EVERY_FIELD.parent)], check=True)


WORDS = st.sampled_from(
    ["version", "account", "signatures", "state", "site", "region", "china", "international", "sign_id",
     "1", "sign_name", "sign_type", "company", "app", "acme", "document_type", "true", "~", "&a", "*a", "!x", "<<"]
)  # fmt: skip


GLUE = st.sampled_from(
    [":", ": ", ":\n  ", "\n", "\n    ", "- ", "{", "}", "[", "]", ", ", "? ", "'", '"', "---\n", "#"]
)


@given(st.lists(st.one_of(WORDS, GLUE, st.text(max_size=3))).map("".join))
def test_no_text_makes_it_raise_and_twice_is_told_the_same(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "fuzz.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    first = load_definitions(["fuzz.yaml"], cwd=folder).diagnostics
    assert first == load_definitions(["fuzz.yaml"], cwd=folder).diagnostics
    assert [found.location[1:] for found in first] == sorted(found.location[1:] for found in first)
    repr(first).encode("utf-8")


@given(st.binary())
def test_no_bytes_make_it_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "fuzz.yaml").write_bytes(data)
    assert not load_definitions(["fuzz.yaml"], cwd=folder).valid


@given(st.lists(st.text(), max_size=3))
def test_no_path_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, paths: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "empty"
    folder.mkdir(exist_ok=True)
    assert not load_definitions([path.lstrip("/~.") or "x" for path in paths], cwd=folder).signatures
