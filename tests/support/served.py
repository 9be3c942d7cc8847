"""``sandbox serve`` as a process of its own, with an account file and a log."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.commands import COMMAND
from tests.support.project import Sign


class Served(NamedTuple):
    """Where it listens, and where it logs."""

    url: str
    log: Path

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The log's entries so far."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@contextmanager
def served(folder: Path, signs: Iterable[Sign], *options: str) -> Iterator[Served]:
    """Serve the signatures' account, which is written to ``folder`` beside the log."""
    account, log = folder / "account.yaml", folder / "requests.jsonl"
    account.write_text("signatures:\n" + "".join(_row(sign) for sign in signs if sign.status is not None))
    arguments = [*COMMAND, "sandbox", "serve", "--account", str(account), "--log", str(log), *options]
    with subprocess.Popen(arguments, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield Served(child.stdout.readline().split()[-1], log)
        finally:
            child.terminate()
            assert child.wait(timeout=30) == 0


def _row(sign: Sign) -> str:
    row = {
        "sign_id": sign.sign_id,
        "sign_name": sign.live or sign.name,
        "international": sign.international,
        "status_code": sign.status,
    }
    return f"  - {json.dumps(row)}\n"
