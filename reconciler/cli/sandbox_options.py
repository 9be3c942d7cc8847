"""The options of ``sandbox serve`` that come from tables, and what they make together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.sandbox.facts import Facts, meanings, ways
from reconciler.sandbox.faults import PROCESSED, UNPROCESSED, parse_fault

if TYPE_CHECKING:
    from reconciler.sandbox.options import Options


def _listed(title: str, kinds: Mapping[str, str]) -> str:
    # \b keeps click from joining the lines
    return "\n".join(("\b", title, *(f"  {kind}{meaning}" for kind, meaning in kinds.items())))


_FAULTS: Final = (
    "A fault such as ModifySmsSign:3:reset-after is for one action (or *), for its request N, N-M or *,"
    " counted from 1 over requests that arrive."
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


class Seconds(click.FloatRange):
    """A number of seconds in a range; what is no number is refused, which a range alone lets pass."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds, or fail as a usage error."""
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return seconds


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
    """Return what ``serve`` was told. Raise ``UsageProblem`` or ``AccountFileError``."""
    from reconciler.sandbox.data import AccountData  # noqa: PLC0415  # for serving only
    from reconciler.sandbox.keys import DEFAULT_KEY, parse_key  # noqa: PLC0415
    from reconciler.sandbox.options import Options  # noqa: PLC0415
    from reconciler.sandbox.seed.account_file import load_account_file  # noqa: PLC0415

    saved = given["save"] is not None and given["save"].exists()
    return Options(
        seed=load_account_file(given["account"]) if given["account"] and not saved else AccountData(),
        host=given["host"],
        port=given["port"],
        keys=tuple(parse_key(text) for text in given["keys"]) or (DEFAULT_KEY,),
        log=given["log"],
        save=given["save"],
        limits=not given["no_limits"],
        facts=Facts(**{name: given[name] for name in ways()}, describe_lag_s=given["describe_lag"]),
        faults=tuple(parse_fault(text) for text in given["faults"]),
        clock_offset_s=given["clock_offset"],
        latency_s=given["latency"],
    )
