"""Keeps the catalogues of other languages: ``python docs/catalogue.py [--check]`` adds new messages and compiles them.

The messages are found in the code: what is said, raised and shown in help, and the words of click, which speaks through
the same catalogue.
"""

from __future__ import annotations

import ast
import errno
import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parents[1]))

import reconciler
from reconciler.cli.languages import DOMAIN, LOCALES
from reconciler.cli.main import LazyGroup, cli
from reconciler.contract.api import QUALIFICATION_PROBLEMS, Status
from reconciler.contract.error_codes import CODES, PLAIN_CODES, UNKNOWN_CODE
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.definitions.site_rules import SITES, site_rules_of
from reconciler.diagnostics import Severity
from reconciler.errors import ReconcilerError
from reconciler.model.plan import Verdict
from reconciler.model.report import CheckResult, Outcome
from reconciler.text import LANGUAGES

TOP: Final = Path(__file__).parents[1]
_HEADER: Final = (
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)
_PLACEHOLDER: Final = re.compile(r"\{[^}]*\}|%\(\w+\)s")
_BUGS: Final = frozenset({"TypeError", "RuntimeError", "ValueError", "AttributeError", "LookupError"})
_CODE: Final = re.compile(r"`[^`]*`|[a-z]")
# Between and behind sentences: Chinese has marks of its own.
_MARKS: Final = frozenset({".", ". ", ", ", "; ", "{heading}:", "{severity} {message}", "{one}, {other}"})
_SAYING: Final = frozenset({"said", "say"})
_SUBJECTS: Final = frozenset({"check", "skipped", "problem", "Finding"})

# Heads of the reference's tables, and words in their cells.
_REFERENCE: Final = (
    *("line", "rule", "live row", "condition", "verdict", "reason", "to do", "go on", "file", "subject", "option"),
    *("what it does", "field", "required", "what it is", "words", "yes", "code", "what happened", "what to do"),
    *("apply", "an example"),
)

# What the system says of files and connections, as errors pass it on.
_SYSTEM: Final = tuple(
    form
    for number in (
        errno.ENOENT,
        errno.EACCES,
        errno.EPERM,
        errno.EISDIR,
        errno.ENOTDIR,
        errno.ENOSPC,
        errno.EROFS,
        errno.ELOOP,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EPIPE,
        errno.ETIMEDOUT,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.EAGAIN,
        errno.EBADF,
        errno.EBUSY,
        errno.ECONNABORTED,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EDQUOT,
        errno.EEXIST,
        errno.EFBIG,
        errno.EINTR,
        errno.EINVAL,
        errno.EIO,
        errno.EMFILE,
        errno.ENAMETOOLONG,
        errno.ENETDOWN,
        errno.ENFILE,
        errno.ENOEXEC,
        errno.ENOLCK,
        errno.ENOMEM,
        errno.ENOTEMPTY,
        errno.ENXIO,
        errno.EOPNOTSUPP,
        errno.ESTALE,
        errno.ETXTBSY,
        errno.EXDEV,
    )
    for form in (os.strerror(number), os.strerror(number).lower())
)

# Words that are printed beside their English form, by the name that tells them from the same word elsewhere.
NAMED: Final = {
    "verdict": Verdict,
    "status": Status,
    "outcome": Outcome,
    "severity": Severity,
    "result": CheckResult,
}


class Text(NamedTuple):
    """A text to be translated; ``context`` tells it from the same text elsewhere."""

    text: str
    context: str | None = None
    plural: str | None = None


def texts() -> set[Text]:
    """Return every text that a person can be shown."""
    found = {Text(word.value, kind) for kind, words in NAMED.items() for word in words}
    clicks = set(_of_click())
    plurals = {each.text for each in clicks if each.plural}
    plain = set(_of_modules()) | set(_of_tables()) | set(_of_help(cli)) | set(_of_pages()) | set(_SYSTEM)
    return found | clicks | {Text(text) for text in plain if _is_language(text) and text not in plurals}


def _is_language(text: str) -> bool:
    """Return whether anything is left to translate beside placeholders, marks and a word that is code."""
    left = _PLACEHOLDER.sub("", text)
    return text in _MARKS or (any(character.isalpha() for character in left) and _CODE.fullmatch(text) is None)


