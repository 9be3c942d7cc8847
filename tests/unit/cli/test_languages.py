"""What is printed in Chinese: no English sentence, the same documents, aligned tables, however it was asked for."""

from __future__ import annotations

import gettext
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.golden.transcript as transcripts
from reconciler import text
from reconciler.cli.languages import LOCALES, begin
from reconciler.cli.main import cli
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.diagnostics import Message
from reconciler.errors import said
from reconciler.model.plan import Verdict
from reconciler.render.document import load_document
from reconciler.render.layout import width
from reconciler.text import joined, local, local_document, named, say, speak
from tests.fixtures.commands import Done, inside, process
from tests.fixtures.warped import warp
from tests.golden.test_transcripts import TRANSCRIPTS
from tests.unit.definitions.test_messages import ALL as MESSAGES

TOP = Path(__file__).parents[3]
EXAMPLE = ("signatures.example.yaml", "signatures.example.sandbox.yaml", "evidence")
# What is not this tool's: code, values, addresses, what the vendor and libraries say, and the names of arguments. A
# word in front of Chinese is a verdict or status beside what it means.
FOREIGN = re.compile(
    r"`[^`]*`|<code>.*?</code>|\"[^\"]*\"|'[^']*'|https?://\S+|::\w+ [^:]*::|\bfleet apply --plan"
    r"|[a-z-]+ (?=[\u4e00-\u9fff])"
)
SENTENCE = re.compile(r"(?<![\w.#&;-])[a-z]{2,} [a-z]{2,}(?![\w-])")
OTHERS_SAY = (
    "The scan of the power of attorney is blurred",
    "Injected by the sandbox",
    "usage",
)


@pytest.fixture(autouse=True)
def _english_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "")
    yield
    speak("en", None)
    gettext.textdomain("messages")
    click.Context.formatter_class = click.HelpFormatter


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "example"
    folder.mkdir()
    for name in EXAMPLE[:2]:
        shutil.copy(TOP / name, folder)
    shutil.copytree(TOP / EXAMPLE[2], folder / EXAMPLE[2])
    monkeypatch.chdir(folder)
    return folder


def english(printed: str) -> list[str]:
    """The lines that hold an English sentence of this tool's own."""
    lines = (line for line in printed.splitlines() if not any(words in line for words in OTHERS_SAY))
    return [line for line in lines if SENTENCE.search(FOREIGN.sub("", line)) and "用法" not in line]


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=[file.stem for file in TRANSCRIPTS])
def test_no_command_prints_an_english_sentence_in_chinese(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("HOME", "/nowhere")
    warp(monkeypatch)
    monkeypatch.setattr(transcripts, "inside", lambda *words: inside("--lang", "zh", *words))
    played = transcripts.Session(tmp_path, monkeypatch.setenv, monkeypatch.chdir).play(file.read_text(encoding="utf-8"))
    commands = re.split(r"^\$ ", played, flags=re.MULTILINE)[1:]
    shown = [
        command for command in commands if "json" not in command.splitlines()[0] and "> " not in command.splitlines()[0]
    ]
    lines = [line[2:] for command in shown for line in command.splitlines()[1:] if line.startswith(("| ", "! "))]
    plain = [line for line in lines if not line.lstrip().startswith(("{", "}", '"'))]
    assert english("\n".join(plain)) == []


def run(*words: str) -> Done:
    return inside("--lang", "zh", *words)


def numbers(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Parameter]]:
    """Yield every parameter of every command that takes a number."""
    number = click.types.IntParamType, click.types.FloatParamType
    yield from ((path, param) for param in command.params if isinstance(param.type, number))
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            assert inner is not None
            yield from numbers(inner, (*path, name))


NUMBERS = [(path, param) for path, param in numbers(cli) if param.name != "verbose"]


@pytest.mark.parametrize(
    ("path", "param"), NUMBERS, ids=[f"{' '.join(path)} {param.opts[-1]}" for path, param in NUMBERS]
)
def test_what_is_no_number_is_told_to_be_none_in_chinese(path: tuple[str, ...], param: click.Parameter) -> None:
    words = [param.opts[-1], "x"] if isinstance(param, click.Option) else ["x", "approve"]
    done = run(*path, *words)
    assert done.code == 2
    assert re.search("'x' 不是有效的(整数|数字)。\n", done.err)
    # In help stands the name of a value, and not that of click's type.
    assert "RANGE" not in run(*path, "--help").out


def test_seconds_that_are_no_number_are_refused_in_chinese() -> None:
    assert "nan 不是数字" in run("sandbox", "serve", "--latency", "nan").err


