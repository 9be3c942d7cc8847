"""A project with canaries in its images and a sandbox that takes canary keys, and every command run in it."""

from __future__ import annotations

import io
import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from reconciler.sandbox.signing import Key
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import APPROVED, REJECTED, Sign, account, pending, write
from tests.security import canaries

SIGNS: Final = (
    pending(1),
    Sign("sign-2", 1002, "Second", status=REJECTED),
    Sign("sign-3", 1003, "Third", "Drei", APPROVED),
    pending(4, image=2),
)
KEY: Final = Key(canaries.SECRETS["key id"], canaries.SECRETS["secret key"], canaries.SECRETS["session token"])
KEYS: Final = {
    "TENCENTCLOUD_SECRET_ID": KEY.secret_id,
    "TENCENTCLOUD_SECRET_KEY": KEY.secret_key,
    "TENCENTCLOUD_TOKEN": KEY.token or "",
}


@dataclass
class Scene:
    """Where it happens, and what was printed so far."""

    top: Path
    sandbox: Sandbox
    log: Path
    forms: dict[bytes, str] = field(default_factory=canaries.shapes)
    printed: list[str] = field(default_factory=list)

    def run(self, *arguments: str | Path) -> Done:
        """Run a command in this process, as talkative as it gets, with the logs of all libraries."""
        logged = io.StringIO()
        handler = logging.StreamHandler(logged)
        logging.getLogger().addHandler(handler)
        try:
            done = inside("-vv", *arguments)
        finally:
            logging.getLogger().removeHandler(handler)
        self.printed += [done.out, done.err, logged.getvalue()]
        return done

    def reaching(self, *arguments: str) -> Done:
        """Run a command that talks to the sandbox."""
        return self.run(*arguments, "--endpoint", self.sandbox.url, *FAST)

    def told(self) -> set[str]:
        """Return the canaries that were printed."""
        return canaries.seen("\n".join(self.printed).encode("utf-8", "surrogatepass"), self.forms)

    def kept(self) -> set[str]:
        """Return the canaries in the files that were written: record, saved plan, logs of the sandbox."""
        images = self.top / "evidence"
        return canaries.seen_below(self.top.parent, self.forms, apart_from=[images])

    def history(self, branch: str) -> set[str]:
        """Return the canaries in the whole history of the record's branch."""
        hub = self.top.parent / "hub.git"
        log = subprocess.run(["git", "log", "-p", branch], cwd=hub, capture_output=True, check=True).stdout
        assert log.count(b"\ncommit ") > 1
        return canaries.seen(log, self.forms)


@contextmanager
def scene(folder: Path, *faults: str, branch: str = "") -> Iterator[Scene]:
    """Make the project below ``folder`` and serve its account, with a log and a saved account beside it."""
    top = folder / "work"
    write(top, SIGNS, branch=branch)
    for number in (1, 2):
        (top / "evidence" / f"{number}.png").write_bytes(canaries.picture(number))
    log = folder / "sandbox.log"
    options = Options(
        seed=account(SIGNS),
        keys=(KEY,),
        log=log,
        save=folder / "sandbox.json",
        faults=tuple(parse_fault(text) for text in faults),
        limits=False,
    )
    with running(options) as sandbox:
        yield Scene(top, sandbox, log)


def every_command(at: Scene) -> None:
    """Run each command that reads keys, images or the account, in every format; whatever comes of it was printed."""
    plan = str(at.top.parent / "plan.json")
    for form in ("text", "json", "markdown", "github"):
        at.run("validate", "--format", form)
        at.reaching("plan", "--format", form, "--out", plan)
        at.reaching("status", "--format", form)
    for form in ("text", "json"):
        at.reaching("doctor", "--format", form)
    at.reaching("adopt", "sign-2")
    at.reaching("apply", "--yes", "--plan", plan)
    at.reaching("apply", "--yes", "--format", "json", "--resubmit", "sign-2")
    at.run("explain", "AuthFailure.SecretIdNotFound")
    at.run("schema", "signatures")
    at.run("plan", "--sandbox")
    at.run("apply", "--yes", "--sandbox", "--modify-interval", "0")
