"""From options to a way to the account: the vendor with the person's keys, or the embedded sandbox with its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from reconciler.cli.validate import Inputs, sandbox_account
from reconciler.clock import SystemClock
from reconciler.contract.api import STATUS_CODES, Status
from reconciler.errors import Refusal, UsageError, said
from reconciler.model.plan import Target
from reconciler.model.signature import Account, Signature
from reconciler.planning.planner import store_for
from reconciler.sandbox.account_file import load_account_file
from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.sandbox.signing import DEFAULT_KEY
from reconciler.state.checkout import Lineage, Origin, head_commit, lineage, origin_of
from reconciler.state.git_repository import FetchedTogether
from reconciler.state.local import ensure_folder
from reconciler.state.store import Store
from reconciler.tencent.connection import Connection
from reconciler.tencent.credentials.assumed_role import Role
from reconciler.tencent.credentials.base import CredentialInputs, Keys, Vendor
from reconciler.tencent.credentials.chain import KeyFinder
from reconciler.tencent.endpoint import ConnectionOptions, Endpoint, RequestLimits, endpoint_from

if TYPE_CHECKING:
    from reconciler.net.transport import Transport

# Patterns of ARNs, separated by blanks or commas.
ALLOWED_ROLES: Final = "RECONCILER_ROLES"

_SEED_SUFFIX: Final = ".sandbox.yaml"
_PENDING: Final = next(code for code, status in STATUS_CODES.items() if status is Status.PENDING)


def _nothing_fetched(_root: Path) -> None:
    return None


def _own_connections(_endpoint: Endpoint) -> None:
    return None


def _nobody_else(_target: Target) -> None:
    return None


class Shared(NamedTuple):
    """What the accounts of a run have in common; a single account has it to itself.

    ``finder`` finds their keys, ``fetched`` returns the records' branches that were fetched together for a root,
    ``claim`` hears of each account that is opened, and may raise Refusal. ``head`` and ``origin`` are what is checked
    out at a root. ``transport`` returns the connections to an endpoint that are shared.
    """

    finder: KeyFinder | None = None
    fetched: Callable[[Path], FetchedTogether | None] = _nothing_fetched
    claim: Callable[[Target], None] = _nobody_else
    head: Callable[[Path], str | None] = head_commit
    origin: Callable[[Path], Origin] = origin_of
    transport: Callable[[Endpoint], Transport | None] = _own_connections


ALONE: Final = Shared()


@contextmanager
def connect(
    inputs: Inputs, options: ConnectionOptions, shared: Shared = ALONE, *, writes: bool = False
) -> Iterator[Connection]:
    """Yield how the account of a run is reached, for as long as the embedded sandbox, if it is one, has to serve.

    Where nothing is to be written, the definitions may name a role of its own for it.
    """
    check_options(options)
    if not options.sandbox:
        yield _to_the_vendor(inputs, options, shared, writes=writes)
        return
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


@contextmanager
def embedded(inputs: Inputs, limits: RequestLimits) -> Iterator[Connection]:
    """Serve the sandbox of the definitions on loopback, its account kept below ``.reconciler/`` between runs."""
    first = inputs.definitions.files[0]
    save = sandbox_account(inputs.definitions.root, first)
    ensure_folder(save.parent)
    seed = AccountData() if save.exists() else _seed(inputs, first)
    with running(Options(seed=seed, save=save), keep_requests=False) as sandbox:
        keys = Keys(DEFAULT_KEY.secret_id, DEFAULT_KEY.secret_key, source=said("embedded sandbox"))
        yield Connection(endpoint_from(sandbox.url, None), keys, limits, embedded=True)


def _seed(inputs: Inputs, first: Path) -> AccountData:
    """Start from ``<stem>.sandbox.yaml`` beside the first file; without one, every definition is pending."""
    beside = first.with_name(first.stem + _SEED_SUFFIX)
    # A pull request may hold any link, and what it leads to would be shown as an account.
    if not beside.resolve().is_relative_to(inputs.definitions.root):
        raise Refusal(
            "{file} is a link that leads outside the root of the run",
            hint="put the file itself there",
            file=beside.name,
        )
    if beside.is_file():
        return load_account_file(beside)
    rows = tuple(_pending(signature) for signature in inputs.definitions.signatures if not signature.is_new)
    return AccountData(uin=inputs.account.uin or _sandbox_uin(inputs.definitions.root, first), signatures=rows)


def _sandbox_uin(root: Path, first: Path) -> str:
    """Return a number for an account that the definitions give none: one for each folder, so that two never meet."""
    folder = os.path.relpath(first.parent, root)
    number = int(AccountData().uin)
    # The records of two folders are told apart by the uin alone, so it depends on the folder.
    return str(number if folder == "." else number + 1 + crc32(os.fsencode(folder)))


def _pending(signature: Signature) -> RowData:
    fields = signature.fields
    return RowData(signature.sign_id, fields.sign_name, fields.international, _PENDING, region=None)


def record_of(inputs: Inputs, target: Target, shared: Shared = ALONE, *, embedded: bool = False) -> Store:
    """Return the store of the record. Raises Refusal where the account has another one besides."""
    root, branch = inputs.definitions.root, inputs.definitions.branch
    fetched = shared.fetched(root) if branch is not None else None
    return store_for(root, branch, target, embedded=embedded, fetched=fetched)


def lineage_of(inputs: Inputs, shared: Shared = ALONE, *, embedded: bool = False) -> Callable[[str], Lineage] | None:
    """Return how what is checked out relates to a commit that was applied; ``None`` for a local record: it is alone."""
    if embedded or inputs.definitions.branch is None:
        return None
    root = inputs.definitions.root
    commit = shared.head(root)
    return lambda applied: lineage(root, applied, commit) if commit is not None else Lineage.UNKNOWN
