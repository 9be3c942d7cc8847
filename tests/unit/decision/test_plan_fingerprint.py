"""The fingerprint holds as long as apply would send just the same, and no longer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.decision.plan import _value_digest, document_digest, field_digests, fingerprint, operations_of
from reconciler.model.plan import WRITES, Planned, Target, Verdict
from reconciler.model.signature import FIELD_NAMES, NEW, Image, SignFields
from tests.fixtures.strategies import sign_fields, texts
from tests.fixtures.values import ACME, PENDING, REJECTED, TARGET, desired, image, planned, row

OTHER: Mapping[str, Any] = {
    "sign_name": "Acme Bank",
    "sign_type": "app",
    "document_type": "three-in-one",
    "international": True,
    "sign_purpose": "self",
    "proof_image": image("c"),
    "commission_image": None,
    "remark": "",
    "qualification_id": 7,
}


def write(fields: SignFields = ACME, status_code: int = PENDING, **differing: Any) -> Planned:
    wanted = planned(Verdict.MODIFY, row(status_code))
    return wanted._replace(desired=desired(fields)._replace(**differing))


def printed(*signatures: Planned, target: Target = TARGET) -> str:
    return fingerprint(target, signatures)


def test_every_field_has_another_value_here() -> None:
    assert set(OTHER) == set(FIELD_NAMES)


@pytest.mark.parametrize("order", [("international", "qualification_id"), ("qualification_id", "international")])
def test_true_and_one_are_different_values_whichever_comes_first(order: tuple[str, str]) -> None:
    alike: Mapping[str, Any] = {"international": True, "qualification_id": 1}
    _value_digest.cache_clear()
    digests = {name: field_digests(ACME._replace(**{name: alike[name]}))[name] for name in order}
    assert digests == {name: f"sha256:{hashlib.sha256(json.dumps(alike[name]).encode()).hexdigest()}" for name in order}


@pytest.mark.parametrize("value", ["Acme", True, 7, None])
def test_a_value_of_a_document_has_the_digest_of_the_field_itself(value: str | bool | int | None) -> None:
    assert document_digest(value) == _value_digest(value)


def test_an_image_of_a_document_has_the_digest_of_its_bytes_alone() -> None:
    proof = image("c")
    in_document = {"file": "other.png", "sha256": proof.sha256, "bytes": 1}
    assert document_digest(in_document) == _value_digest(proof) != document_digest({**in_document, "sha256": "0" * 64})


@pytest.mark.parametrize("field", FIELD_NAMES)
def test_a_changed_field_changes_the_fingerprint(field: str) -> None:
    assert printed(write(ACME._replace(**{field: OTHER[field]}))) != printed(write())


@given(sign_fields, sign_fields)
def test_two_submissions_have_one_fingerprint_only_if_they_are_equal(one: SignFields, other: SignFields) -> None:
    assert (printed(write(one)) == printed(write(other))) is (one == other)


def test_account_region_status_and_id_are_part_of_it() -> None:
    other_region = TARGET._replace(account=TARGET.account._replace(region="ap-guangzhou"))
    prints = {
        printed(write()),
        printed(write(status_code=REJECTED)),
        printed(write(sign_id=1111)),
        printed(write(), target=TARGET._replace(uin="100000000002")),
        printed(write(), target=other_region),
        printed(),
        printed(write(), write(sign_id=1111)),
    }
    assert len(prints) == 7


@given(texts, texts, texts)
def test_wording_place_and_key_are_no_part_of_it(reason: str, key: str, file: str) -> None:
    plain = write()
    said = plain._replace(decision=plain.decision._replace(params={"reason": reason}))
    moved = said._replace(desired=said.desired._replace(key=key, folder=file))
    assert printed(moved) == printed(plain)


@given(texts, st.integers(0, 9999))
def test_an_image_counts_by_its_bytes_and_not_by_its_name(file: str, number: int) -> None:
    named = Image("a" * 64, file, number, number, number, "JPEG")
    assert printed(write(ACME._replace(proof_image=named))) == printed(write())


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict not in WRITES])
def test_what_is_not_sent_is_no_part_of_it(verdict: Verdict) -> None:
    assert printed(write(), planned(verdict, row(), sign_id=1111)) == printed(write())


@given(st.permutations([1, 2, 3, 10, 20]))
def test_order_is_no_part_of_it(ids: list[int]) -> None:
    in_order = [write(sign_id=sign_id) for sign_id in sorted(ids)]
    assert printed(*(write(sign_id=sign_id) for sign_id in ids)) == printed(*in_order)


def digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def test_a_fingerprint_is_made_as_the_saved_plans_of_earlier_releases_have_it() -> None:
    values = ACME._asdict() | {"proof_image": {"sha256": "a" * 64}, "commission_image": {"sha256": "b" * 64}}
    fields = {name: digest(value) for name, value in values.items()}
    modify = {"verdict": "modify", "sign_id": 1110, "status": "pending", "fields": fields}
    create = {"verdict": "create", "sign_id": None, "status": "missing", "fields": fields}
    new = planned(Verdict.CREATE, sign_id=NEW)
    assert operations_of([write(), new]) == [modify, create]
    document = {"uin": "100000000001", "region": "ap-singapore"}
    assert printed(write()) == digest(document | {"operations": [modify]})
    assert printed(new) == digest(document | {"operations": [create]})


@given(st.permutations(["Acme", "Borealis", "Carina"]), st.booleans())
def test_the_order_of_what_is_created_is_no_part_of_it(names: list[str], international: bool) -> None:
    def creating(name: str) -> Planned:
        fields = ACME._replace(sign_name=name, international=international)
        return planned(Verdict.CREATE, sign_id=NEW)._replace(desired=desired(fields, name, NEW))

    in_order = [creating(name) for name in sorted(names)]
    assert printed(*(creating(name) for name in names)) == printed(*in_order)


def test_an_operation_holds_digests_instead_of_values() -> None:
    (operation,) = operations_of([write(), planned(Verdict.WAITING, row())])
    assert operation.keys() == {"verdict", "sign_id", "status", "fields"}
    digests = field_digests(ACME)
    assert operation["fields"] == digests
    assert all(len(digest) == len("sha256:") + 64 for digest in digests.values())
    assert digests["international"] != field_digests(ACME._replace(qualification_id=0))["qualification_id"]
