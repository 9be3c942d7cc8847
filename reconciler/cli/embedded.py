"""The sandbox inside a run: ``--sandbox`` serves it on loopback, its account kept below ``.reconciler/``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zlib import crc32

from reconciler.cli.validate import Inputs, sandbox_account
from reconciler.contract.api import STATUS_CODES, Status
from reconciler.errors import Refusal, said
from reconciler.model.signature import Signature
from reconciler.sandbox.account_file import load_account_file
from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.sandbox.signing import DEFAULT_KEY
from reconciler.state.local import ensure_folder
from reconciler.tencent.connection import Connection
from reconciler.tencent.credentials.base import Keys
from reconciler.tencent.endpoint import RequestLimits, endpoint_from

_SEED_SUFFIX: Final = ".sandbox.yaml"
_PENDING: Final = next(code for code, status in STATUS_CODES.items() if status is Status.PENDING)


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
