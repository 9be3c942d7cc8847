"""``reconciler sandbox serve`` and ``sandbox review``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import click

from reconciler.cli.formats import DEFAULT_PATH, FilledPath, Number
from reconciler.cli.validate import here, sandbox_account
from reconciler.contract.api import is_loopback
from reconciler.definitions.load import load_definitions
from reconciler.errors import Exit, ReconcilerError, UsageError, said
from reconciler.net import http
from reconciler.sandbox.account import REVIEW_PATH, review_saved
from reconciler.sandbox.account_file import load_account_file
from reconciler.sandbox.faults import PROCESSED, UNPROCESSED, parse_fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import SECOND_SUBMITTER, Options, UnconfirmedBehaviour, meanings, ways
from reconciler.sandbox.running import running
from reconciler.sandbox.signing import DEFAULT_KEY, parse_key
from reconciler.signals import StopFlag, handle_signals
from reconciler.text import local_document, say

_DAY_S: Final = 86_400
_REVIEW_TIMEOUT_S: Final = 10.0
_HTTP_OK: Final = 200
_YEAR_S: Final = 366 * _DAY_S


def _listed(title: str, kinds: Mapping[str, str]) -> str:
    # \b keeps click from joining the lines
    return "\n".join(("\b", title, *(f"  {kind}{meaning}" for kind, meaning in kinds.items())))


_FAULTS: Final = (
    "A fault such as ModifySmsSign:3:reset-after is for one action (or *), for its request N, N-M or *,"
    " counted from 1 over requests that arrive. With UIN/ in front it is for that account's requests only."
)

_CLIENTS: Final = (
    "Clients of the vendor reach it with --endpoint http://127.0.0.1:PORT (tccli, with the scheme), or with the"
    " endpoint 127.0.0.1:PORT and the protocol http (SDKs)."
)

SERVE_HELP: Final = "\n\n".join(
    (
        _CLIENTS,
        _FAULTS,
        _listed("Kinds that keep a request from being processed:", UNPROCESSED),
        _listed("Kinds for a request that is processed:", PROCESSED),
    )
)


def fact_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add one option for every fact that no vendor page settles."""
    for name, choices in reversed(tuple(ways().items())):
        command = click.option(
            f"--{name.replace('_', '-')}",
            name,
            type=click.Choice(choices),
            default=choices[0],
            show_default=True,
            help=f"Unconfirmed: {meanings()[name]}.",
        )(command)
    return command


def serve_options(given: Mapping[str, Any]) -> Options:
    """Return the options of a server. Raises UsageError and AccountFileError."""
    saved = given["save"] is not None and given["save"].exists()
    # Of several the files say whose the keys are, so they are read also where the rows are in the saved ones.
    files = () if saved and len(given["accounts"]) == 1 else given["accounts"]
    seeds = [load_account_file(file) for file in files] or [AccountData()]
    return Options(
        seed=seeds[0],
        others=tuple(seeds[1:]),
        host=given["host"],
        port=given["port"],
        keys=tuple(parse_key(text) for text in given["keys"]) or (DEFAULT_KEY,),
        log=given["log"],
        save=given["save"],
        limits=not given["no_limits"],
        facts=UnconfirmedBehaviour(**{name: given[name] for name in ways()}, describe_lag_s=given["describe_lag"]),
        faults=tuple(parse_fault(text) for text in given["faults"]),
        second_submitter=given["second_submitter"],
        clock_offset_s=given["clock_offset"],
        latency_s=given["latency"],
    )


@click.group()
def sandbox() -> None:
    """Run the local stand-in for the vendor, or play its reviewer."""


