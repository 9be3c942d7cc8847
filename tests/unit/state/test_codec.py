from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.model.signature import FIELD_NAMES, Image
from reconciler.model.state import Entry, State
from reconciler.state import codec
from reconciler.state.codec import Lines, Malformed, dump, entry_object, parse
from tests.fixtures import state_values as values

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "state.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FULL = State(
    values.UIN,
    values.REGION,
    {1111: values.intended(), 1110: values.submitted("品牌")},
    values.COMMIT,
    12.25,
    serial=7,
)


def problem(data: bytes) -> str:
    with pytest.raises(StateError) as caught:
        parse(data, source="record.json")
    assert caught.value.message.startswith("record.json: ")
    assert caught.value.hint
    return caught.value.message


def parsed(data: bytes) -> State | None:
    try:
        return parse(data, source="x")
    except StateError:
        return None


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    found = json.loads(dump(FULL))
    change(found)
    return json.dumps(found).encode()


@given(values.states)
def test_a_state_is_read_back_as_it_was_written(state: State) -> None:
    assert parse(dump(state), source="x") == state


@given(values.states)
def test_what_is_written_is_what_the_schema_describes(state: State) -> None:
    VALIDATOR.validate(json.loads(dump(state)))


def test_what_images_are_called_and_measure_is_kept_too() -> None:
    found = parse(dump(FULL), source="x").entries[1110].submitted
    assert found is not None
    proof = found.fields.proof_image
    assert (proof.file, proof.bytes, proof.width, proof.height, proof.format) == (
        "evidence/license.png",
        1234,
        40,
        30,
        "PNG",
    )


def test_the_document_names_every_field_of_the_model() -> None:
    assert set(SCHEMA["$defs"]["fields"]["properties"]) == set(FIELD_NAMES)
    assert set(SCHEMA["$defs"]["image"]["properties"]) == set(Image.__slots__)
    assert set(SCHEMA["$defs"]["row"]["properties"]) == set(values.row()._fields)


def test_one_signature_takes_one_line_in_the_order_of_the_ids() -> None:
    lines = dump(FULL).decode().splitlines()
    assert [line.strip()[:15] for line in lines if "sign_type" in line] == ['{"sign_id": 111'] * 2
    assert [json.loads(line.strip().rstrip(","))["sign_id"] for line in lines if "sign_type" in line] == [1110, 1111]
    assert "品牌" in dump(FULL).decode()


def test_an_entry_of_which_nothing_is_known_is_not_written() -> None:
    assert parse(dump(FULL._replace(entries={5: Entry()})), source="x").entries == {}


def test_an_entry_that_tells_nothing_is_read_as_none() -> None:
    document = b'{"version": 1, "uin": "1", "region": "ap-x", "sandbox": false, "signatures": [{"sign_id": 1110}]}'
    assert parse(document, source="x").entries == {}


def test_a_whole_number_written_with_a_fraction_of_nothing_is_that_number() -> None:
    data = dump(FULL).replace(b'"sign_id": 1110', b'"sign_id": 1110.0')
    found = parse(data, source="x")
    assert found == FULL
    assert {type(sign_id) for sign_id in found.entries} == {int}


def test_half_a_surrogate_pair_from_the_vendor_survives() -> None:
    state = values.state(s1110="bad \ud83d name")
    assert parse(dump(state), source="x") == state


def test_half_a_surrogate_pair_in_an_id_or_a_word_is_refused() -> None:
    assert "half of a surrogate pair" in problem(changed(lambda d: d.update(uin="\ud83d")))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1, column 1 is not JSON"),
        (b"{", "line 1, column 2 is not JSON"),
        (b"\xff\xfe{}", "byte 0 is not UTF-8"),
        (b"\xed\xa0\x80", "byte 0 is not UTF-8"),
        (b"\xef\xbb\xbf{}", "line 1, column 1 is not JSON"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b"9" * 5000, "it holds a number with too many digits"),
        (b"NaN", "NaN is not JSON"),
        (b"-Infinity", "-Infinity is not JSON"),
        (b'{"version": 1, "version": 1}', "an object holds the same field twice"),
        (b"[]", 'the value is not of type "object"'),
        (b"null", 'the value is not of type "object"'),
        (b"{}", '"version" is a required property'),
        (b'{"version": 3}', "the record is of version 3, this release knows"),
        (b'{"version": true}', "is a required property"),
    ],
)
def test_bytes_that_are_no_record_are_told_by_place(data: bytes, told: str) -> None:
    assert told in problem(data)


