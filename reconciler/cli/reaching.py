"""From options to a way to the account: the vendor with the person's keys, or the embedded sandbox with its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.cli.inputs import Inputs
from reconciler.clock import SystemClock
from reconciler.cloud.credentials.chain import find_keys
from reconciler.cloud.credentials.source import Surroundings, Vendor
from reconciler.cloud.endpoint import endpoint_from
from reconciler.errors import UsageProblem
from reconciler.planning.reach import Pacing, Reach


@contextmanager
def reached(
    inputs: Inputs,
    *,
    endpoint: str | None,
    sandbox: bool,
    request_timeout: float,
    describe_rate: float,
    modify_interval: float,
    oidc_provider: str | None,
    role_arn: str | None,
) -> Iterator[Reach]:
    """Yield how the account of a run is reached, for as long as the embedded sandbox, if it is one, has to serve."""
    pacing = Pacing(describe_rate, modify_interval, request_timeout)
    if not sandbox:
        where = endpoint_from(endpoint, inputs.account.endpoint)
        pacing.check(where)
        near = Surroundings(os.environ, Path.home(), oidc_provider, role_arn)
        vendor = Vendor(where, inputs.account.region, request_timeout, SystemClock())
        yield Reach(where, find_keys(near, vendor), pacing)
        return
    if endpoint is not None:
        raise UsageProblem(
            "--sandbox and --endpoint exclude each other", hint="`sandbox serve` is what --endpoint is for"
        )
    from reconciler.cli.embedded import embedded  # noqa: PLC0415  # the server is for this option only

    with embedded(inputs, pacing) as reach:
        yield reach
