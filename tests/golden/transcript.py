"""A transcript: command lines and all that they print, in one file that is both the test and what it expects.

Lines of a transcript:

- ``# ...``: a remark, kept.
- ``% example [uin] [branch]``: a fresh repository with the example of this project; the words fill in its options.
- ``% folder PATH``: a fresh repository with a copy of that file or folder of this project.
- ``% serve [FAULT ...]``: a sandbox server in this process with the example's account; ``$URL`` is its address and its
  keys are set.
- ``% github``: a stand-in for GitHub's REST API; ``% calls`` prints what it was sent.
- ``% write FILE TEXT``, ``% replace FILE OLD NEW``, ``% env NAME VALUE``: words are split as a shell splits them.
- ``$ reconciler ...``: a command; ``> FILE`` at its end keeps stdout there instead.
- ``exit N``, ``| ...`` for stdout and ``! ...`` for stderr: what came of it.

Names of folders, ports, ids and times are masked.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from reconciler.sandbox.account_file import load_account_file
from tests.fixtures.commands import FAST, KEYS, inside
from tests.fixtures.github_server import GitHub
from tests.fixtures.github_server import serving as github_api
from tests.fixtures.serving import serving

TOP: Final = Path(__file__).parents[2]
_EXAMPLE: Final = ("signatures.example.yaml", "signatures.example.sandbox.yaml", "evidence")
_RESULT: Final = ("exit ", "| ", "|", "! ", "!")
_MASKS: Final = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"127\.0\.0\.1:\d+", "LOOPBACK"),
    (r"\b[0-9a-f]{40}\b", "COMMIT"),
    (r"(?<=from )[0-9a-f]{12}\b", "COMMIT"),
    (r"\b[0-9a-f]{32}\b", "RUN"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "WHEN"),
    (r"\d\d:\d\d:\d\d", "CLOCK"),
    (r"in \d+ ms", "in N ms"),
    (r"\b1[67]\d{8}(\.\d+)?\b", "UNIXTIME"),
    (r"\d+ (second|minute)s? (old|ago)", r"N \1s \2"),
    (r"\d+ bytes sent, \d+ received", "BYTES"),
    (r"(the same as|\d+ s (ahead of|behind)) the vendor's", "SKEW the vendor's"),
)


class Session:
    """Plays the lines of one transcript in folders of its own."""

    def __init__(self, folder: Path, setenv: Callable[[str, str], None], chdir: Callable[[Path], None]) -> None:
        self._folder = folder
        self._setenv = setenv
        self._chdir = chdir
        self._open = ExitStack()
        self._url = ""
        self._repositories = 0
        self._github: GitHub | None = None

    def play(self, transcript: str) -> str:
        """Return the transcript as it comes out now."""
        with self._open:
            return "".join(f"{line}\n" for line in self._lines(transcript))

    def _lines(self, transcript: str) -> Iterator[str]:
        for line in transcript.splitlines():
            if line.startswith(_RESULT):
                continue
            yield line
            if line.startswith("% "):
                yield from self._prepare(*shlex.split(line[2:]))
            elif line.startswith("$ "):
                yield from self._run(line[2:])

    def _prepare(self, verb: str, *words: str) -> Iterator[str]:
        match verb, words:
            case "example", _:
                self._repository(*(TOP / name for name in _EXAMPLE))
                self._fill_in(words)
            case "folder", (path,):
                self._repository(TOP / path)
            case "serve", faults:
                self._serve(*faults)
            case "github", ():
                self._github = self._open.enter_context(github_api())
                for name, value in self._github.environment().items():
                    self._setenv(name, value)
            case "calls", ():
                assert self._github is not None
                yield from (f"| {self._masked(call)}" for call in self._github.requests)
            case "write", (file, text):
                Path(file).write_text(text.replace("\\n", "\n"), encoding="utf-8")
            case "replace", (file, old, new):
                text = Path(file).read_text(encoding="utf-8")
                assert old in text, f"{file} does not hold {old!r}"
                Path(file).write_text(text.replace(old, new), encoding="utf-8")
            case "env", (name, value):
                self._setenv(name, value.replace("$FOLDER", str(self._folder)))
            case _:
                raise ValueError(f"unknown line: % {verb} {words}")

    def _run(self, line: str) -> Iterator[str]:
        words = [word.replace("$URL", self._url) for word in shlex.split(line)]
        assert words.pop(0) == "reconciler", line
        kept = Path(words.pop()) if words[-2:-1] == [">"] and words.pop(-2) else None
        done = inside(*words, *(FAST if self._url and self._url in words else ()))
        yield f"exit {int(done.code)}"
        if kept is not None:
            kept.write_text(done.out, encoding="utf-8")
        else:
            yield from (f"| {line}".rstrip() for line in self._masked(done.out).splitlines())
        yield from (f"! {line}".rstrip() for line in self._masked(done.err).splitlines())

    def _repository(self, *sources: Path) -> None:
        self._repositories += 1
        folder = self._folder / f"repository{self._repositories}"
        folder.mkdir()
        for source in sources:
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / source.name)
        self._chdir(folder)
        self._git("init", "-q", "-b", "main")
        self._commit()

    def _commit(self) -> None:
        self._git("add", "-A")
        self._git("-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "commit", "-qm", "definitions")

    def _fill_in(self, options: tuple[str, ...]) -> None:
        file = Path("signatures.example.yaml")
        text = file.read_text(encoding="utf-8")
        if "uin" in options:
            text = text.replace('# uin: "100012345678"', 'uin: "100000000001"')
        if "branch" in options:
            text = text.replace("# state:", "state:").replace("#   branch:", "  branch:")
            hub = Path.cwd().with_suffix(".git")
            self._git("init", "-q", "--bare", str(hub))
            self._git("remote", "add", "origin", str(hub))
        file.write_text(text, encoding="utf-8")
        self._commit() if options else None

    def _serve(self, *faults: str) -> None:
        account = load_account_file(Path("signatures.example.sandbox.yaml"))
        self._url = self._open.enter_context(serving(account, *faults)).url
        for name, value in KEYS.items():
            self._setenv(name, value)

    @staticmethod
    def _git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True, env=os.environ)

    def _masked(self, text: str) -> str:
        text = text.replace(str(self._folder), "FOLDER").replace(str(TOP), "TOP")
        for pattern, mask in _MASKS:
            text = re.sub(pattern, mask, text)
        return text