def _first(found: dict[str, Any]) -> Any:
    return found["signatures"][0]["submitted"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(extra=1), 'unknown fields: "extra"'),
        (lambda d: d.update({"x" * 999: 1}), f"{'x' * 100}"),
        (lambda d: d.update(uin=5), 'uin: the value is not of type "string"'),
        (lambda d: d.update(uin="../5"), "uin: the value does not match"),
        (lambda d: d.update(uin="５"), "uin: the value does not match"),  # noqa: RUF001  # a digit, but not one of an id
        (lambda d: d.update(region="a/b"), "region: the value does not match"),
        (lambda d: d.update(sandbox=0), 'sandbox: the value is not of type "boolean"'),
        (lambda d: d.update(commit="HEAD"), "commit: the value does not match"),
        (lambda d: d.update(commit=None), 'commit: the value is not of type "string"'),
        (lambda d: d.update(saved_at=True), 'saved_at: the value is not of type "number"'),
        (lambda d: d.update(saved_at=-1), "saved_at: the value is less than the minimum of 0"),
        (lambda d: d.update(saved_at=1e300), "saved_at: the value is greater than or equal to the maximum of"),
        (lambda d: d.update(serial=-1), "serial: the value is less than the minimum of 0"),
        (lambda d: d["signatures"][1]["perhaps"][0].update(run=""), "perhaps[0].run: the value is shorter than 1"),
        (lambda d: d["signatures"][1]["perhaps"][0].update(status="gone"), "perhaps[0].status"),
        (lambda d: d["signatures"][1].update(epoch=-1), "signatures[1].epoch: the value is less than the minimum of 0"),
        (lambda d: d.update(signatures={}), 'signatures: the value is not of type "array"'),
        (lambda d: d["signatures"].append(3), 'signatures[2]: the value is not of type "object"'),
        (lambda d: d["signatures"].append(d["signatures"][0]), "signatures[2] is the second one with sign_id 1110"),
        (
            lambda d: d["signatures"][0].update(sign_id=0),
            "[0].sign_id: the value is less than the minimum of 1",
        ),
        (lambda d: d["signatures"][0].update(sign_id=1.5), 'signatures[0].sign_id: the value is not of type "integer"'),
        (
            lambda d: d["signatures"][0].update(sign_id=2**63),
            "[0].sign_id: the value is greater than the maximum",
        ),
        (lambda d: d["signatures"][1]["perhaps"][0].pop("before"), 'perhaps[0]: "before" is a required property'),
        (lambda d: _first(d).update(adopted=1), 'signatures[0].submitted.adopted: the value is not of type "boolean"'),
        (
            lambda d: _first(d)["shown"].update(status_code=None),
            'submitted.shown.status_code: the value is not of type "integer"',
        ),
        (
            lambda d: _first(d)["before"].update(sign_name=1),
            'submitted.before.sign_name: the value is not of type "string"',
        ),
        (lambda d: _first(d)["fields"].update(sign_type="firm"), 'fields.sign_type: the value is not one of "company"'),
        (
            lambda d: _first(d)["fields"].update(proof_image=None),
            'fields.proof_image: the value is not of type "object"',
        ),
        (
            lambda d: _first(d)["fields"]["commission_image"].update(sha256="A" * 64),
            "fields.commission_image.sha256: the value does not match",
        ),
        (
            lambda d: _first(d)["fields"]["proof_image"].update(data="x"),
            'unknown fields: "data"',
        ),
    ],
)
def test_a_value_out_of_place_is_told_by_place(change: Callable[[dict[str, Any]], object], told: str) -> None:
    data = changed(change)
    assert told in problem(data)


