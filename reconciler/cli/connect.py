"""From options to a way to the account: the vendor with the person's keys, or the embedded sandbox with its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reconciler.cli.inputs import Inputs
from reconciler.clock import SystemClock
from reconciler.contract.api import STATUS_CODES, Status
from reconciler.errors import Refusal, UsageError
from reconciler.model.signature import Signature
from reconciler.sandbox.account_file import load_account_file
from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.sandbox.signing import DEFAULT_KEY
from reconciler.state.local import ensure_folder
from reconciler.state.stores import OWN_FOLDER
from reconciler.tencent.connection import Connection, RequestLimits
from reconciler.tencent.credentials.base import CredentialInputs, Keys, Vendor
from reconciler.tencent.credentials.chain import find_keys
from reconciler.tencent.endpoint import endpoint_from


@contextmanager
def connect(
    inputs: Inputs,
    *,
    endpoint: str | None,
    sandbox: bool,
    request_timeout: float,
    describe_rate: float,
    modify_interval: float,
    oidc_provider: str | None,
    role_arn: str | None,
) -> Iterator[Connection]:
    """Yield how the account of a run is reached, for as long as the embedded sandbox, if it is one, has to serve."""
    pacing = RequestLimits(describe_rate, modify_interval, request_timeout)
    if not sandbox:
        where = endpoint_from(endpoint, inputs.account.endpoint)
        pacing.check(where)
        near = CredentialInputs(os.environ, Path.home(), oidc_provider, role_arn)
        vendor = Vendor(where, inputs.account.region, request_timeout, SystemClock())
        yield Connection(where, find_keys(near, vendor), pacing)
        return
    if endpoint is not None:
        raise UsageError(
            "--sandbox and --endpoint exclude each other", hint="`sandbox serve` is what --endpoint is for"
        )

    with embedded(inputs, pacing) as reach:
        yield reach


# ``--sandbox``: a sandbox inside this process, its account kept below ``.reconciler/`` between runs.


_SEED_SUFFIX: Final = ".sandbox.yaml"


_PENDING: Final = next(code for code, status in STATUS_CODES.items() if status is Status.PENDING)


@contextmanager
def embedded(inputs: Inputs, pacing: RequestLimits) -> Iterator[Connection]:
    """Serve the sandbox of the definitions on loopback and yield the way to it."""
    first = inputs.definitions.files[0]
    save = saved_at(inputs.definitions.root, first)
    ensure_folder(save.parent)
    seed = AccountData() if save.exists() else _seed(inputs, first)
    with running(Options(seed=seed, save=save), keep_requests=False) as sandbox:
        keys = Keys(DEFAULT_KEY.secret_id, DEFAULT_KEY.secret_key, source="embedded sandbox")
        yield Connection(endpoint_from(sandbox.url, None), keys, pacing, embedded=True)


def saved_at(root: Path, definitions: Path) -> Path:
    """Return where the sandbox account of a definition file is kept."""
    return root / OWN_FOLDER / f"sandbox-account-{definitions.stem}.json"


def _seed(inputs: Inputs, first: Path) -> AccountData:
    """Start from ``<stem>.sandbox.yaml`` beside the first file; without one, every definition is pending."""
    beside = first.with_name(first.stem + _SEED_SUFFIX)
    if not beside.resolve().is_relative_to(inputs.definitions.root):
        raise Refusal(
            f"{beside.name} is a link that leads outside the root of the run", hint="put the file itself there"
        )
    if beside.is_file():
        return load_account_file(beside)
    rows = tuple(_pending(signature) for signature in inputs.definitions.signatures)
    return AccountData(uin=inputs.account.uin or AccountData().uin, signatures=rows)


def _pending(signature: Signature) -> RowData:
    fields = signature.fields
    return RowData(signature.sign_id, fields.sign_name, fields.international, _PENDING, region=None)
