"""From options to a way to the account: the vendor with the person's keys, or the embedded sandbox with its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.cli.validate import Inputs
from reconciler.clock import SystemClock
from reconciler.errors import Refusal, UsageError
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.model.state import Lineage
from reconciler.planning.planner import store_for
from reconciler.state.store import Store
from reconciler.tencent.connection import Connection
from reconciler.tencent.credentials.assumed_role import Role
from reconciler.tencent.credentials.base import CredentialInputs, Vendor
from reconciler.tencent.credentials.chain import KeyFinder
from reconciler.tencent.endpoint import ConnectionOptions, Endpoint, endpoint_from

if TYPE_CHECKING:
    from reconciler.net.transport import Transport
    from reconciler.state.checkout import Origin
    from reconciler.state.git_repository import FetchedTogether

# Patterns of ARNs, separated by blanks or commas.
ALLOWED_ROLES: Final = "RECONCILER_ROLES"


def _nothing_fetched(_root: Path) -> None:
    return None


def _own_connections(_endpoint: Endpoint) -> None:
    return None


def _nobody_else(_target: Target) -> None:
    return None


class Shared(NamedTuple):
    """What the accounts of a run have in common; a single account has it to itself.

    ``finder`` finds their keys, ``fetched`` returns the records' branches that were fetched together for a root,
    ``claim`` hears of each account that is opened, and may raise Refusal. ``head`` and ``origin`` return what is
    checked out at a root; without them git is asked. ``transport`` returns the connections to an endpoint.
    """

    finder: KeyFinder | None = None
    fetched: Callable[[Path], FetchedTogether | None] = _nothing_fetched
    claim: Callable[[Target], None] = _nobody_else
    head: Callable[[Path], str | None] | None = None
    origin: Callable[[Path], Origin] | None = None
    transport: Callable[[Endpoint], Transport | None] = _own_connections


ALONE: Final = Shared()


@contextmanager
def connect(
    inputs: Inputs, options: ConnectionOptions, shared: Shared = ALONE, *, writes: bool = False
) -> Iterator[Connection]:
    """Yield how the account of a run is reached, for as long as the embedded sandbox, if it is one, has to serve.

    Where nothing will be written, the definitions may name a role of its own for it.
    """
    check_options(options)
    if not options.sandbox:
        yield _to_the_vendor(inputs, options, shared, writes=writes)
        return
    from reconciler.cli.embedded import embedded  # noqa: PLC0415  # 16 ms, which a run against the vendor need not pay

    # The embedded sandbox shows a write at once.
    with embedded(inputs, options.limits._replace(describe_lag=0.0)) as connection:
        yield connection


def check_options(options: ConnectionOptions) -> None:
    """Raise UsageError for what is wrong with the options themselves, whatever the definitions say."""
    if options.endpoint is None:
        return
    if options.sandbox:
        raise UsageError(
            "--sandbox and --endpoint exclude each other", hint="`sandbox serve` is what --endpoint is for"
        )
    options.limits.check(endpoint_from(options.endpoint, None))


def key_finder(options: ConnectionOptions) -> KeyFinder:
    """Return what finds the keys of this run."""
    return KeyFinder(CredentialInputs(os.environ, _home(), options.oidc_provider, options.role_arn))


def _to_the_vendor(inputs: Inputs, options: ConnectionOptions, shared: Shared, *, writes: bool) -> Connection:
    endpoint = endpoint_from(options.endpoint, inputs.account.endpoint, inputs.account.site)
    options.limits.check(endpoint)
    transport, finder = shared.transport(endpoint), shared.finder or key_finder(options)
    vendor = Vendor(endpoint, inputs.account.region, options.request_timeout, SystemClock(), transport)
    keys = finder.keys(vendor, _role_to_take(inputs.account, writes=writes))
    return Connection(endpoint, keys, options.limits, transport=transport)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # neither HOME nor an entry for this user, as in some containers
        return Path("/nonexistent")


def _role_to_take(account: Account, *, writes: bool) -> Role | None:
    """Return the role of the definitions. Raises Refusal where a workflow does not allow it.

    A pull request may change the definitions; it must not choose whom the job acts as.
    """
    reads = account.plan_role is not None and not writes
    arn, field = (account.plan_role, "account.plan_role") if reads else (account.role, "account.role")
    if arn is None:
        return None
    # On a person's own machine their keys decide which roles can be taken on.
    if os.environ.get("GITHUB_ACTIONS") == "true" and not _is_allowed(arn):
        raise Refusal(
            "{field} {role} is not among the roles that this workflow allows",
            hint="set {variable} to its ARN, or a pattern, in the workflow's own file",
            field=field,
            role=arn,
            variable=ALLOWED_ROLES,
        )
    return Role(arn, field)


def _is_allowed(arn: str) -> bool:
    allowed = os.environ.get(ALLOWED_ROLES, "").replace(",", " ").split()
    return any(fnmatchcase(arn, pattern) for pattern in allowed)


def record_of(inputs: Inputs, target: Target, shared: Shared = ALONE, *, embedded: bool = False) -> Store:
    """Return the store of the record. Raises Refusal where the account has another one besides."""
    root, branch = inputs.definitions.root, inputs.definitions.branch
    fetched = shared.fetched(root) if branch is not None else None
    return store_for(root, branch, target, embedded=embedded, fetched=fetched)


def lineage_of(inputs: Inputs, shared: Shared = ALONE, *, embedded: bool = False) -> Callable[[str], Lineage] | None:
    """Return how what is checked out relates to a commit that was applied; ``None`` for a local record: it is alone."""
    if embedded or inputs.definitions.branch is None:
        return None
    from reconciler.state import checkout  # noqa: PLC0415  # 4 ms, which a local record need not pay

    root = inputs.definitions.root
    commit = (shared.head or checkout.head_commit)(root)
    return lambda applied: checkout.lineage(root, applied, commit) if commit is not None else Lineage.UNKNOWN