@sandbox.command(epilog=SERVE_HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine.")
@click.option(
    "--port", metavar="N", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one."
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    type=FilledPath(path_type=Path),
    help="YAML file to start from; may be repeated, then each has a uin and keys of its own.",
)
@click.option("--key", "keys", multiple=True, metavar="ID:SECRET[:TOKEN]", help="Default: AKIDsandbox:sandbox-secret.")
@click.option("--log", type=FilledPath(path_type=Path), help="Append one JSON line a request.")
@click.option(
    "--save",
    type=FilledPath(path_type=Path),
    help="Keep the account here, further ones beside it; it wins over --account.",
)
@click.option("--no-limits", is_flag=True, help="Turn the vendor's rate limits off.")
@click.option("--fault", "faults", multiple=True, metavar="[UIN/]ACTION:WHICH:KIND[=ARG]", help="See below.")
@click.option(
    "--second-submitter",
    type=click.Choice(SECOND_SUBMITTER),
    default=SECOND_SUBMITTER[0],
    show_default=True,
    help="Somebody in the console who submits each signature once as well, before or after the first modify of it.",
)
@click.option(
    "--clock-offset",
    default=0.0,
    metavar="S",
    type=Number(-_YEAR_S, _YEAR_S),
    help="Seconds that the sandbox's clock is ahead.",
)
@click.option("--latency", default=0.0, metavar="S", type=Number(0, _DAY_S), help="Seconds before every answer.")
@click.option("--describe-lag", default=0.0, metavar="S", type=Number(0, _DAY_S), help="Seconds that describe trails.")
@fact_options
def serve(**given: Any) -> None:  # click hands options over by name
    """Serve until ended by an interrupt. The first line on stdout says where."""
    stop = StopFlag()
    with (
        handle_signals(lambda _number: stop.set(), stop),
        running(serve_options(given), keep_requests=False) as server,
    ):
        # The same in every language: programs look for it.
        click.echo(f"sandbox listening on {server.url}")
        stop.wait()


@sandbox.command()
@click.option("--endpoint", metavar="URL", help="The address that `sandbox serve` printed.")
@click.option("--sandbox", "embedded", is_flag=True, help="The one that other commands use with --sandbox.")
@click.option(
    "--definitions",
    default=DEFAULT_PATH,
    show_default=True,
    metavar="PATH",
    type=FilledPath(),
    help="Whose embedded sandbox it is.",
)
@click.option("--reply", default="", help="The reviewer's words.")
@click.option("--uin", metavar="UIN", help="Whose signature, where a running sandbox has several accounts.")
@click.argument("sign_id", type=click.IntRange(1))
@click.argument("verdict", type=click.Choice(("approve", "reject")))
def review(  # a parameter for each option
    endpoint: str | None,
    definitions: str,
    reply: str,
    uin: str | None,
    sign_id: int,
    verdict: str,
    *,
    embedded: bool,
) -> None:
    """Approve or reject a signature of a running sandbox, or of the embedded one."""
    if embedded == (endpoint is not None):
        raise UsageError("name one sandbox to review in", hint="--endpoint URL for a running one, or --sandbox")
    if endpoint is not None:
        code = review_running(endpoint, sign_id, verdict, reply, uin)
    else:
        code = review_saved(_embedded_save(definitions), sign_id, verdict, reply)
    click.echo(say("sandbox: signature {sign_id} has StatusCode {code} now", sign_id=sign_id, code=code))


def _embedded_save(definitions: str) -> Path:
    found = load_definitions((definitions,), cwd=here(), evidence=False)
    if not found.files:
        raise UsageError(
            "there are no definitions at {path}", hint="name them with --definitions PATH", path=definitions
        )
    return sandbox_account(found.root, found.files[0])


class NoSandbox(ReconcilerError):
    """Nobody answers where a sandbox should be."""

    exit_code = Exit.VENDOR
    code = "Client.NoSandbox"


def review_running(endpoint: str, sign_id: int, verdict: str, reply: str = "", uin: str | None = None) -> int:
    """Give the verdict at a running sandbox, of account ``uin``; return the row's ``StatusCode``.

    Raises UsageError for an endpoint that is not on this machine or an unknown signature, NoSandbox where none
    answers.
    """
    url = _loopback(endpoint)
    status, answer = _post(url, {"sign_id": sign_id, "verdict": verdict, "reply": reply, "uin": uin}, endpoint)
    if status != _HTTP_OK:
        reason = answer.get("error", said("the sandbox answered with HTTP {status}", status=status))
        # What came over the wire does not say what it was made of.
        raise UsageError("{reason}", reason=local_document(str(reason)))
    return int(answer["status_code"])


def _loopback(endpoint: str) -> SplitResult:
    try:
        url = urlsplit(endpoint)
        port, host = url.port, url.hostname or ""
        local = is_loopback(host)
    except ValueError:
        local, port, url = False, None, urlsplit("")
    if url.scheme != "http" or not local or port is None:
        raise UsageError(
            "{endpoint} is not a sandbox on this machine",
            hint="give the address that `reconciler sandbox serve` printed, such as http://127.0.0.1:8080",
            endpoint=endpoint,
        )
    return url


def _post(url: SplitResult, value: dict[str, Any], endpoint: str) -> tuple[int, dict[str, Any]]:
    content = json.dumps(value)
    # Without the proxies of the environment: this machine is never reached through one.
    with closing(http()(proxies=False)) as transport:
        try:
            with transport.request(
                "POST",
                url._replace(path=REVIEW_PATH, query="", fragment="").geturl(),
                headers={"Content-Type": "application/json"},
                timeout=_REVIEW_TIMEOUT_S,
                verify=True,
                data=content,
            ) as response:
                answer = json.loads(transport.body(response))
        except (*transport.FAILURES, ValueError) as problem:
            raise NoSandbox(
                "no sandbox answers at {endpoint} ({kind})",
                endpoint=endpoint,
                kind=transport.error(problem).message,
                hint="start one with `reconciler sandbox serve`",
            ) from None
    return response.status_code, answer if isinstance(answer, dict) else {}
