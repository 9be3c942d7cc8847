"""What a press of TAB offers: commands, options, their words, and the keys of the definitions that are there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.completion import keys_in
from tests.fixtures.project import pending, write

# Runs the command and lists what is loaded at its end.
LISTED = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, sep="\\n", file=sys.stderr))
from reconciler.__main__ import main
main()
"""


def offered(words: str, cwd: Path, *, loaded: bool = False) -> list[str]:
    """Return what bash would be offered, or with ``loaded`` what was imported for it."""
    parts = words.split(" ")
    env = {
        **os.environ,
        "_RECONCILER_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(parts) - 1),
    }
    how = ("-c", LISTED) if loaded else ("-m", "reconciler")
    child = subprocess.run([sys.executable, *how], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    if loaded:
        return child.stderr.splitlines()
    return [line.partition(",")[2] for line in child.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "some"),
    [
        ("reconciler ", {"plan", "apply", "import", "state"}),
        ("reconciler pl", {"plan"}),
        ("reconciler plan --de", {"--detailed-exitcode", "--describe-lag", "--describe-rate"}),
        ("reconciler plan --format ", {"text", "json", "markdown", "github"}),
        ("reconciler plan --only ", {"sign-1", "sign-2"}),
        ("reconciler apply --resubmit sign-2", {"sign-2"}),
        ("reconciler adopt sign", {"sign-1", "sign-2"}),
        ("reconciler state ", {"show", "history", "forget", "migrate"}),
        ("reconciler state forget ", {"sign-1", "sign-2"}),
        ("reconciler import --site ", {"international", "china"}),
        ("reconciler sandbox ", {"serve", "review"}),
    ],
)
def test_a_press_of_tab_offers(tmp_path: Path, words: str, some: set[str]) -> None:
    write(tmp_path, [pending(1), pending(2)])
    found = set(offered(words, tmp_path))
    assert some <= found
    assert all(each.startswith(words.rpartition(" ")[2]) for each in found)


def test_keys_are_found_from_a_folder_below(tmp_path: Path) -> None:
    write(tmp_path, [pending(1)])
    (tmp_path / "docs").mkdir()
    assert offered("reconciler plan --only ", tmp_path / "docs") == ["sign-1"]


def test_a_press_of_tab_loads_no_command_and_no_yaml(tmp_path: Path) -> None:
    write(tmp_path, [pending(1)])
    modules = offered("reconciler plan --only ", tmp_path, loaded=True)
    assert "reconciler.cli.completion" in modules
    assert not {"reconciler.cli.plan", "yaml", "requests", "rich", "reconciler.definitions.load"} & set(modules)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("signatures:\n", []),
        ("signatures: {a: {}}\n", []),
        ("signatures:   # all\n  a:\n    sign_id: 1\n  b-2: # x\n    sign_id: 2\n", ["a", "b-2"]),
        ("signatures:\n    a:\n        sign_id: 1\n", ["a"]),
    ],
)
def test_keys_are_those_below_signatures(text: str, keys: list[str]) -> None:
    assert keys_in(text) == keys


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        ("reconciler st", "显示每个签名的实时审核状态", "Show the live review state of every..."),
        ("reconciler plan --de", "有计划中的修改时以 3 退出。", "Exit with 3 where changes are planned."),
        ("reconciler state fo", "忘掉 KEY 的记录", "Forget what is recorded of KEY"),
    ],
)
def test_what_is_offered_is_described_in_the_persons_language(
    tmp_path: Path, words: str, chinese: str, english: str
) -> None:
    for language, shown in (("zh_CN.UTF-8", chinese), ("C.UTF-8", english)):
        clean = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LC_MESSAGES", "LANGUAGE"}}
        count = str(words.count(" "))
        asked = {"_RECONCILER_COMPLETE": "zsh_complete", "COMP_WORDS": words, "COMP_CWORD": count}
        child = subprocess.run(
            [sys.executable, "-m", "reconciler"],
            cwd=tmp_path,
            env={**clean, **asked, "LANG": language, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert child.returncode == 0, child.stderr
        assert shown in child.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(tmp_path: Path, shell: str) -> None:
    env = {**os.environ, "_RECONCILER_COMPLETE": f"{shell}_source"}
    child = subprocess.run(
        [sys.executable, "-m", "reconciler"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    if child.returncode and shell == "bash":
        pytest.skip("no bash of version 4.4 here")
    assert "_RECONCILER_COMPLETE" in child.stdout
