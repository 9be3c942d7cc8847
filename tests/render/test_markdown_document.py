from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import Refusal
from reconciler.model.plan import Verdict
from reconciler.render import document
from reconciler.render.document import document_from, error_json, parse_document, plan_json
from reconciler.render.markdown import markdown
from tests.render.documents import everything, plan, result, signature
from tests.support import values

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside a document."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, child in children:
        yield (*path, name)
        yield from places(child, (*path, name))


def replaced(document: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    target: Any = changed
    for name in path[:-1]:
        target = target[name]
    target[path[-1]] = value
    return changed


WHOLE = plan(signature() | result(), error={"code": "a", "message": "b", "hint": "c"})


def test_what_the_commands_print_can_be_read() -> None:
    shown = parse_document(plan_json(values.plan([values.planned(), values.planned(Verdict.REFUSED)])).encode())
    assert shown.verdicts == {Verdict.MODIFY: 1, Verdict.REFUSED: 1}
    assert shown.place is not None
    assert shown.place.uin == "100000000001"
    error = parse_document(error_json(5, "no keys", "set them").encode()).error
    assert error is not None
    assert error.code == "5"


def test_counts_of_the_document_itself_are_not_believed() -> None:
    shown = document_from(plan(signature("refused"), summary={"refused": 0, "modify": 99}))
    assert shown.verdicts == {Verdict.REFUSED: 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"\xff\xfe\xff", "is not JSON"),
        (b"9" * 5000, "is not JSON"),
        (b"[]", "document is not an object"),
        (b"{}", "document lacks version"),
        (b'{"version": 2}', "document is not of version 1"),
        (b'{"version": true}', "document.version is not a whole number"),
        (b'{"version": 1, "signatures": {}}', "document.signatures is not a list"),
        (b'{"version": 1, "notes": [1]}', r"document.notes\[0\] is not text"),
    ],
)
def test_another_document_is_refused_with_the_place(content: bytes, told: str) -> None:
    with pytest.raises(Refusal, match=told):
        parse_document(content)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("key", "a b", "is not a key"),
        ("key", "a\n", "is not a key"),
        ("sign_id", 2**63, "is not a whole number"),
        ("sign_id", 1.0, "is not a whole number"),
        ("verdict", "perhaps", "is none of modify, in-sync"),
        ("in_place", 1, "is not true or false"),
        ("changes", [{"field": "a", "old": [], "new": 1}], "is no value"),
        ("changes", [{"field": "a", "old": 1}], "lacks new"),
        ("location", {"file": "a", "line": "1", "column": 1}, "is not a whole number"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_not_repeated(name: str, value: object, told: str) -> None:
    with pytest.raises(Refusal, match=told) as caught:
        document_from(plan(signature() | {name: value}))
    assert "perhaps" not in caught.value.message


@given(st.sampled_from(list(places(WHOLE))), json_values)
def test_whatever_a_stranger_writes_is_shown_or_refused(path: tuple[Any, ...], value: object) -> None:
    content = json.dumps(replaced(WHOLE, path, value)).encode()
    with contextlib.suppress(Refusal):
        assert markdown(parse_document(content))


def test_every_kind_of_value_and_document_is_read() -> None:
    changes = [{"field": "a", "old": value, "new": None} for value in (None, True, 3, "text")]
    read = document_from(plan(signature(changes=changes))).signatures[0].changes
    assert [change.old for change in read] == [None, True, 3, "text"]
    assert all(markdown(document_from(document)) for document in everything("x"))


def test_a_document_that_is_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 100)
    with pytest.raises(Refusal, match="larger than"):
        parse_document(b'{"version": 1}' + b" " * 100)
