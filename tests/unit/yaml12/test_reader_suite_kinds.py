"""The kinds of documents that the public yaml-test-suite has, and what is said of each. One small document a kind.

Three tables: what YAML allows and is read; what YAML allows and is refused on purpose, by its code; what is no YAML.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from reconciler.definitions.discover import SourceFile
from reconciler.definitions.source import DefinitionFile, read
from reconciler.yaml12.reader import build_tree

READ = {
    "tab-alone-on-a-blank-line": ("a: 1\n\t\nb: 2\n", {"a": 1, "b": 2}),
    "tab-and-spaces-on-a-blank-line": (" \t\na: 1\n  \t \nb: 2\n", {"a": 1, "b": 2}),
    "tab-before-a-comment-on-its-own-line": ("a:\n\t# x\n  b: 1\n\t \t# y\nc: 2\n", {"a": {"b": 1}, "c": 2}),
    "tab-before-a-comment-behind-a-dash": ("a:\n-\t# x\n  y\n", {"a": ["y"]}),
    "tab-before-a-comment-behind-a-literal": ("a: |\n  x\n\t# y\nb: 1\n", {"a": "x\n", "b": 1}),
    "tab-before-a-comment-in-brackets": ("a: [\n\t# x\n  y]\n", {"a": ["y"]}),
    "comment-at-the-margin-in-brackets": ("a: [x,\n# y\n  z]\n", {"a": ["x", "z"]}),
    "tab-behind-a-header-with-indicators": ("a: |2-\t# x\n   y\nb: >+\t\n  z\n\n", {"a": " y", "b": "z\n\n"}),
    "tab-before-a-comment-behind-a-header": ("a: |\t# x\n  y\n", {"a": "y\n"}),
    "tab-leading-in-a-literal": ("a: |-\n \tx\n", {"a": "\tx"}),
    "tab-in-a-nested-literal": ("m:\n  a: |\n    x\n    \ty\n", {"m": {"a": "x\n\ty\n"}}),
    "tab-alone-in-a-literal": ("a: |\n \t\nb: 1\n", {"a": "\t\n", "b": 1}),
    "tab-after-a-colon": ("a:\tx\n", {"a": "x"}),
    "tab-after-a-dash": ("a:\n-\tx\n", {"a": ["x"]}),
    "tab-after-a-dash-before-a-number": ("a:\n-\t-1\n", {"a": [-1]}),
    "tab-behind-indentation": ("a:\n \tx\n", {"a": "x"}),
    "tab-before-a-comment": ("a: x\t# y\n", {"a": "x"}),
    "tab-in-a-quoted-continuation": ('a: "x\n \ty"\n', {"a": "x y"}),
    "quoted-over-two-lines": ('a: "x\n  y"\n', {"a": "x y"}),
    "plain-over-two-lines": ("a: x\n  y\n", {"a": "x y"}),
    "brackets-over-lines": ("a: [x,\n  y\n  ]\n", {"a": ["x", "y"]}),
    "question-mark-within-a-word": ("a: x?y\nb: z?\n", {"a": "x?y", "b": "z?"}),
    "tabs-in-brackets-at-the-top": ('{\n\t"a": [\n\t\t1,\n\t"x\n\ty"]\n\t}\n', {"a": [1, "x y"]}),
    "tabs-in-brackets-behind-a-comment": ("%YAML 1.2\n---\n# x\n{\n\ta: 1}\n", {"a": 1}),
    "more-tabs-in-json-than-are-set-right-one-by-one": ('{"a": [' + "\n\t1," * 300 + "\n]}\n", {"a": [1] * 300}),
    "brackets-at-the-top": ('{"a": [\n1\n]\n}\n', {"a": [1]}),
    "folded": ("a: >-\n  x\n  y\n", {"a": "x y"}),
    "literal-with-indicator": ("a: |2-\n   x\n", {"a": " x"}),
    "blank-lines-before-a-literal": ("a: |-\n\n  x\n", {"a": "\nx"}),
    "hash-within-a-word": ("a: x#y\n", {"a": "x#y"}),
    "hash-in-quotes-in-brackets": ('a: ["x,#y"] # ,#\n', {"a": ["x,#y"]}),
    "colon-within-a-word": ("a: http://x:1/y\n", {"a": "http://x:1/y"}),
    "document-start": ("---\na: 1\n", {"a": 1}),
    "document-end": ("a: 1\n...\n", {"a": 1}),
    "directive-of-1.2": ("%YAML 1.2\n---\na: 1\n", {"a": 1}),
    "anchor-of-a-value": ("a: &x 1\nb: *x\n", {"a": 1, "b": 1}),
    "text-tag": ("a: !!str 1\n", {"a": "1"}),
    "explicit-key": ("? a\n: 1\n", {"a": 1}),
    "sequence-at-the-keys-column": ("a:\n- x\n- y\n", {"a": ["x", "y"]}),
    "compact-sequence-of-mappings": ("a:\n- b: 1\n  c: 2\n", {"a": [{"b": 1, "c": 2}]}),
    "escapes": ('a: "\\x41\\u0042\\n"\n', {"a": "AB\n"}),
    "single-quotes": ("a: 'it''s'\n", {"a": "it's"}),
    "byte-order-and-crlf": ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    "old-mac-line-ends": ("a: 1\rb: 2\r", {"a": 1, "b": 2}),
    "comment-lines": ("# x\na: 1 # y\n# z\n", {"a": 1}),
}

ON_PURPOSE = {
    "empty-key": (": a\n", "yaml-unsupported"),
    "empty-key-in-a-list": ("a:\n- : x\n", "yaml-unsupported"),
    "empty-key-in-braces": ("a: {: x}\n", "yaml-unsupported"),
    "empty-key-in-brackets": ("a: [: x]\n", "yaml-unsupported"),
    "colon-on-the-line-after-the-key": ('{"a"\n: 1}\n', "yaml-unsupported"),
    "key-over-two-lines-in-braces": ("a: { x\n  y: 1}\n", "yaml-unsupported"),
    "value-that-begins-with-a-colon": ("a: {x: :x}\n", "yaml-unsupported"),
    "directive-of-1.2-behind-a-tab": ("%YAML\t1.2\n---\na: 1\n", "yaml-directive"),
    "comment-glued-to-a-directive": ("%YAML 1.2#x\n---\na: 1\n", "yaml-directive"),
    "anchor-with-a-colon": ("&a: a: 1\n", "yaml-unsupported"),
    "anchor-of-other-characters": ("a: &\U0001f600 1\n", "yaml-unsupported"),
    "alias-of-other-characters": ('a: &x 1\nb: *x"\n', "yaml-unsupported"),
    "document-end-alone": ("...\n", "yaml-unsupported"),
    "block-text-as-the-document": ("--- |\nline\nline\n", "yaml-unsupported"),
    "bare-document-behind-an-end": ("a: 1\n...\nb: 2\n", "yaml-several-documents"),
    "two-documents": ("a: 1\n---\nb: 2\n", "yaml-several-documents"),
    "reserved-directive": ("%FOO bar\n---\na: 1\n", "yaml-directive"),
    "directive-of-1.1": ("%YAML 1.1\n---\na: 1\n", "yaml-directive"),
    "directive-of-1.3": ("%YAML 1.3\n---\na: 1\n", "yaml-directive"),
    "tag-directive": ("%TAG ! tag:x,1:\n---\na: 1\n", "yaml-directive"),
    "tag": ("a: !x 1\n", "yaml-tag"),
    "tag-of-a-mapping": ("a: !!map {b: 1}\n", "yaml-tag"),
    "mapping-as-key": ("? {a: 1}\n: b\n", "yaml-complex-key"),
    "list-as-key": ("? [a]\n: b\n", "yaml-complex-key"),
    "alias-as-key": ("a: &x y\n*x : 1\n", "yaml-alias"),
    "alias-of-a-mapping": ("a: &x {b: 1}\nc: *x\n", "yaml-alias"),
    "merge-key": ("a: {b: 1}\n<<: 1\n", "yaml-merge-key"),
    "list-at-the-top": ("- a\n", "top-level"),
    "text-at-the-top": ("a\n", "top-level"),
}

# Valid, and read by libyaml, but not where PyYAML has only its own parser.
NOT_BY_THE_PURE_PARSER = {
    "question-mark-within-a-word-in-brackets": ("a: [x?y]\n", {"a": ["x?y"]}),
    "question-mark-behind-a-word-in-brackets": ("a: [b, x?]\n", {"a": ["b", "x?"]}),
    "question-mark-alone-in-brackets": ("a: [x ? y]\n", {"a": ["x ? y"]}),
    "question-mark-behind-a-value-in-braces": ("a: {k: v? }\n", {"a": {"k": "v?"}}),
    "question-mark-behind-a-key-in-braces": ("a: {k?: v}\n", {"a": {"k?": "v"}}),
    "tag-before-a-comma": ("a: {x: !!str, y: 1}\n", {"a": {"x": "", "y": 1}}),
    "tag-before-a-comma-on-the-line-before": ("{\n  a: !!str,\n  b: 1,\n}\n", {"a": "", "b": 1}),
}

# Valid, and read by PyYAML's own parser, but not by libyaml.
NOT_BY_LIBYAML = {
    "key-without-a-value-before-a-comma": ("a: {x:, y: 1}\n", {"a": {"x": None, "y": 1}}),
    "key-without-a-value-before-a-brace": ("a: {x: 1, y z:}\n", {"a": {"x": 1, "y z": None}}),
    "key-without-a-value-before-a-bracket": ("a: [x:]\n", {"a": [{"x": None}]}),
}

NO_YAML = {
    "comment-glued-to-double-quotes": 'a: "x"#y\n',
    "comment-glued-to-single-quotes": "a: 'x'#y\n",
    "comment-glued-to-a-bracket": "a: [x]#y\n",
    "comment-glued-to-a-brace": "a: {b: 1}#y\n",
    "comment-glued-to-a-comma": "a: [x,#y\n  z]\n",
    "comment-glued-to-a-literal": "a: |#y\n  x\n",
    "comment-glued-to-a-folded": "a: >-#y\n  x\n",
    "brackets-not-indented": "a: [x,\ny]\n",
    "closing-bracket-not-indented": "a: [\n  x\n]\n",
    "braces-not-indented-in-a-nested-mapping": "m:\n  a: {x: 1,\n  y: 2}\n",
    "double-quotes-not-indented": 'a: "x\ny"\n',
    "single-quotes-not-indented": "a: 'x\ny'\n",
    "quotes-continued-by-a-tab": 'a: "x\n\ty"\n',
    "brackets-continued-by-a-tab": "a:\n- [\n\tx\n ]\n",
    "dash-in-brackets": "a: [-]\n",
    "dashes-in-brackets": "a: [-, -]\n",
    "blank-line-with-more-spaces-than-the-literal": "a: |\n    \n  x\n",
    "tab-as-indentation": "a:\n\tb: 1\n",
    "tab-between-dashes": "a:\n-\t- x\n",
    "tab-before-a-key-behind-a-dash": "a:\n-\tb: 1\n",
    "tab-before-a-hash-where-a-literal-begins": "a: |\n\t# x\n  y\n",
    "tab-before-a-hash-in-quotes": "a: 'x\n\t# y'\nb:\n\t# z\n",
    "tab-at-the-start-of-a-literal": "a: |\n\tx\n",
    "tab-alone-where-a-literal-begins": "a: |\n\t\nb: 1\n",
    "unclosed-bracket": "a: [x\n",
    "unclosed-bracket-with-a-question-mark": "a: [x?\n",
    "exclamation-mark-before-a-comma": 'a: {x: "hi!, y", z w: v\n',
    "tab-before-a-key-below-text": "one\n\ttwo: 1\n",
    "unclosed-brace": "a: {x: 1\nb: 2\n",
    "unclosed-quotes": 'a: "x\n',
    "two-values": "a: b: c\n",
    "key-indented-less": "  a: 1\n b: 2\n",
    "text-behind-quotes": 'a: "x" y\n',
    "unknown-escape": 'a: "\\q"\n',
    "reserved-character": "a: @x\n",
    "anchor-without-value-between-keys": "a: &x &y 1\n",
    "unknown-alias": "a: *x\n",
}


def told(text: str, *, pure: bool = False) -> tuple[object, set[str]]:
    if pure:
        tree = build_tree(text, pure=True)
        return tree.data, {problem.code for problem in tree.problems}
    found = read(SourceFile(Path("x.yaml"), "x.yaml"), text)
    if isinstance(found, DefinitionFile):
        return found.data, {problem.code for problem in found.problems}
    return None, {problem.code for problem in found}


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="how libyaml reads; the parser without it differs")
@pytest.mark.parametrize("kind", READ)
def test_what_yaml_allows_is_read(kind: str) -> None:
    text, data = READ[kind]
    assert told(text) == (data, set())


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="how libyaml reads; the parser without it differs")
@pytest.mark.parametrize("kind", NOT_BY_THE_PURE_PARSER)
def test_what_the_parser_without_libyaml_cannot_read_is_called_unsupported(kind: str) -> None:
    text, data = NOT_BY_THE_PURE_PARSER[kind]
    assert told(text) == (data, set())
    codes = told(text, pure=True)[1]
    assert "yaml-unsupported" in codes
    assert codes <= {"yaml-unsupported", "yaml-tag"}  # the comma counts as a part of the tag


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="how libyaml reads; the parser without it differs")
@pytest.mark.parametrize("kind", NOT_BY_LIBYAML)
def test_what_libyaml_cannot_read_is_called_unsupported(kind: str) -> None:
    text, data = NOT_BY_LIBYAML[kind]
    assert told(text)[1] == {"yaml-unsupported"}
    assert told(text, pure=True) == (data, set())


@pytest.mark.parametrize("kind", READ)
def test_what_yaml_allows_is_read_without_libyaml_too(kind: str) -> None:
    text, data = READ[kind]
    assert told(text, pure=True) == (data, set())


def test_a_text_with_tabs_is_no_mapping_and_nothing_worse() -> None:
    for pure in (False, True):
        assert told("one\n\ttwo\n", pure=pure) == ("one two", set()) if pure else (None, {"top-level"})


@pytest.mark.parametrize("kind", ON_PURPOSE)
def test_what_is_refused_on_purpose_is_no_syntax_error(kind: str) -> None:
    text, code = ON_PURPOSE[kind]
    _, codes = told(text)
    assert code in codes
    assert "yaml-syntax" not in codes


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("kind", NO_YAML)
def test_what_is_no_yaml_does_not_pass(kind: str, *, pure: bool) -> None:
    assert told(NO_YAML[kind], pure=pure)[1]
