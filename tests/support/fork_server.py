"""Starts the command many times over without importing it anew: each run is a process of its own, forked from this one.

Reads one JSON object a line, ``{"id", "arguments", "cwd", "out", "err"}``; writes ``{"id", "pid"}`` when it is started
and ``{"id", "status"}`` when it has ended.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import sys
from typing import Any

from reconciler.cli.main import main

_PRELOADED = (
    "reconciler.cli.adopt",
    "reconciler.cli.apply",
    "reconciler.cli.plan",
    "reconciler.render.document",
    "reconciler.state.branch",
    "PIL.PngImagePlugin",
    "tencentcloud.common.common_client",
)
_POLL_S = 0.01


def serve() -> None:
    """Start runs until stdin ends."""
    for name in _PRELOADED:
        importlib.import_module(name)
    running: dict[int, int] = {}
    waiting = b""
    while True:
        if select.select([0], [], [], _POLL_S)[0]:
            read = os.read(0, 65536)
            if not read:
                return
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                _start(json.loads(line), running)
        _tell_ended(running)


def _start(order: dict[str, Any], running: dict[int, int]) -> None:
    pid = os.fork()
    if not pid:
        _run(order)
    running[pid] = order["id"]
    _tell(id=order["id"], pid=pid)


def _run(order: dict[str, Any]) -> None:
    code = 1
    try:
        for number, name in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
            opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
            os.dup2(opened, number)
            os.close(opened)
        os.chdir(order["cwd"])
        try:
            main(order["arguments"])
        except SystemExit as end:
            code = int(str(end.code))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _tell_ended(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _tell(id=running.pop(pid), status=os.waitstatus_to_exitcode(status))


def _tell(**words: int) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


if __name__ == "__main__":
    serve()