@pytest.mark.usefixtures("example")
def test_a_plan_is_in_chinese_and_its_table_is_aligned() -> None:
    done = run("plan", "--sandbox", "signatures.example.yaml")
    lines = [line for line in done.out.splitlines() if re.match(r"  [~=?] ", line)]
    assert len(lines) == 8
    assert all(re.match(r"  \S  [a-z-]+ [\u4e00-\u9fff]+ +[a-z-]+ +\d{4} ", line) for line in lines)
    # Every id begins in the same cell.
    assert len({width(line[: re.search(r"  11\d\d  ", line).start()]) for line in lines}) == 1  # type: ignore[union-attr]  # it is there
    assert "计划：4 个要修改，3 个一致，1 个无法核实" in done.out


def test_a_document_is_the_same_in_every_language(example: Path) -> None:
    words = ("plan", "--sandbox", "signatures.example.yaml", "--format", "json")
    chinese, plain = run(*words).document, inside(*words).document
    for document in (chinese, plain):
        document["account"]["endpoint"] = ""
    assert chinese == plain
    broken = example / "broken.yaml"
    broken.write_text("version: 2\nsignature: 1\n")
    check = ("validate", "broken.yaml", "--format", "json")
    assert run(*check).document == inside(*check).document


@pytest.mark.parametrize("rule", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_problem_of_a_document_is_said_as_the_problem_itself(rule: Message) -> None:
    values: dict[str, object] = {name: f"x{name}" for name in re.findall(r"\{(\w+)", rule.text + rule.hint)}
    about = said("proof_image {image}: {problem}", image="evidence/a b.png", problem=said(rule.text, **values))
    begin("zh")
    for message in (said(rule.text, **values), about, said(rule.hint, **values)):
        assert local_document(str(message)) == local(message)
        assert english(local(message)) == []


@pytest.mark.usefixtures("example")
def test_a_comment_from_a_document_is_in_the_language_that_the_workflow_names() -> None:
    printed = inside("plan", "--sandbox", "signatures.example.yaml", "--format", "json").out
    document = load_document(printed.encode())
    begin("zh")
    from reconciler.render.fleet_github import shown_markdown  # noqa: PLC0415  # as a workflow does it: from JSON

    shown = shown_markdown(document)
    assert english(re.sub(r"<sub>.*", "", shown)) == []
    assert "短信签名：1 unverified 无法核实，4 modify 提交修改" in shown
    assert "审核中，且定义在 sign&#95;name 上有差异" in shown


def test_a_document_of_a_stranger_whose_params_do_not_fit_is_shown_all_the_same() -> None:
    from reconciler.render.markdown import reason_of  # noqa: PLC0415  # its own case

    begin("zh")
    rule = next(rule for rule in Rule if "{fields}" in rule.reason)
    document = {"rule": rule.code, "params": {"nothing": "fits"}, "reason": "the account holds it"}
    assert reason_of(document) == "the account holds it"  # type: ignore[arg-type]  # only what is read here


@pytest.mark.parametrize(
    "code", [*(verdict.value for verdict in Verdict), *(rule.code for rule in Rule), *DIAGNOSTIC_CODES]
)
def test_every_code_is_explained_in_chinese(code: str) -> None:
    done = run("explain", code)
    assert done.code == 0
    assert english(done.out) == []
    assert re.search("[\u4e00-\u9fff]", done.out)


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_TW.UTF-8"}, True),
        ({"LC_MESSAGES": "zh_CN", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh:en"}, True),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, False),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh"}, False),
        ({}, False),
        ({"LANG": "fr_FR.UTF-8"}, False),
    ],
)
def test_the_locale_chooses_as_it_does_for_other_programs(variables: dict[str, str], chinese: bool) -> None:
    clean = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"), "") | {"PYTHONUTF8": "1"}
    done = process("--help", cwd=TOP, env={**clean, **variables})
    assert ("用法" in done.out, "Usage" in done.out) == (chinese, not chinese)


