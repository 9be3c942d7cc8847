"""Kills a save at each call to the system that it makes, and prints what each left: the old record or the new."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.model.state import State
from reconciler.state.local import FileStore
from tests.state.state_values import NAME, REGION, UIN, state

CALLS = (
    *((os, name) for name in ("open", "fdopen", "replace", "fsync", "unlink", "mkdir")),
    (fcntl, "flock"),
)


def main(folder: Path, first: bool) -> None:
    old, new, at = State(UIN, REGION) if first else state(s1="old"), state(s1="new"), 0
    killed = True
    while killed:
        at += 1
        shutil.rmtree(folder, ignore_errors=True)
        store = FileStore(folder, NAME)
        if not first:
            store.update(lambda _: old, "note")
        killed = _killed(at, store, new)
        left = store.load().state._replace(serial=0)
        assert left in (old, new)
        sys.stdout.write("old\n" if left == old else "new\n")
        sys.stdout.flush()
        assert store.update(lambda _: new, "the next run").state.entries == new.entries


def _killed(at: int, store: FileStore, new: State) -> bool:
    child = os.fork()
    if not child:
        code = 1
        try:
            _die_at(at)
            store.update(lambda _: new, "note")
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -signal.SIGKILL}
    return os.WIFSIGNALED(status)


def _die_at(at: int) -> None:
    left = iter(range(at - 1, -1, -1))

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            if not next(left, 1):
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return wrapped

    for module, name in CALLS:
        setattr(module, name, dying(getattr(module, name)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "first")
