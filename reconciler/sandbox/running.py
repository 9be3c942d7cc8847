"""A sandbox in this process: ``with running(Options(...)) as sandbox: sandbox.url``."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from reconciler.contract.api import is_loopback
from reconciler.errors import ReconcilerError, UsageError, said
from reconciler.sandbox.account import REVIEW_PATH, Accounts, SandboxAccount, open_account, review
from reconciler.sandbox.faults import FaultPlan
from reconciler.sandbox.gateway import Dispatcher, RateLimits
from reconciler.sandbox.http import Request, Response
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.service import RequestLog, Service
from reconciler.sandbox.signing import KeyRing, parse_key

if TYPE_CHECKING:
    from reconciler.sandbox.server import SandboxServer


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox. ``requests`` are the log's entries so far, where they are kept; ``account`` is the first."""

    url: str
    account: SandboxAccount
    requests: list[dict[str, Any]]


@contextmanager
def running(options: Options, *, keep_requests: bool = True) -> Iterator[Sandbox]:
    """Serve until the block ends; then every connection is closed and every thread has ended.

    Raise ``UsageProblem`` for a host that is not this machine, ``ReconcilerError`` where a file or the port cannot
    be used, and whatever went wrong inside the sandbox itself.
    """
    _check_host(options.host)
    opened = [_opened(options, seed) for seed in (options.seed, *options.others)]
    accounts = Accounts(opened)
    log = RequestLog(options.log, keep=keep_requests)
    try:
        server = _server(options, accounts, log)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox")
        thread.start()
        try:
            yield Sandbox(_url(server), opened[0], log.entries)
        finally:
            server.close()
            thread.join()
    finally:
        log.close()
    if server.bugs:
        raise server.bugs[0]


def _opened(options: Options, seed: AccountData) -> SandboxAccount:
    """Open one account, each further one kept beside the first, with its uin in the file's name."""
    save = options.save
    if save is not None and seed is not options.seed:
        save = save.with_name(f"{save.stem}-{seed.uin}{save.suffix}")
    return open_account(save, seed, options.facts.order, options.facts.describe_lag_s)


def _keys(options: Options) -> KeyRing:
    own = (parse_key(text, seed.uin) for seed in (options.seed, *options.others) for text in seed.keys)
    read_only = ((seed.uin, role) for seed in (options.seed, *options.others) for role in seed.read_only_roles)
    return KeyRing((*options.keys, *own), read_only)


def _server(options: Options, accounts: Accounts, log: RequestLog) -> SandboxServer:
    # Every command can run a sandbox, and few do: only then is the standard library's HTTP loaded.
    from reconciler.sandbox.server import SandboxServer  # noqa: PLC0415  # 8 ms

    ended = threading.Event()
    limits = RateLimits(options.facts.rate_window) if options.limits else None
    dispatcher = Dispatcher(accounts, _keys(options), options.facts, limits, options.second_submitter)
    service = Service(dispatcher, FaultPlan(options.faults), log, wait=ended.wait, latency_s=options.latency_s)

    def answering(request: Request) -> Response:
        return control(request, accounts) or service.reply(request)

    try:
        return SandboxServer(
            (options.host, options.port), answering, ended=ended, clock_offset_s=options.clock_offset_s
        )
    except (OSError, OverflowError) as problem:
        raise ReconcilerError(
            "the sandbox cannot listen on {host} port {port} ({problem})",
            hint="take another port, or 0 for any free one",
            host=options.host,
            port=options.port,
            problem=problem,
        ) from None


def _check_host(host: str) -> None:
    if not is_loopback(host):
        raise UsageError(
            "the sandbox does not listen on {host}: its keys are public",
            hint="take 127.0.0.1, ::1 or localhost",
            host=host,
        )


def _url(server: SandboxServer) -> str:
    host = f"[{server.server_name}]" if ":" in server.server_name else server.server_name
    return f"http://{host}:{server.server_port}"


VERDICTS: Final = ("approve", "reject")


def control(request: Request, accounts: Accounts) -> Response | None:
    """Answer a request to the control path; None where it is for the vendor's API."""
    if not request.path.startswith("/_sandbox/"):
        return None
    # A page in a browser cannot send this type across origins without asking first.
    asked = request.method == "POST" and request.header("content-type") == "application/json"
    # Nor can it under a name of its own that it made to mean this machine.
    asked = asked and is_loopback(urlsplit(f"//{request.header('host')}").hostname or "")
    if request.path != REVIEW_PATH or not asked:
        return _answer(404, {"error": f"the sandbox takes POST {REVIEW_PATH} with application/json"})
    return _review(request.body, accounts)


def _review(body: bytes, accounts: Accounts) -> Response:
    try:
        wanted = json.loads(body)
        sign_id, verdict, reply, uin = (
            wanted["sign_id"],
            wanted["verdict"],
            wanted.get("reply", ""),
            wanted.get("uin"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        sign_id = verdict = reply = uin = None
    if (
        not isinstance(sign_id, int)
        or verdict not in VERDICTS
        or not isinstance(reply, str)
        or not isinstance(uin, str | None)
    ):
        return _answer(400, {"error": "the body must be {sign_id, verdict: approve or reject, reply, uin}"})
    having = accounts.with_row(sign_id, uin)
    if len(having) > 1:
        several = said(
            "{count} accounts have a signature {sign_id}: name one with --uin", count=len(having), sign_id=sign_id
        )
        return _answer(400, {"error": several})
    row = review(having[0], sign_id, verdict, reply) if having else None
    if row is None:
        return _answer(404, {"error": said("there is no signature {sign_id} in this sandbox", sign_id=sign_id)})
    return _answer(200, {"sign_id": row.sign_id, "status_code": row.status_code})


def _answer(status: int, value: dict[str, Any]) -> Response:
    return Response(json.dumps(value).encode(), status=status)