def _of_schema() -> Iterator[str]:
    """Yield what the reference says of each field."""
    schema = json.loads((TOP / "schemas/signatures.schema.json").read_text(encoding="utf-8"))
    for part in (schema, *(schema["properties"][name] for name in ("account", "state")), schema["$defs"]["signature"]):
        yield from (" ".join(field["description"].split()) for field in part["properties"].values())


def _of_editions() -> Iterator[str]:
    """Yield where the rules of a site come from, as messages name it."""
    for site in SITES:
        rules = site_rules_of(site)
        yield from (entry.source for entry in (*rules.withdrawn, *rules.deprecated))


def _of_tables() -> Iterator[str]:
    yield from _REFERENCE
    yield from _of_editions()
    yield from _of_schema()
    yield from QUALIFICATION_PROBLEMS.values()
    yield from DIAGNOSTIC_CODES.values()
    yield from (status.value for status in Status)
    for rule in Rule:
        yield from (rule.live, rule.condition, rule.reason, rule.hint)
    for row in (*CODES.values(), *PLAIN_CODES, UNKNOWN_CODE):
        yield from (row.meaning, row.hint, *(row.created or ()))


def _of_help(command: click.Command) -> Iterator[str]:
    yield from (inspect.cleandoc(text) for text in (command.help, command.epilog) if text)
    for param in command.params:
        if isinstance(param.type, click.types.IntParamType | click.types.FloatParamType):
            yield param.type.name
        if isinstance(param, click.Option) and param.help:
            yield param.help
    if isinstance(command, LazyGroup):
        yield from (entry.summary for entry in command.lazy.values())
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _of_help(inner)


