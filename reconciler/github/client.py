"""GitHub's REST API for one repository: bounded, tried again only where nothing can have happened."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

from reconciler.contract.error_codes import BAD_ANSWER, HTTP_STATUS
from reconciler.errors import Exit, ReconcilerError, UsageError
from reconciler.net import http
from reconciler.net.environment import ca_bundle, may_receive_token, proxy_for

if TYPE_CHECKING:
    from requests import Response

_TIMEOUT_S: Final = 20.0
_TRIES: Final = 3
_LONGEST_PAUSE_S: Final = 60.0
_MOST_REDIRECTS: Final = 3

_PAGE: Final = 100
_MOST_PAGES: Final = 100
_MAX_ANSWER: Final = 16 * 2**20

# Over GitHub's limits, where nothing happened yet, so that a write may be sent again too.
_RATE_LIMITED: Final = frozenset({403, 429})
_SERVER_ERROR: Final = 500

_HEADERS: Final = {
    "Accept": "application/vnd.github+json",
    # A compressed answer could unfold to any size.
    "Accept-Encoding": "identity",
    "User-Agent": "sms-signature-reconciler",
    "X-GitHub-Api-Version": "2022-11-28",
}

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

    def __init__(self, text: str, *, code: str = BAD_ANSWER, status: int = 0, **params: object) -> None:
        super().__init__(text, hint=_HINTS.get(status, ""), status=status, **params)
        self.code = code
        self.status = status


class GitHubClient:
    """The API below ``/repos/OWNER/NAME`` of ``api_url``, called with ``token``.

    ``pause`` waits that many seconds before a call is tried again. Every method raises GitHubError.
    """

    def __init__(self, api_url: str, repository: str, token: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._base = f"{checked_address(api_url).rstrip('/')}/repos/{quote(repository)}/"
        self._host = urlsplit(self._base).netloc
        self._token = token
        self._pause = pause
        self._verify = ca_bundle(os.environ) or True
        proxy_for(self._base)
        self._transport = http()(proxies=True)

    def get(self, path: str, **query: str) -> Json:
        """Return the object at a path."""
        return _expect_object(_parsed(self._call("GET", _with_query(path, query))))

    def pages(self, path: str, **query: str) -> Iterator[Json]:
        """Yield the objects of a list, page after page. Ends after 10,000 of them.

        Raises GitHubError where an answer is no list of objects, or a call fails.
        """
        for page in range(1, _MOST_PAGES + 1):
            asked = {**query, "per_page": str(_PAGE), "page": str(page)}
            items = _parsed(self._call("GET", _with_query(path, asked)))
            if not isinstance(items, list):
                raise GitHubError("GitHub's answer at {path} is not a list", path=path)
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
        try:
            with self._answer(method, self._base + path, body) as response:
                if not response.ok or response.is_redirect:
                    raise _status_error(method, path, response.status_code, self._words(response))
                return _content(response, limit)
        except self._transport.FAILURES as error:
            failure = self._transport.error(error, self._base)
            raise GitHubError("GitHub cannot be reached: {cause}", code=failure.code, cause=failure.message) from None

    def _answer(self, method: str, url: str, body: bytes | None) -> Response:
        """Return the answer where redirects end. Only reading follows them, over https."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._send(method, url, body)
            if method != "GET" or not response.is_redirect:
                return response
            response.close()
            url = checked_address(_joined(url, response.headers["Location"]))
        raise GitHubError("GitHub redirected {method} more than {limit} times", method=method, limit=_MOST_REDIRECTS)

    def _send(self, method: str, url: str, body: bytes | None) -> Response:
        """Return the last answer of up to three; after a failure a read is sent again, a write only as GitHub asks."""
        for tried in range(1, _TRIES):
            pause = float(tried)
            try:
                response = self._send_once(method, url, body)
            except self._transport.FAILURES:
                # A write that got no answer may have happened.
                if method != "GET":
                    raise
            else:
                if not _is_retried(method, response):
                    return response
                # It is not read to its end first, which would keep the connection: it may be of any size.
                response.close()
                asked = response.headers.get("Retry-After", "")
                pause = min(float(asked), _LONGEST_PAUSE_S) if asked.isdecimal() else pause
            self._pause(pause)
        return self._send_once(method, url, body)

    def _send_once(self, method: str, url: str, body: bytes | None) -> Response:
        headers = _HEADERS if body is None else {**_HEADERS, "Content-Type": "application/json"}
        if urlsplit(url).netloc == self._host:
            headers = {**headers, "Authorization": f"Bearer {self._token}"}
        return self._transport.request(method, url, headers=headers, timeout=_TIMEOUT_S, verify=self._verify, data=body)

    def _words(self, response: Response) -> str:
        """Return what GitHub says about a failure."""
        try:
            return str(json.loads(_content(response, _MAX_ANSWER))["message"])
        except (*self._transport.FAILURES, ValueError, RecursionError, KeyError, TypeError):
            return "no message"


def _joined(url: str, place: str) -> str:
    try:
        return urljoin(url, place)
    except ValueError:
        return place  # no address at all, and refused as that


def _is_retried(method: str, response: Response) -> bool:
    if response.status_code in _RATE_LIMITED:
        return bool(response.headers.get("Retry-After"))
    return method == "GET" and response.status_code >= _SERVER_ERROR


def _content(response: Response, limit: int) -> bytes:
    content: bytes = response.raw.read(limit, decode_content=False)
    return content


def _with_query(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _status_error(method: str, path: str, status: int, said: str) -> GitHubError:
    return GitHubError(
        "GitHub answered {method} {path} with {status}: {said}",
        code=HTTP_STATUS,
        status=status,
        method=method,
        path=path.partition("?")[0],
        said=said[:200],
    )


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
        raise GitHubError("GitHub's answer holds no {name}", name=name)
    return number


def checked_address(url: str) -> str:
    """Return the address as it is. Raises UsageError for one that a token must not be sent to."""
    if not may_receive_token(url):
        raise UsageError("the address of GitHub's API is not an https one", hint="check GITHUB_API_URL")
    return url
