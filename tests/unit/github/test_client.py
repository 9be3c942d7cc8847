from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from requests import Response

from reconciler.errors import Exit, UsageError
from reconciler.github import client as module
from reconciler.github.client import GitHubClient, GitHubError, checked_address, number_at
from tests.fixtures.github_server import REPOSITORY, TOKEN, GitHub, serving


def test_a_list_is_read_page_after_page(hub: GitHub, rest: GitHubClient) -> None:
    hub.comments[7] = [{"id": number} for number in range(250)]
    assert [item["id"] for item in rest.pages("issues/7/comments")] == list(range(250))
    assert len(hub.requests) == 3


def test_a_full_last_page_ends_the_list_too(hub: GitHub, rest: GitHubClient) -> None:
    hub.comments[7] = [{"id": number} for number in range(100)]
    assert len(list(rest.pages("issues/7/comments"))) == 100


def test_a_list_without_end_is_left_alone_at_some_point(
    hub: GitHub, rest: GitHubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_PAGES", 2)
    hub.comments[7] = [{"id": number} for number in range(1000)]
    assert len(list(rest.pages("issues/7/comments"))) == 200


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "token"), (403, "permission"), (404, "permissions"), (410, "issues"), (422, "")],
)
def test_a_refusal_is_reported_with_githubs_words_and_what_to_do(
    hub: GitHub, rest: GitHubClient, status: int, hint: str
) -> None:
    hub.answers = [(status, {})]
    with pytest.raises(GitHubError, match=f"POST issues with {status}: as asked") as caught:
        rest.send("POST", "issues", {"title": "a", "body": "b", "labels": []})
    assert len(hub.requests) == 1
    assert hint in caught.value.hint
    assert caught.value.exit_code is Exit.VENDOR
    assert caught.value.status == status
    assert TOKEN not in caught.value.message


def test_reading_is_tried_again_after_a_failure_of_the_server(
    hub: GitHub, rest: GitHubClient, pauses: list[float]
) -> None:
    hub.answers = [(502, {}), (500, {})]
    assert list(rest.pages("issues/7/comments")) == []
    assert pauses == [1.0, 2.0]


def test_reading_ends_after_the_third_failure(hub: GitHub, rest: GitHubClient) -> None:
    hub.answers = [(502, {})] * 5
    with pytest.raises(GitHubError, match="502"):
        list(rest.pages("issues/7/comments"))
    assert len(hub.requests) == 3


def test_a_write_that_may_have_happened_is_not_sent_twice(hub: GitHub, rest: GitHubClient) -> None:
    hub.answers = [(502, {})]
    with pytest.raises(GitHubError, match="502"):
        rest.send("POST", "issues/7/comments", {"body": "text"})
    assert len(hub.requests) == 1


@pytest.mark.parametrize(("asked", "waited"), [("3", 3.0), ("4000", 60.0)])
def test_over_the_limit_a_write_waits_as_long_as_asked_and_no_longer_than_a_minute(
    hub: GitHub, rest: GitHubClient, pauses: list[float], asked: str, waited: float
) -> None:
    hub.answers = [(403, {"Retry-After": asked})]
    rest.send("POST", "issues/7/comments", {"body": "text"})
    assert pauses == [waited]
    assert len(hub.comments[7]) == 1


