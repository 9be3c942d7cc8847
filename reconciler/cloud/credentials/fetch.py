"""One small document over HTTP, within a time limit and a size."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

from reconciler.cloud.deadline import within
from reconciler.cloud.envelope import bounded
from reconciler.cloud.transport import Transport
from reconciler.cloud.trouble import network_error
from reconciler.cloud.trust import ca_bundle
from reconciler.contract.codes import BAD_ANSWER, HTTP_STATUS
from reconciler.errors import VendorError

_HTTP_OK: Final = 200
_CHUNK: Final = 65536


def fetch_json(url: str, headers: Mapping[str, str], seconds: float, *, proxies: bool) -> dict[str, Any]:
    """Return the JSON object at ``url``. Raises VendorError where there is none ``within`` the time.

    With ``proxies``, those of the environment are used.
    """
    verify = ca_bundle(os.environ) or True

    def get() -> tuple[int, bytes]:
        try:
            with (
                closing(Transport(environment=proxies)) as transport,
                transport.request("GET", url, headers=headers, timeout=seconds, verify=verify) as response,
            ):
                return response.status_code, bounded(response.iter_content(_CHUNK))
        except VendorError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, there is no answer
            raise network_error(error) from None

    return _object(*within(seconds, get))


def _object(status: int, body: bytes) -> dict[str, Any]:
    if status != _HTTP_OK:
        raise VendorError(f"HTTP status {status}", code=HTTP_STATUS)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise VendorError("the answer is not a JSON object", code=BAD_ANSWER)
    return document
