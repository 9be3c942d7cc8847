"""The web identity token: from a file, or fresh from GitHub for the job that runs.

Source: GitHub's documentation of OpenID Connect; the two variables exist where a job has ``id-token: write``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.cloud.credentials.fetch import fetch_json
from reconciler.cloud.credentials.files import read_small
from reconciler.cloud.credentials.source import Surroundings
from reconciler.cloud.endpoint import is_loopback
from reconciler.errors import CredentialsError, VendorError

TOKEN_FILE: Final = "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105  # a variable's name
REQUEST_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
REQUEST_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105  # a variable's name
AUDIENCE: Final = "sts.tencentcloudapi.com"


def token_source(near: Surroundings, timeout: float) -> Callable[[], str] | None:
    """Return what gets a token that is fresh each time, ``None`` where nothing does."""
    if path := near.variable(TOKEN_FILE):
        return lambda: _from_file(Path(path))
    url, request_token = near.variable(REQUEST_URL), near.variable(REQUEST_TOKEN)
    if url and request_token:
        return lambda: _from_github(url, request_token, timeout)
    return None


def _from_file(path: Path) -> str:
    token = (read_small(path) or "").strip()
    if not token:
        raise CredentialsError(f"{TOKEN_FILE} names {path}, which holds no token", hint=f"correct {TOKEN_FILE}")
    return token


def _from_github(url: str, request_token: str, timeout: float) -> str:
    _check(url)
    separator = "&" if "?" in url else "?"
    headers = {"Authorization": f"bearer {request_token}", "Accept": "application/json"}
    try:
        answer = fetch_json(f"{url}{separator}audience={AUDIENCE}", headers, timeout, proxies=not _is_local(url))
    except VendorError as error:
        raise CredentialsError(
            f"GitHub gives no web identity token: {error.message}", hint="give the job `permissions: id-token: write`"
        ) from None
    token = answer.get("value")
    if not isinstance(token, str) or not token:
        raise CredentialsError("GitHub's answer holds no web identity token", hint="run the job again")
    return token


def _check(url: str) -> None:
    if not (url.startswith("https://") or (url.startswith("http://") and _is_local(url))):
        raise CredentialsError(f"{REQUEST_URL} is not an https address", hint="GitHub sets it; do not set it yourself")


def _is_local(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
