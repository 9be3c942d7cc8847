"""Writes the parts of the documentation that are made from the code: ``python docs/generate.py [--check]``.

A page holds a part between ``<!-- generated: NAME -->`` and ``<!-- end -->``; everything else is written by hand.
"""

from __future__ import annotations

import ast
import gettext
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from reconciler.cli.completion import TABLE as COMPLETION
from reconciler.cli.completion import described
from reconciler.cli.languages import begin
from reconciler.cli.main import cli, in_language
from reconciler.contract.error_codes import CODES, PLAIN_CODES
from reconciler.decision.rules import Rule
from reconciler.definitions import messages as definition_messages
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.diagnostics import Message
from reconciler.errors import fill
from reconciler.evidence import file_types
from reconciler.evidence import problems as evidence_problems
from reconciler.render.document import load_document
from reconciler.render.fleet_github import shown_markdown
from reconciler.text import ENGLISH, local, local_document, say, speak
from reconciler.yaml12 import mistakes as yaml_mistakes
from reconciler.yaml12 import problems as yaml_problems

FOLDER: Final = Path(__file__).parent
_DOTS: Final = re.compile(r"\{[^}]*\}")
_PART: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(map(say, heads)), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def decision_rules() -> str:
    """Return the table of the rules, in the order in which they are read."""
    return _table(
        ("line", "rule", "live row", "condition", "verdict"),
        (
            (
                rule.line,
                f"`{rule.code}`",
                say(rule.live),
                say(rule.condition),
                f"`{rule.verdict}`" if rule.verdict else say("go on"),
            )
            for rule in Rule
        ),
    )


def decision_words() -> str:
    """Return what each rule says, and what a person does next."""
    return _table(("rule", "reason", "to do"), ((f"`{rule.code}`", say(rule.reason), say(rule.hint)) for rule in Rule))


def layers() -> str:
    """Return a drawing of the layer contract: a package may import those below it, never the reverse."""
    contracts = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    rows = next(contract["layers"] for contract in contracts["contracts"] if contract["type"] == "layers")
    nodes = [f'  level{number}["{row.replace("|", "&nbsp;|&nbsp;")}"]' for number, row in enumerate(rows)]
    arrows = "  " + " --> ".join(f"level{number}" for number in range(len(rows)))
    return "\n".join(["```mermaid", "flowchart TB", *nodes, arrows, "```", ""])


def rooms() -> str:
    """Return every package with its modules, each with the first sentence of its docstring."""
    package = FOLDER.parent / "reconciler"
    files = sorted(package.rglob("*.py"), key=lambda file: (file.parent, file.name))
    rows = [(f"`{file.relative_to(package)}`", _first_sentence(file)) for file in files if file.stem != "__main__"]
    return _table(("file", "subject"), rows)


def _first_sentence(file: Path) -> str:
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("|", "\\|")


def commands() -> str:
    """Return every command with its usage, what it does and its options, from click's own data."""
    group = in_language(cli)
    return "\n".join(_commands(group, click.Context(group, info_name="reconciler")))