def test_the_option_wins_over_the_locale_in_errors_too() -> None:
    zh = {"LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    done = process("--lang", "en", "plan", "--nope", cwd=TOP, env=zh)
    assert (done.code, "No such option" in done.err) == (2, True)
    done = process("plan", "--nope", cwd=TOP, env=zh)
    assert (done.code, "没有选项" in done.err) == (2, True)
    done = process("--lang=fr", "plan", cwd=TOP, env=zh)
    assert done.code == 2


@pytest.mark.parametrize(("words", "head"), [((), "Usage"), (("--lang", "zh"), "用法"), (("--lang",), "Error")])
def test_without_a_command_it_is_told_how_to_call_it(words: tuple[str, ...], head: str) -> None:
    done = inside(*words)
    assert (done.code, head in done.out + done.err) == (2, True)


def test_after_the_command_it_is_told_where_it_goes() -> None:
    done = inside("plan", "--lang", "zh")
    assert (done.code, "It goes before the command: `reconciler --lang LANG COMMAND`." in done.err) == (2, True)


def test_a_message_in_a_message_is_in_chinese_and_a_value_is_not() -> None:
    begin("zh")
    inner = said("the file is empty")
    assert say("cannot be read: {reason}", reason=inner) == "无法读取：文件是空的"
    # Somebody's text that happens to be a message stays what it is.
    assert say("cannot be read: {reason}", reason="the file is empty") == "无法读取：the file is empty"
    assert local(inner) == "文件是空的"
    assert named("verdict", "stuck") == "stuck 被拒且未改"
    speak("en", None)
    assert (local(inner), named("verdict", "stuck")) == ("the file is empty", "stuck")


def test_messages_that_are_one_have_the_marks_of_the_language_between_them() -> None:
    begin("zh")
    parts = [said("the file is empty"), said("the file is empty"), "a; b"]
    assert local(joined(parts, "; ")) == "文件是空的；文件是空的；a; b"
    assert local(joined(parts)) == "文件是空的、文件是空的、a; b"


def test_a_message_of_a_document_is_found_by_its_form() -> None:
    begin("zh")
    assert local_document("unknown field `colour` in `acme-otp`") == "`acme-otp` 中的未知字段 `colour`"
    assert local_document("set A and B, or try --sandbox; docs/credentials.md lists every way").startswith(
        "请设置 A 和 B"
    )
    assert local_document("nothing that this tool says") == "nothing that this tool says"


@pytest.mark.parametrize(
    "foreign",
    [
        "unable to access 'https://h/x.git/': Failed to connect to h port 443",
        "You are not authorized to perform this operation",
        "Permission denied by the server or the firewall",
        "fatal: could not read Username and Password at the terminal",
    ],
)
def test_no_word_of_somebodys_sentence_is_translated(foreign: str) -> None:
    begin("zh")
    assert local_document(foreign) == foreign


@pytest.mark.parametrize(
    ("message", "chinese"),
    [
        ('"Old 1" to "New 1"', '"Old 1" 改为 "New 1"'),
        ("`a`, `b` or `c`", "`a`、`b` 或 `c`"),
        ("AKID**** from environment", "AKID****，来自环境变量"),
    ],
)
def test_values_with_a_word_between_them_are_told_in_chinese(message: str, chinese: str) -> None:
    begin("zh")
    assert local_document(message) == chinese


def test_code_in_a_message_of_a_document_stays_as_it_is() -> None:
    begin("zh")
    assert say("signatures") == "签名"
    assert local_document("did you mean `signatures`?") == "您是不是想写 `signatures`？"


@given(st.text(max_size=60))
def test_no_text_of_a_document_makes_it_fail(foreign: str) -> None:
    begin("zh")
    assert isinstance(local_document(foreign), str)


def test_the_catalogue_is_where_the_package_is() -> None:
    assert (LOCALES / "zh/LC_MESSAGES/reconciler.mo").is_file()
    assert text.language() == "en"


def test_lines_of_chinese_are_cut_where_a_line_may_end() -> None:
    from reconciler.render.layout import wrapped  # noqa: PLC0415  # its own case

    line = "      定义放在 YAML 里；本工具把它们与账号对比，把有差异的提交审核。"
    pieces = list(wrapped(line, 30))
    assert max(map(width, pieces)) <= 32  # a mark that closes may hang over
    assert not any(piece.lstrip().startswith(tuple("，。；：")) for piece in pieces)
    assert "".join(pieces).replace(" ", "") == line.replace(" ", "")


def test_help_fits_the_terminal_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in (("plan",), ("apply",), ("fleet", "plan"), ("sandbox", "review"), ("state", "show"), ()):
        printed = run(*words, "--help").out
        assert english(printed) == []
        assert all(width(line) <= 82 or "[" in line for line in printed.splitlines()), printed


def test_json_of_a_failure_is_english_and_its_words_are_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("plan", "nowhere.yaml", "--format", "json")
    assert "没有这个文件或文件夹" not in done.out
    assert json.loads(done.out)["diagnostics"][0]["message"] == "no such file or folder"
    assert "定义无效" in done.err
