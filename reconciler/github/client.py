"""Where a token may be sent: over https, or in the clear to this machine."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from reconciler.errors import Exit, ReconcilerError
from reconciler.net.address import checked_address

_TIMEOUT_S: Final = 20.0


_TRIES: Final = 3


_LONGEST_PAUSE_S: Final = 60.0


_PAGE: Final = 100


_MOST_PAGES: Final = 100


_MAX_ANSWER: Final = 16 * 2**20


_HINTS: Final = {
    401: "the token is missing or has expired: hand over github.token as GITHUB_TOKEN",
    403: "give the job the permission it needs, see docs/github.md",
    404: "check the repository, and the job's permissions: without them GitHub says that nothing is there",
    410: "turn issues on in the repository's settings",
}


Json = dict[str, Any]


class GitHubError(ReconcilerError):
    """GitHub or the way to it failed. ``status`` is the HTTP status, 0 where no answer came."""

    exit_code = Exit.VENDOR

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message, hint=_HINTS.get(status, ""))
        self.status = status


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows where reading leads, over https, and takes the token to no other host."""

    max_redirections = 3

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if req.get_method() != "GET":
            return None
        checked_address(newurl)
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            following.remove_header("Authorization")
        return following


class GitHubClient:
    """The API below ``/repos/OWNER/NAME`` of ``api_url``, called with ``token``.

    ``pause`` waits that many seconds before a call is tried again. Every method raises GitHubError.
    """

    def __init__(self, api_url: str, repository: str, token: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._base = f"{checked_address(api_url).rstrip('/')}/repos/{quote(repository)}/"
        self._token = token
        self._pause = pause
        self._opener = urllib.request.build_opener(_Redirects)

    def get(self, path: str, **query: str) -> Json:
        """Return the object at a path."""
        return _expect_object(_parsed(self._call("GET", _with_query(path, query))))

    def pages(self, path: str, **query: str) -> Iterator[Json]:
        """Yield the objects of a list, page after page. Ends after 10,000 of them."""
        for page in range(1, _MOST_PAGES + 1):
            asked = {**query, "per_page": str(_PAGE), "page": str(page)}
            items = _parsed(self._call("GET", _with_query(path, asked)))
            if not isinstance(items, list):
                raise GitHubError(f"GitHub answered {path} with something that is no list")
            yield from map(_expect_object, items)
            if len(items) < _PAGE:
                return

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Json:
        """Write with POST or PATCH and return the answer."""
        return _expect_object(_parsed(self._call(method, path, json.dumps(body).encode())))

    def download(self, path: str, limit: int) -> bytes:
        """Return the file at a path, at most ``limit`` bytes of it and one more."""
        return self._call("GET", path, limit=limit + 1)

    def _call(self, method: str, path: str, body: bytes | None = None, limit: int = _MAX_ANSWER) -> bytes:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._once(method, path, body, limit)
            except urllib.error.HTTPError as error:
                with error:
                    pause = _pause_before_retry(method, error, attempt)
                    if pause is None or attempt == _TRIES:
                        raise GitHubError(_words(method, path, error), status=error.code) from None
            except (OSError, HTTPException) as error:
                # A write that got no answer may have happened.
                if method != "GET" or attempt == _TRIES:
                    raise GitHubError(f"GitHub cannot be reached: {type(error).__name__}") from None
                pause = float(attempt)
            self._pause(pause)
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, path: str, body: bytes | None, limit: int) -> bytes:
        request = urllib.request.Request(self._base + path, data=body, method=method)  # noqa: S310  # address is checked
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_header("User-Agent", "sms-signature-reconciler")
        request.add_header("Authorization", f"Bearer {self._token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
            content: bytes = answer.read(limit)
            return content


def _with_query(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _pause_before_retry(method: str, error: urllib.error.HTTPError, attempt: int) -> float | None:
    asked = error.headers.get("Retry-After", "")
    if error.code in {403, 429} and asked.isdecimal():
        # Over the limit: nothing happened, so that a write may be tried again too.
        return min(float(asked), _LONGEST_PAUSE_S)
    return float(attempt) if error.code >= 500 and method == "GET" else None  # noqa: PLR2004  # HTTP's server errors


def _words(method: str, path: str, error: urllib.error.HTTPError) -> str:
    try:
        said = str(json.loads(error.read(_MAX_ANSWER))["message"])
    except (OSError, HTTPException, ValueError, RecursionError, KeyError, TypeError):
        said = "no message"
    return f"GitHub answered {method} {path.partition('?')[0]} with {error.code}: {said[:200]}"


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise GitHubError("GitHub's answer is not JSON") from None


def _expect_object(value: object) -> Json:
    if not isinstance(value, dict):
        raise GitHubError("GitHub's answer is not an object")
    return value


def number_at(item: Mapping[str, object], name: str) -> int:
    """Return the number below a name of an object of GitHub's. Raises GitHubError where there is none."""
    number = item.get(name)
    if not isinstance(number, int):
        raise GitHubError(f"GitHub's answer holds no {name}")
    return number
