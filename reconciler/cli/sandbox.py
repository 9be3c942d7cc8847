"""The commands ``sandbox serve`` and ``sandbox review``."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any, Final

import click

from reconciler.cli.options import DEFAULT_PATH
from reconciler.cli.sandbox_options import SERVE_HELP, Seconds, fact_options, serve_options
from reconciler.errors import UsageProblem

_POLL_S: Final = 0.2
_DAY_S: Final = 86_400
_YEAR_S: Final = 366 * _DAY_S


@click.group()
def sandbox() -> None:
    """Run the local stand-in for the vendor, or play its reviewer."""


@sandbox.command(epilog=SERVE_HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--account", type=click.Path(path_type=Path), help="YAML file to start from.")
@click.option("--key", "keys", multiple=True, metavar="ID:SECRET[:TOKEN]", help="Default: AKIDsandbox:sandbox-secret.")
@click.option("--log", type=click.Path(path_type=Path), help="Append one JSON line a request.")
@click.option("--save", type=click.Path(path_type=Path), help="Keep the account here; it wins over --account.")
@click.option("--no-limits", is_flag=True, help="Turn the vendor's rate limits off.")
@click.option("--fault", "faults", multiple=True, metavar="ACTION:WHICH:KIND[=ARG]", help="See below.")
@click.option(
    "--clock-offset",
    default=0.0,
    metavar="S",
    type=Seconds(-_YEAR_S, _YEAR_S),
    help="Seconds that the sandbox's clock is ahead.",
)
@click.option("--latency", default=0.0, metavar="S", type=Seconds(0, _DAY_S), help="Seconds before every answer.")
@click.option("--describe-lag", default=0.0, metavar="S", type=Seconds(0, _DAY_S), help="Seconds that describe trails.")
@fact_options
def serve(**given: Any) -> None:  # click hands options over by name
    """Serve until ended by an interrupt. The first line on stdout says where."""
    from reconciler.sandbox.running import running  # noqa: PLC0415  # the server, for this command only

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with running(serve_options(given), keep_requests=False) as server:
        click.echo(f"sandbox listening on {server.url}")
        # a wait without end would not let the handlers run on every platform
        while not ended.wait(_POLL_S):
            pass


@sandbox.command()
@click.option("--endpoint", metavar="URL", help="The address that `sandbox serve` printed.")
@click.option("--sandbox", "embedded", is_flag=True, help="The one that other commands use with --sandbox.")
@click.option(
    "--definitions",
    default=DEFAULT_PATH,
    show_default=True,
    metavar="PATH",
    type=click.Path(),
    help="Whose embedded sandbox it is.",
)
@click.option("--reply", default="", help="The reviewer's words.")
@click.argument("sign_id", type=click.IntRange(1))
@click.argument("verdict", type=click.Choice(("approve", "reject")))
def review(endpoint: str | None, definitions: str, reply: str, sign_id: int, verdict: str, *, embedded: bool) -> None:
    """Approve or reject a signature of a running sandbox, or of the embedded one."""
    from reconciler.sandbox.review import review_running, review_saved  # noqa: PLC0415  # for this command only

    if embedded == (endpoint is not None):
        raise UsageProblem("name one sandbox to review in", hint="--endpoint URL for a running one, or --sandbox")
    if endpoint is not None:
        code = review_running(endpoint, sign_id, verdict, reply)
    else:
        code = review_saved(_embedded_save(definitions), sign_id, verdict, reply)
    click.echo(f"sandbox: signature {sign_id} has StatusCode {code} now")


def _embedded_save(definitions: str) -> Path:
    from reconciler.cli.embedded import saved_at  # noqa: PLC0415  # for this command only
    from reconciler.definitions.load import load_definitions  # noqa: PLC0415  # as above

    found = load_definitions((definitions,), cwd=Path.cwd())
    if not found.files:
        raise UsageProblem(f"there are no definitions at {definitions}", hint="name them with --definitions PATH")
    return saved_at(found.root, found.files[0])