@pytest.mark.parametrize("change", [lambda d: d["signatures"].append({"sign_id": 9}), lambda d: d.pop("serial")])
def test_what_is_not_known_may_be_left_out(change: Callable[[dict[str, Any]], object]) -> None:
    VALIDATOR.validate(json.loads(changed(change)))
    parse(changed(change), source="x")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_places = st.sampled_from(
    [
        ("uin",),
        ("region",),
        ("sandbox",),
        ("commit",),
        ("saved_at",),
        ("serial",),
        ("signatures",),
        ("signatures", 0),
        ("signatures", 0, "submitted"),
        ("signatures", 0, "submitted", "at"),
        ("signatures", 0, "submitted", "fields"),
        ("signatures", 0, "submitted", "fields", "proof_image"),
        ("signatures", 0, "submitted", "fields", "proof_image", "bytes"),
        ("signatures", 1, "epoch"),
        ("signatures", 1, "perhaps", 0),
        ("signatures", 1, "perhaps", 0, "before", "create_time"),
    ]
)


@given(_places, _json)
def test_any_value_at_any_place_gives_a_state_of_the_schema_or_a_state_error(
    place: tuple[Any, ...], value: object
) -> None:
    found = json.loads(dump(FULL))
    holder = found
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    state = parsed(json.dumps(found).encode())
    assert state is None or VALIDATOR.is_valid(found)
    assert state is None or parse(dump(state), source="x") == state


@given(st.binary())
def test_any_bytes_give_a_state_error(data: bytes) -> None:
    with pytest.raises(StateError):
        parse(data, source="x")


@given(st.integers(0, len(dump(FULL)) - 1), st.integers(0, 255))
def test_a_flipped_byte_never_escapes_as_another_error(at: int, byte: int) -> None:
    data = bytearray(dump(FULL))
    data[at] = byte
    state = parsed(bytes(data))
    assert state is None or parse(dump(state), source="x") == state


def test_a_document_past_the_bound_is_neither_read_nor_written(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dump(FULL)
    monkeypatch.setattr(codec, "MAX_BYTES", len(data) - 1)
    assert "larger than" in problem(data)
    with pytest.raises(StateError, match="larger than"):
        dump(FULL)
    monkeypatch.setattr(codec, "MAX_BYTES", len(data))
    assert parse(dump(FULL), source="x") == FULL


@pytest.mark.parametrize(
    "state",
    [
        FULL._replace(saved_at=math.nan),
        FULL._replace(saved_at=math.inf),
        FULL._replace(uin="x"),
        FULL._replace(entries={0: values.submitted()}),
        FULL._replace(commit="main"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(state: State) -> None:
    with pytest.raises(StateError, match="the record cannot be stored"):
        dump(state)


def test_ten_thousand_signatures_are_one_document() -> None:
    state = FULL._replace(entries=dict.fromkeys(range(1, 10_001), values.submitted()))
    data = dump(state)
    assert len(data) < codec.MAX_BYTES
    assert parse(data, source="x") == state


MANY = values.state(s1110="Acme", s1111="Other")._replace(
    entries={1110: values.submitted(), 1111: values.submitted("Other"), 1112: values.intended()}
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the ids whose lines were made, as they are made."""
    ids: list[int] = []

    def noted(sign_id: int, entry: Entry) -> Any:
        ids.append(sign_id)
        return entry_object(sign_id, entry)

    monkeypatch.setattr("reconciler.state.codec.entry_object", noted)
    return ids


def test_only_a_changed_entry_is_made_again_and_the_document_is_the_same_as_a_fresh_one(made: list[int]) -> None:
    remembered = Lines()
    dump(MANY, remembered)
    assert sorted(made) == sorted(MANY.entries)
    made.clear()
    changed = min(MANY.entries)
    entry = MANY.entries[changed]
    assert entry.submitted is not None
    newer = MANY._replace(entries={**MANY.entries, changed: entry._replace(submitted=entry.submitted._replace(at=9.5))})
    document = dump(newer, remembered)
    assert made == [changed]
    assert document == dump(newer)


def test_an_entry_that_was_taken_away_is_not_remembered(made: list[int]) -> None:
    remembered = Lines()
    remembered.of(MANY)
    assert remembered.of(MANY._replace(entries={})) == ([], [])
    made.clear()
    remembered.of(MANY)
    assert sorted(made) == sorted(MANY.entries)


def test_what_could_not_be_read_again_is_refused_each_time() -> None:
    entry = MANY.entries[min(MANY.entries)]
    assert entry.submitted is not None
    wrong = MANY._replace(entries={5: entry._replace(submitted=entry.submitted._replace(at=-1.0))})
    remembered = Lines()
    for _ in range(2):
        with pytest.raises(Malformed, match="the entry of 5"):
            remembered.of(wrong)
