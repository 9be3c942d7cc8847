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
from reconciler.render.document import load_document, outcome_counts, verdict_counts
from reconciler.render.fleet_github import shown_markdown
from reconciler.render.markdown import markdown
from reconciler.render.serialize import failure_document, plan_document, to_json
from tests.fixtures import values
from tests.fixtures.documents import VERDICTS, everything, plan, result, signature

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


def loaded(document: object) -> Any:
    return load_document(json.dumps(document).encode())


def test_what_the_commands_print_can_be_read() -> None:
    printed = plan_document(values.plan([values.planned(), values.planned(Verdict.REFUSED)]))
    assert load_document(to_json(printed).encode()) == printed
    failure = failure_document(5, "no keys", "set them")
    assert load_document(to_json(failure).encode()) == failure


def test_counts_of_the_document_itself_are_not_believed() -> None:
    plan_of_one = loaded(plan(signature("refused"), summary=dict.fromkeys(VERDICTS, 99)))
    assert verdict_counts(plan_of_one) == {Verdict.REFUSED: 1}
    assert not outcome_counts(plan_of_one)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[" * 400 + b"]" * 400, "is not JSON|breaks the error schema"),
        (b"\xff\xfe\xff", "is not JSON"),
        (b"9" * 5000, "is not JSON"),
        (b'{"version": NaN}', "is not JSON"),
        (b'{"version": 1, "\\ud800": 1}', "is not JSON"),
        (b"[]", "breaks the error schema at `/`"),
        (b"{}", 'the error schema at `/`: "version" is a required property'),
        (b'{"version": 2, "error": {"code": 1, "message": "a", "hint": ""}}', "the error schema at `version`"),
        (b'{"version": 1, "valid": 1, "diagnostics": []}', "the diagnostics schema at `valid`"),
        (b'{"version": true, "valid": true, "diagnostics": []}', "the diagnostics schema at `version`"),
    ],
)
def test_another_document_is_refused_with_the_place(content: bytes, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        load_document(content)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("key", "a b", r"`signatures\[0\].key`"),
        ("key", "a\n", r"`signatures\[0\].key`"),
        ("sign_id", 2**63, r"`signatures\[0\].sign_id`"),
        ("sign_id", 1.0, "is not JSON that this tool prints"),
        ("verdict", "perhaps", r"`signatures\[0\].verdict`"),
        ("in_place", 1, r"signatures\[0\]"),
        ("changes", [{"field": "remark", "old": [], "new": 1}], r"`signatures\[0\].changes\[0\].old`"),
        ("changes", [{"field": "remark", "old": 2**63, "new": 1}], r"`signatures\[0\].changes\[0\].old`"),
        ("changes", [{"field": "remark", "old": 1}], '"new" is a required property'),
        ("location", {"file": "a", "line": "1", "column": 1}, r"`signatures\[0\].location.line`"),
        ("location", {"file": "a", "line": 2**63, "column": 1}, r"`signatures\[0\].location.line`"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_not_repeated(name: str, value: object, why: str) -> None:
    with pytest.raises(Refusal, match=why) as caught:
        loaded(plan(signature() | {name: value}))
    assert "perhaps" not in caught.value.message


@given(st.sampled_from(list(places(WHOLE))), json_values)
def test_whatever_a_stranger_writes_is_shown_or_refused(path: tuple[Any, ...], value: object) -> None:
    content = json.dumps(replaced(WHOLE, path, value)).encode()
    with contextlib.suppress(Refusal):
        assert shown_markdown(load_document(content))


def test_every_kind_of_value_and_document_is_read() -> None:
    changes = [{"field": "remark", "old": value, "new": None} for value in (None, True, 3, "text")]
    document = plan(signature(changes=changes))
    assert loaded(document) == document
    for document in everything("x"):
        assert loaded(document) == document
        assert markdown(loaded(document))


def test_a_document_that_is_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 100)
    with pytest.raises(Refusal, match="larger than"):
        load_document(b'{"version": 1}' + b" " * 100)
