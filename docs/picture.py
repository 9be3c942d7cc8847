"""Writes the pictures of a plan in a terminal from a real run, light and dark: ``python docs/picture.py [--check]``."""

from __future__ import annotations

import html
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME, TerminalTheme
from rich.text import Text

FOLDER: Final = Path(__file__).parent
COMMAND: Final = ("plan", "--sandbox", "signatures.example.yaml")
COLUMNS: Final = 100

# Black, red, green, yellow, blue, magenta, cyan and white, dark enough to be read on white.
_ON_WHITE: Final = [
    (36, 41, 47), (164, 14, 38), (17, 99, 41), (125, 78, 0),
    (5, 80, 174), (102, 57, 186), (27, 124, 131), (87, 96, 106),
]  # fmt: skip
_LIGHT: Final = TerminalTheme((255, 255, 255), (31, 35, 40), _ON_WHITE, _ON_WHITE)
_THEMES: Final = {"light": _LIGHT, "dark": SVG_EXPORT_THEME}

# A picture in a README is shown without network: it names fonts that machines have, and loads none.
_FORMAT: Final = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>reconciler plan</title>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, SFMono-Regular, Menlo, Consolas,
  "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "Noto Sans CJK SC", monospace; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def shown() -> str:
    """Return what a terminal shows of the command, colours included."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("signatures.example.yaml", "signatures.example.sandbox.yaml", "evidence"):
            source = FOLDER.parent / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, Path(folder) / name)
        ours, theirs = pty.openpty()
        environ = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LC_ALL": "C.UTF-8"}
        with subprocess.Popen(  # noqa: S603  # ourselves
            (sys.executable, "-m", "reconciler", *COMMAND),
            cwd=folder, stdout=theirs, stderr=subprocess.DEVNULL, env={**environ, "PYTHONPATH": str(FOLDER.parent)},
        ):  # fmt: skip
            os.close(theirs)
            return _read(ours).replace("\r\n", "\n")


def _read(terminal: int) -> str:
    parts = []
    with open(terminal, "rb", buffering=0) as stream:
        try:
            while part := stream.read(65536):
                parts.append(part)
        except OSError:  # how a terminal says that nobody is at its other side any more
            pass
    return b"".join(parts).decode()


def picture(text: str, theme: TerminalTheme) -> str:
    """Return the terminal as an SVG file."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(f"$ reconciler {' '.join(COMMAND)}\n{text.rstrip()}"))
    drawn = console.export_svg(title="reconciler plan", theme=theme, code_format=_FORMAT, unique_id="plan")
    return _LINE.sub(_in_cells, drawn)


_LINE: Final = re.compile(r'(<text [^>]*?) x="([^"]+)"( [^>]*?)textLength="([^"]+)"([^>]*>)(.*?)</text>', re.DOTALL)
_WIDE: Final = re.compile(r"([\u2e80-\uffef]+)")


def _in_cells(line: re.Match[str]) -> str:
    """Return a line with its Chinese parts on their own, two cells a character: rich squeezes it into one each."""
    head, x, middle, length, tail, content = line.groups()
    text = html.unescape(content)
    cell, at, parts = float(length) / len(text), float(x), []
    for part in filter(None, _WIDE.split(text)):
        size = cell_len(part) * cell
        shown = html.escape(part).replace("\xa0", "&#160;")
        parts.append(f'{head} x="{at:g}"{middle}textLength="{size:g}"{tail}{shown}</text>')
        at += size
    return "".join(parts)


def words(svg: str) -> str:
    """Return the text of a picture without its blanks, which is the same whichever release of rich drew it."""
    parts = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    return re.sub(r"\s+", "", html.unescape("".join(parts)))


def main(arguments: list[str]) -> int:
    """Write both pictures, or with ``--check`` only name those that show something else and return 1."""
    text, outdated = shown(), []
    for name, theme in _THEMES.items():
        file = FOLDER / f"plan-{name}.svg"
        made = picture(text, theme)
        if not file.exists() or words(file.read_text(encoding="utf-8")) != words(made):
            outdated.append(file)
        if "--check" not in arguments:
            file.write_text(made, encoding="utf-8")
    for file in outdated:
        print(file.relative_to(FOLDER.parent))  # noqa: T201  # the files are this script's output
    return 1 if outdated and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