def _commands(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"### `{context.command_path}`\n\n```text\n{usage}\n```\n\n{_paragraph(command.help)}\n"
    options = [option.get_help_record(context) for option in command.params if isinstance(option, click.Option)]
    if rows := [(f"`{record[0]}`", _paragraph(record[1])) for record in options if record is not None]:
        yield _table(("option", "what it does"), ((_cell(name), _cell(text)) for name, text in rows))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands(inner, click.Context(inner, info_name=name, parent=context))


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def fields() -> str:
    """Return every field of the definitions with its words, from the schema."""
    schema = json.loads((FOLDER.parent / "schemas" / "signatures.schema.json").read_text(encoding="utf-8"))
    places = {
        "": schema,
        "account.": schema["properties"]["account"],
        "state.": schema["properties"]["state"],
        "signatures.KEY.": schema["$defs"]["signature"],
    }
    return _table(
        ("field", "required", "what it is", "words"),
        (
            (
                f"`{place}{name}`",
                say("yes") if name in part.get("required", ()) else "",
                _field_text(field),
                _words(field),
            )
            for place, part in places.items()
            for name, field in part["properties"].items()
        ),
    )


def _field_text(field: Mapping[str, Any]) -> str:
    return _cell(say(_paragraph(field.get("description"))))


def _words(field: Mapping[str, Any]) -> str:
    return ", ".join(f"`{word['const']}`" for word in field.get("oneOf", ()) if "const" in word)


def error_codes() -> str:
    """Return every error code: what happened, what to do, and what an apply does after it."""
    rows = (
        (f"`{row.code}`", _cell(say(row.meaning)), _cell(say(row.hint)), row.treatment)
        for row in (*CODES.values(), *PLAIN_CODES)
    )
    return _table(("code", "what happened", "what to do", "apply"), rows)


def diagnostics() -> str:
    """Return every code of a diagnostic, with an example from the files that the tests check, or else its message."""
    examples, messages = _examples(), _messages()
    rows = (
        (
            f"`{code}`",
            _cell(say(text)),
            _cell(_localised(examples[code]) if code in examples else messages.get(code, "")),
        )
        for code, text in DIAGNOSTIC_CODES.items()
    )
    return _table(("code", "what it is", "an example"), rows)


def _localised(example: str) -> str:
    """Return what is wrong and what to do, in the language of the page."""
    return " - ".join(local_document(part) for part in example.split(" - ", 1))


def _messages() -> dict[str, str]:
    """Return the first message of each code, with dots for its values."""
    found: dict[str, str] = {}
    for module in (definition_messages, yaml_problems, yaml_mistakes, evidence_problems, file_types):
        for message in _constants(vars(module).values()):
            text, hint = (_DOTS.sub("...", local(fill(part, {}))) for part in (message.text, message.hint))
            found.setdefault(message.code, f"{text} - {hint}" if hint else text)
    return found


def _constants(values: Iterable[object]) -> Iterator[Message]:
    """Yield every message of a module, those in its tables too."""
    for value in values:
        if isinstance(value, Message):
            yield value
        elif isinstance(value, tuple):
            yield from _constants(value)


def _examples() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((FOLDER.parent / "tests" / "examples" / "invalid").glob("*.expected")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if told := re.fullmatch(r"\d+:\d+: \w+ ([a-z0-9-]+): (.*)", line):
                found.setdefault(told[1], told[2])
    return found


def comment() -> str:
    """Return the comment that a pull request gets for the example, from a plan against the embedded sandbox."""
    top = FOLDER.parent
    with tempfile.TemporaryDirectory() as folder:
        for name in ("signatures.example.yaml", "signatures.example.sandbox.yaml"):
            shutil.copy(top / name, folder)
        shutil.copytree(top / "evidence", Path(folder, "evidence"))
        command = [
            sys.executable,
            "-P",
            "-m",
            "reconciler",
            "plan",
            "--sandbox",
            "--format",
            "json",
            "signatures.example.yaml",
        ]
        environment = {**os.environ, "PYTHONPATH": str(top)}
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603  # ourselves
    return shown_markdown(load_document(done.stdout)) + "\n\n"


PARTS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "commands": commands,
        "comment": comment,
        "decision-rules": decision_rules,
        "decision-words": decision_words,
        "diagnostics": diagnostics,
        "error-codes": error_codes,
        "fields": fields,
        "layers": layers,
        "rooms": rooms,
    }
)


def generated(text: str) -> str:
    """Return a page with its generated parts made anew. Raises KeyError for a part that nothing makes."""
    return _PART.sub(lambda found: found[1] + PARTS[found[2]]() + found[3], text)


@contextmanager
def speaking_as(page: Path) -> Iterator[None]:
    """Speak the language of a page for a while, in click's own words too."""
    domain, before = gettext.textdomain(), os.environ.pop("LANGUAGE", None)
    if page.name.endswith(".zh-CN.md"):
        begin("zh")
    else:
        os.environ["LANGUAGE"] = ENGLISH
    try:
        yield
    finally:
        speak(ENGLISH, None)
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE", None)
        if before is not None:
            os.environ["LANGUAGE"] = before


def _completion() -> str:
    """Return what shells complete from: every command with its options, from click's own data."""
    table = described(cli, click.Context(cli, info_name="reconciler"))
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write every page that is out of date, or with ``--check`` only name it and return 1."""
    outdated = []
    for page in [*sorted(FOLDER.glob("**/*.md")), *sorted(FOLDER.parent.glob("README*.md"))]:
        text = page.read_text(encoding="utf-8")
        with speaking_as(page):
            made = generated(text)
        if made != text:
            outdated.append(page)
            if "--check" not in arguments:
                page.write_text(made, encoding="utf-8")
    if _completion() != COMPLETION.read_text(encoding="utf-8"):
        outdated.append(COMPLETION)
        if "--check" not in arguments:
            COMPLETION.write_text(_completion(), encoding="utf-8")
    for page in outdated:
        print(page.relative_to(FOLDER.parent))  # noqa: T201  # the pages are this script's output
    return 1 if outdated and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