@pytest.mark.parametrize(
    ("read", "tries"),
    [(lambda rest: rest.get("issues"), 3), (lambda rest: rest.send("PATCH", "issues/1", {}), 1)],
)
def test_github_out_of_reach_is_a_failure_of_its_own(
    pauses: list[float], read: Callable[[GitHubClient], object], tries: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(GitHubError, match="cannot be reached: connection refused"):
        read(GitHubClient(f"http://127.0.0.1:{port}", REPOSITORY, TOKEN, pauses.append))
    assert len(pauses) == tries - 1


@contextmanager
def hanging_up() -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads a request and closes the connection without an answer, and what it read."""
    read: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        read.append(connection.recv(65536))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", read
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (lambda rest: rest.get("issues"), 3),
        (lambda rest: rest.send("POST", "issues", {"title": "a"}), 1),
        (lambda rest: rest.send("PATCH", "issues/1", {"title": "a"}), 1),
    ],
)
def test_a_write_without_an_answer_is_not_sent_again(
    pauses: list[float], call: Callable[[GitHubClient], object], sent: int
) -> None:
    with hanging_up() as (url, read), pytest.raises(GitHubError, match="cannot be reached"):
        call(GitHubClient(url, REPOSITORY, TOKEN, pauses.append))
    assert len(read) == sent
    assert len(pauses) == sent - 1


def test_over_the_limit_reading_waits_as_asked_too(hub: GitHub, rest: GitHubClient, pauses: list[float]) -> None:
    hub.answers = [(429, {"Retry-After": "7"}), (403, {"Retry-After": "soon"})]
    assert list(rest.pages("issues/7/comments")) == []
    assert pauses == [7.0, 2.0]


def test_an_answer_that_is_not_needed_is_not_read_to_its_end(
    hub: GitHub, rest: GitHubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []
    close = Response.close

    def noting(response: Response) -> None:
        closed.append((response.status_code, response.raw.tell()))
        close(response)

    monkeypatch.setattr(Response, "close", noting)
    hub.answers = [(502, {})]
    assert list(rest.pages("issues/7/comments")) == []
    assert closed[0] == (502, 0)


def test_an_answer_of_another_shape_is_a_failure(hub: GitHub, rest: GitHubClient) -> None:
    with pytest.raises(GitHubError, match="is not a list"):
        list(rest.pages("actions/runs/7/artifacts", name="a"))
    with pytest.raises(GitHubError, match="not an object"):
        rest.get("issues/7/comments")
    hub.archives[1] = b"<html>"
    with pytest.raises(GitHubError, match="not JSON"):
        rest.get("actions/artifacts/1/zip")
    with pytest.raises(GitHubError, match="holds no id"):
        number_at({"id": "7"}, "id")


def test_words_of_github_that_are_none_are_left_out(
    hub: GitHub, rest: GitHubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_ANSWER", 3)
    hub.answers = [(422, {})]
    with pytest.raises(GitHubError, match="422: no message"):
        rest.get("issues")


def test_the_token_does_not_follow_to_another_host(hub: GitHub, rest: GitHubClient) -> None:
    with serving() as storage:
        storage.archives[1] = b"content"
        hub.storage = storage.url
        assert rest.download("actions/artifacts/1/zip", 100) == b"content"
        assert storage.authorizations == [None]


def test_the_token_goes_along_on_the_same_host(hub: GitHub, rest: GitHubClient) -> None:
    hub.archives[1] = b"0123456789"
    assert rest.download("actions/artifacts/1/zip", 4) == b"01234"
    assert hub.authorizations == [f"Bearer {TOKEN}"] * 2


def test_nothing_is_followed_into_the_clear(hub: GitHub, rest: GitHubClient) -> None:
    hub.storage = "http://storage.example"
    with pytest.raises(UsageError, match="not an https one"):
        rest.download("actions/artifacts/1/zip", 100)


def test_a_redirect_to_no_address_is_refused(hub: GitHub, rest: GitHubClient) -> None:
    hub.answers = [(302, {"Location": "https://[bad"})]
    with pytest.raises(UsageError, match="not an https one"):
        rest.get("issues")


def test_redirects_have_an_end(hub: GitHub, rest: GitHubClient) -> None:
    hub.answers = [(302, {"Location": f"{hub.url}/round"})] * 10
    with pytest.raises(GitHubError, match="redirected GET more than 3 times"):
        rest.get("issues")
    assert len(hub.requests) == 4


def test_no_password_of_a_netrc_replaces_the_token_or_follows_elsewhere(
    hub: GitHub, rest: GitHubClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving() as storage:
        storage.archives[1] = b"content"
        hub.storage = storage.url
        assert rest.download("actions/artifacts/1/zip", 100) == b"content"
        assert storage.authorizations == [None]
    assert hub.authorizations == [f"Bearer {TOKEN}"]


def test_this_machine_is_reached_without_the_proxy_of_the_environment(
    hub: GitHub, rest: GitHubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert list(rest.pages("issues/7/comments")) == []
    assert hub.authorizations == [f"Bearer {TOKEN}"]


def test_a_compressed_answer_is_not_unfolded(hub: GitHub, rest: GitHubClient) -> None:
    hub.answers = [(200, {"Content-Encoding": "gzip"})]
    assert rest.download("issues", 100) == b'{"message": "as asked"}'


def test_a_write_is_not_taken_elsewhere(hub: GitHub, rest: GitHubClient) -> None:
    hub.answers = [(307, {"Location": f"{hub.url}/elsewhere"})]
    with pytest.raises(GitHubError, match="307"):
        rest.send("POST", "issues/7/comments", {"body": "text"})
    assert len(hub.requests) == 1


@pytest.mark.parametrize(
    "url", ["http://api.example", "http://127.0.0.1.example", "ftp://a", "https://", "http://[", ""]
)
def test_a_token_is_sent_over_https_only(url: str) -> None:
    with pytest.raises(UsageError, match="not an https one"):
        GitHubClient(url, REPOSITORY, TOKEN)


@pytest.mark.parametrize("url", ["https://api.github.com", "http://127.0.0.1:80", "http://localhost", "http://[::1]:8"])
def test_https_and_this_machine_are_fine(url: str) -> None:
    assert checked_address(url) == url
