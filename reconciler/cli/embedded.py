"""``--sandbox``: a sandbox inside this process, its account kept below ``.reconciler/`` between runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reconciler.cli.inputs import Inputs
from reconciler.cloud.endpoint import endpoint_from
from reconciler.cloud.keys import Keys
from reconciler.contract.status import STATUS_CODES, Status
from reconciler.errors import Refusal
from reconciler.model.signature import Desired
from reconciler.planning.reach import Pacing, Reach
from reconciler.planning.stores import OWN_FOLDER
from reconciler.sandbox.data import AccountData, RowData
from reconciler.sandbox.keys import DEFAULT_KEY
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.sandbox.seed.account_file import load_account_file
from reconciler.state.own_folder import ensured

_SEED_SUFFIX: Final = ".sandbox.yaml"
_PENDING: Final = next(code for code, status in STATUS_CODES.items() if status is Status.PENDING)


@contextmanager
def embedded(inputs: Inputs, pacing: Pacing) -> Iterator[Reach]:
    """Serve the sandbox of the definitions on loopback and yield the way to it."""
    first = inputs.definitions.files[0]
    save = saved_at(inputs.definitions.root, first)
    ensured(save.parent)
    seed = AccountData() if save.exists() else _seed(inputs, first)
    with running(Options(seed=seed, save=save), keep_requests=False) as sandbox:
        keys = Keys(DEFAULT_KEY.secret_id, DEFAULT_KEY.secret_key, source="embedded sandbox")
        yield Reach(endpoint_from(sandbox.url, None), keys, pacing, embedded=True)


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
    rows = tuple(_pending(wish) for wish in inputs.wishes.desired)
    return AccountData(uin=inputs.account.uin or AccountData().uin, signatures=rows)


def _pending(wish: Desired) -> RowData:
    fields = wish.fields
    return RowData(wish.sign_id, fields.sign_name, fields.international, _PENDING, region=None)
