from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.contract.api import DOCUMENT_TYPES, SIGN_TYPES
from reconciler.definitions.load import Definitions
from reconciler.definitions.site_rules import series_of, site_rules_of
from reconciler.schemas import read_edition, read_schema

pytestmark = pytest.mark.usefixtures("sound_images")


# The reference page of ModifySmsSign, input parameter SignType, in the vendor's numbers.
REFERENCE = {
    0: {0, 1},
    1: {0, 1, 2, 3, 4},
    2: {0, 1, 2, 3, 5},
    3: {0, 1, 2, 3, 8},
    4: {7},
    5: {2, 3},
    6: {0, 1, 2, 3, 6},
}


CHINA_GLOBAL = {0: {0, 1}, 1: {0, 1, 2, 3, 4}, 4: {7}, 5: {2, 3}}


CHINA_MAINLAND = {0: {0, 1}, 4: {7}, 5: {2, 3}}


TABLES = {
    ("international", False): REFERENCE,
    ("international", True): REFERENCE,
    ("china", False): CHINA_MAINLAND,
    ("china", True): CHINA_GLOBAL,
}


PAIRS = list(product(SIGN_TYPES, DOCUMENT_TYPES))


def text(site: str, international: bool, sign_type: str, document_type: str) -> str:
    return (
        f"version: 1\naccount: {{site: {site}, region: ap-singapore}}\nsignatures:\n"
        f"  acme: {{sign_id: 1110, sign_name: Acme, sign_type: {sign_type}, document_type: {document_type}, "
        f"international: {str(international).lower()}, sign_purpose: self, proof_image: license.png}}\n"
    )


def test_there_are_63_pairs() -> None:
    assert len(PAIRS) == 63


@pytest.mark.parametrize(("site", "international"), TABLES)
@pytest.mark.parametrize(("sign_type", "document_type"), PAIRS)
def test_exactly_the_pairs_of_the_vendors_table_are_accepted(
    site: str, international: bool, sign_type: str, document_type: str, load_text: Callable[[str], Definitions]
) -> None:
    allowed = TABLES[site, international].get(SIGN_TYPES[sign_type], set())
    found = load_text(text(site, international, sign_type, document_type))
    assert found.valid == (DOCUMENT_TYPES[document_type] in allowed)
    assert len(found.signatures) == found.valid


@pytest.mark.parametrize(("site", "international"), TABLES)
def test_the_edition_file_holds_the_same_table_as_the_schema(site: str, international: bool) -> None:
    pairs = site_rules_of(site).pairs[series_of(international)]
    as_numbers = {SIGN_TYPES[sign]: {DOCUMENT_TYPES[name] for name in names} for sign, names in pairs.items()}
    assert as_numbers == TABLES[site, international]


SCHEMA = json.loads(read_schema("signatures"))


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping below a schema, itself included."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(part)


@pytest.mark.parametrize("site", ["international", "china"])
def test_the_editions_follow_their_schema(site: str) -> None:
    Draft202012Validator(json.loads(read_schema("edition"))).validate(json.loads(read_edition(site)))
    assert site_rules_of(site).site == site


def test_withdrawn_words_are_the_same_in_schema_and_edition() -> None:
    withdrawn = {word for entry in site_rules_of("china").withdrawn for word in entry.words}
    on_china = SCHEMA["$defs"]["on-china"]
    lists = [(set(part["enum"]), part) for part in parts(on_china) if part.get("x-rule") == "withdrawn-type"]
    words = [set(SIGN_TYPES) if "company" in taken else set(DOCUMENT_TYPES) for taken, _ in lists]
    assert withdrawn == set().union(*(known - taken for known, (taken, _) in zip(words, lists, strict=True)))
    assert not site_rules_of("international").withdrawn
