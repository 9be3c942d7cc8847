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
