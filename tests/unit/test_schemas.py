from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler import schemas
from reconciler.schemas import read_edition, read_schema, schema_names


def test_every_schema_can_be_asked_for_by_its_name() -> None:
    assert {"signatures", "diagnostics", "edition"} <= set(schema_names())
    assert schema_names() == tuple(sorted(schema_names()))
    for name in schema_names():
        assert json.loads(read_schema(name))["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", ["", "nothing", "../pyproject", "editions/china", "signatures.schema.json"])
def test_a_name_that_is_none_leads_to_no_file(name: str) -> None:
    with pytest.raises(KeyError):
        read_schema(name)


def test_an_edition_is_read_by_its_site() -> None:
    assert json.loads(read_edition("china"))["site"] == "china"


def test_the_schemas_of_a_wheel_go_before_those_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "own.schema.json").write_text("{}")
    monkeypatch.setattr(schemas, "__file__", str(tmp_path / "schema_files.py"))
    assert schema_names() == ("own",)


def test_a_document_that_obeys_its_schema_has_no_mismatch() -> None:
    document = json.loads('{"version": 1, "uin": "1", "region": "a", "sandbox": true, "signatures": []}')
    assert schemas.is_valid("state", document)
    assert schemas.first_mismatch("state", document) is None


@pytest.mark.parametrize(
    ("document", "path", "text"),
    [
        ({"version": 1, "uin": "1", "region": "a", "sandbox": True}, "", '"signatures" is a required property'),
        (
            {"version": 1, "uin": "1", "region": "a", "sandbox": True, "signatures": [{"sign_id": 0}]},
            "signatures[0].sign_id",
            "the value is less than the minimum of 1",
        ),
        (
            {"version": 1, "uin": "secret", "region": "a", "sandbox": True, "signatures": []},
            "uin",
            'the value does not match "^[0-9]{1,32}$"',
        ),
        (["secret"], "", 'the value is not of type "object"'),
    ],
)
def test_the_first_mismatch_is_named_by_its_place_and_repeats_no_value(document: object, path: str, text: str) -> None:
    assert not schemas.is_valid("state", document)
    assert schemas.first_mismatch("state", document) == schemas.Mismatch(path, text)


def test_a_mismatch_stays_short_whatever_a_stranger_wrote() -> None:
    found = schemas.first_mismatch("state", {"x" * 100_000: 1})
    assert found is not None
    assert len(found.text) < 300


def test_a_validator_is_compiled_once() -> None:
    assert schemas.validator("state") is schemas.validator("state")


def test_there_is_no_validator_of_an_unknown_name() -> None:
    with pytest.raises(KeyError):
        schemas.validator("../pyproject")
