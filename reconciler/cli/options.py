"""Options that several commands share, each said once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


DEFAULT_PATH: Final = "signatures.yaml"

paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Return the option that chooses how results are printed."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(formats),
        default="text",
        show_default=True,
        help="How to print results.",
    )


def only_option(command: Command) -> Command:
    """Add the option that narrows a run to some signatures."""
    return click.option("--only", multiple=True, metavar="KEY", help="Only this signature; may be repeated.")(command)


def max_changes_option(command: Command) -> Command:
    """Add the option that refuses a plan that is larger than expected."""
    return click.option(
        "--max-changes", type=click.IntRange(0), metavar="N", help="Refuse a plan that would modify more than N."
    )(command)


def connection_options(command: Command) -> Callable[..., Any]:
    """Add the options of every command that reaches an account, handed on as one value called ``connection``."""

    @wraps(command)
    def with_connection(*arguments: Any, **given: Any) -> Any:
        from reconciler.tencent.connection import ConnectionOptions  # noqa: PLC0415  # 90 ms: it brings the SDK along

        asked = ConnectionOptions(**{name: given.pop(name) for name in ConnectionOptions._fields})
        return command(*arguments, connection=asked, **given)

    collected: Callable[..., Any] = with_connection
    for option in reversed(_CONNECTION):
        collected = option(collected)
    return collected


_CONNECTION: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--endpoint", metavar="URL", help="Instead of account.endpoint; plain http on loopback only."),
    click.option(
        "--sandbox", is_flag=True, help="Work against a sandbox inside this process, kept below .reconciler/."
    ),
    click.option("--oidc-provider", metavar="NAME", help="Exchange a web identity token at this provider for keys."),
    click.option("--role-arn", metavar="ARN", help="The role whose keys the exchange gives."),
    click.option(
        "--request-timeout",
        type=click.FloatRange(0.1, 300),
        default=10.0,
        show_default=True,
        metavar="S",
        help="Seconds for one call as a whole.",
    ),
    click.option(
        "--describe-lag",
        type=click.FloatRange(0, 60),
        default=5.0,
        show_default=True,
        metavar="S",
        help="Seconds for which a describe may trail a write; an apply waits so long before it trusts one.",
    ),
    click.option(
        "--describe-rate",
        type=click.FloatRange(1, 100_000),
        default=20.0,
        show_default=True,
        metavar="N",
        help="Describe calls a second; the vendor's limit, which only an endpoint on loopback may change.",
    ),
    click.option(
        "--modify-interval",
        type=click.FloatRange(0, 60),
        default=1.05,
        show_default=True,
        metavar="S",
        help="Seconds between modify calls; as above.",
    ),
)