def _of_click() -> Iterator[Text]:
    """Yield what click says to whoever types a command, and not what it tells who writes one."""
    for file in Path(str(click.__file__)).parent.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        bugs = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and _raised(node) in _BUGS]
        inner = {id(each) for bug in bugs for each in ast.walk(bug)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and id(node) not in inner:
                yield from _of_click_call(node)


def _of_click_call(call: ast.Call) -> Iterator[Text]:
    said = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    name = getattr(call.func, "id", "")
    if name == "ngettext":
        yield Text(said[0], plural=said[1])
    elif name == "_" and said and _is_language(said[0]):
        yield Text(said[0])


def _raised(node: ast.Raise) -> str:
    return str(getattr(getattr(node.exc, "func", None), "id", ""))


def _of_pages() -> Iterator[str]:
    for file in (TOP / "reconciler").rglob("*.html"):
        yield from re.findall(r'say\("([^"]+)"', file.read_text(encoding="utf-8"))


def _of_modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        importlib.import_module(module.name)
    errors = {kind.__name__ for kind in _with_subclasses(ReconcilerError)}
    for file in sorted((TOP / "reconciler").rglob("*.py")):
        yield from _Module(ast.parse(file.read_text(encoding="utf-8")), errors, file).texts()


def _with_subclasses(kind: type) -> Iterator[type]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _with_subclasses(inner)


class _Module:
    """The texts of one module.

    A name stands for whatever is assigned to it anywhere in the module, a parameter for whatever it is given there.
    """

    def __init__(self, tree: ast.Module, errors: Iterable[str], file: Path) -> None:
        self._tree = tree
        self._errors = frozenset(errors)
        self._file = file
        self._assigned: dict[str, list[ast.expr]] = {}
        functions = {node.name: node.args for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for parameter, given in _given(node, functions):
                    self._assigned.setdefault(parameter, []).append(given)
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            for target in targets:
                if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
                    self._assigned.setdefault(target.id, []).append(node.value)  # type: ignore[attr-defined]  # both have one
            if isinstance(node, ast.For | ast.comprehension):
                for name in ast.walk(node.target):
                    if isinstance(name, ast.Name):
                        self._assigned.setdefault(name.id, []).append(node.iter)

    def texts(self) -> Iterator[str]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                yield from self._of_call(node)
            if isinstance(node, ast.Tuple) and self._file.name == "findings.py" and len(node.elts) == 2:  # noqa: PLR2004  # a name and its text
                yield from self._strings(node.elts[0], ())

    def _of_call(self, call: ast.Call) -> Iterator[str]:
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        keywords = [each.value for each in call.keywords if each.arg in {"hint", "text"}]
        if name in _SAYING or (name == "map" and getattr(call.args[0], "id", "") in _SAYING):
            yield from self._all(call.args[:2] if name == "map" else call.args[:1])
        elif name in self._errors or name == "__init__":
            yield from self._all([*call.args[:1], *keywords])
        elif name == "storage_errors":
            yield from (f"{text}: {{reason}}" for text in self._all(call.args[:1]))
        elif name == "Message":
            yield from self._all([*call.args[1:3], *keywords])
        elif name == "table_head":
            yield from self._all(call.args)
        elif name in _SUBJECTS and self._file.name == "doctor.py":
            yield from self._all(call.args[:1])

    def _all(self, nodes: Iterable[ast.expr]) -> Iterator[str]:
        for node in nodes:
            yield from self._strings(node, ())

    def _strings(self, node: ast.expr, seen: tuple[str, ...]) -> Iterator[str]:
        """Yield the texts that an expression can be."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and node.id not in seen:
            for value in self._assigned.get(node.id, ()):
                yield from self._strings(value, (*seen, node.id))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self._sums(node.left, node.right, seen)
        for part in _parts(node):
            yield from self._strings(part, seen)

    def _sums(self, one: ast.expr, other: ast.expr, seen: tuple[str, ...]) -> Iterator[str]:
        for left in self._strings(one, seen):
            yield from (left + right for right in self._strings(other, seen))


def _given(call: ast.Call, functions: Mapping[str, ast.arguments]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the parameters that a call of one of the ``functions`` gives, each with its value."""
    taken = functions.get(getattr(call.func, "id", getattr(call.func, "attr", "")))
    if taken is None:
        return
    names = [each.arg for each in (*taken.posonlyargs, *taken.args) if each.arg not in {"self", "cls"}]
    yield from zip(names, call.args, strict=False)
    yield from ((each.arg, each.value) for each in call.keywords if each.arg is not None)


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    """Return the expressions one of which an expression is, or that it holds."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return one, other
        case ast.BoolOp(values=values) | ast.Dict(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            return values
        case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(value=value)):
            return (value,)
        case ast.Call(func=ast.Name(id="MappingProxyType"), args=values):
            return values
        case _:
            return ()


def file_of(language: str) -> Path:
    """Return the catalogue of a language as it is written by hand."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one where there is none yet."""
    file = file_of(language)
    if not file.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with file.open("rb") as opened:
        return read_po(opened, locale=language, domain=DOMAIN)


def updated(catalogue: Catalog) -> str:
    """Return the catalogue with the texts of the code, those that are gone left out."""
    fresh = Catalog(locale=catalogue.locale, domain=DOMAIN, charset="utf-8")
    for text, context, plural in sorted(texts(), key=lambda each: (each.context or "", each.text)):
        known = catalogue.get(text, context)
        string = known.string if known is not None else ""
        whole = string[0] if isinstance(string, tuple) else string
        fresh.add((text, plural), (whole,), context=context) if plural else fresh.add(text, whole, context=context)
    written = io.BytesIO()
    write_po(written, fresh, width=0, omit_header=True)
    return _HEADER.format(language=catalogue.locale) + written.getvalue().decode()


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as the standard library reads it."""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same whenever it is made
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def _texts_of(binary: bytes) -> list[tuple[object, ...]]:
    """Return what a compiled catalogue says, without its head, which names the release that wrote it."""
    return [(text.context, text.id, text.string) for text in read_mo(io.BytesIO(binary)) if text.id]


def main() -> None:
    """Bring every catalogue up to date; with ``--check`` only name those that are not, and end with 1."""
    stale = []
    for language in LANGUAGES[1:]:
        file = file_of(language)
        text = updated(read(language))
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        binary = file.with_suffix(".mo")
        content = compiled(read_po(io.BytesIO(text.encode()), locale=language, domain=DOMAIN))
        if text != old or not binary.exists() or _texts_of(binary.read_bytes()) != _texts_of(content):
            stale.append(language)
            if "--check" not in sys.argv:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
                binary.write_bytes(content)
    sys.stdout.write("".join(f"{language}\n" for language in stale))
    sys.exit(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    main()
