from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from reconciler.contract.api import DESCRIBE
from reconciler.errors import VendorError
from reconciler.net.deadline import AbortHandle, Crew, within
from tests.cloud.conftest import Open
from tests.cloud.servers import answering, ok, serving


def test_what_a_call_returns_or_raises_comes_through() -> None:
    assert within(5, lambda: "answer") == "answer"
    assert within(5, lambda: None) is None
    with pytest.raises(KeyError, match="key"):
        within(5, lambda: dict[str, int]()["key"])


def test_what_is_no_exception_comes_through_too() -> None:
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        within(5, leave)


def test_a_call_that_does_not_end_is_given_up() -> None:
    forever = threading.Event()
    with pytest.raises(VendorError, match=r"within 0\.05 s") as error:
        within(0.05, forever.wait)
    forever.set()
    assert error.value.code == "Client.Timeout"


def test_a_thread_that_ended_its_call_in_time_serves_the_next() -> None:
    crew = Crew()
    first = crew.within(5, threading.get_ident)
    assert [crew.within(5, threading.get_ident) for _ in range(3)] == [first] * 3
    assert first != threading.get_ident()
    crew.dismiss()


def test_a_thread_whose_call_was_given_up_serves_no_other() -> None:
    crew, stuck, idents = Crew(), threading.Event(), list[int]()

    def get_stuck() -> None:
        idents.append(threading.get_ident())
        stuck.wait(10)

    with pytest.raises(VendorError):
        crew.within(0.05, get_stuck)
    assert crew.within(5, threading.get_ident) != idents[0]
    stuck.set()
    crew.dismiss()


def test_calls_that_were_begun_run_side_by_side_and_their_time_counts_from_then() -> None:
    crew, together = Crew(), threading.Barrier(2)
    ends = [crew.begin(5, lambda: together.wait(10)) for _ in range(2)]
    assert sorted(end() for end in ends) == [0, 1]
    late = crew.begin(0.05, threading.Event().wait)
    threading.Event().wait(0.1)
    with pytest.raises(VendorError, match=r"within 0\.05 s"):
        late()
    crew.dismiss()


def test_a_dismissed_crew_leaves_no_thread_behind_not_even_that_of_a_call_nobody_waited_for() -> None:
    others, crew, go_on = set(threading.enumerate()), Crew(), threading.Event()
    for end in [crew.begin(5, lambda: None) for _ in range(2)]:
        end()
    crew.begin(5, lambda: go_on.wait(10))
    threads = set(threading.enumerate()) - others
    assert threads
    crew.dismiss()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_a_call_given_up_while_it_looks_up_the_host_is_never_sent(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ended = threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def slow(*given: Any, **more: Any) -> Any:
        go_on.wait(10)
        return look_up(*given, **more)

    with serving(answering(ok({}))) as server:
        sdk = opened(server.host, timeout=0.2)
        client: Any = sdk._client
        answer = client.answer

        def told(*given: Any) -> Any:
            try:
                return answer(*given)
            finally:
                ended.set()

        client.answer = told
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        with pytest.raises(VendorError, match="no answer within"):
            sdk.call(DESCRIBE, {})
        go_on.set()
        assert ended.wait(10)
    assert server.requests == []


def test_a_call_given_up_while_it_is_uploaded_does_not_arrive_later(opened: Open) -> None:
    read_on, seen = threading.Event(), []

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                read_on.wait(10)
                try:
                    while part := connection.recv(65536):
                        seen.append(part)
                except ConnectionResetError:
                    seen.append(b"reset")

        thread = threading.Thread(target=serve)
        thread.start()
        size = 30_000_000
        with pytest.raises(VendorError):
            opened(f"127.0.0.1:{listener.getsockname()[1]}", timeout=0.3).call(DESCRIBE, {"Filler": "x" * size})
        read_on.set()
        thread.join()
    assert sum(map(len, seen)) < size


def test_the_next_call_after_one_that_was_given_up_works(opened: Open) -> None:
    stalled, served = threading.Event(), []

    def respond(connection: socket.socket, _request: bytes) -> None:
        served.append(1)
        if len(served) == 1:
            stalled.wait(10)
        connection.sendall(ok({"n": len(served)}))

    with serving(respond) as server:
        sdk = opened(server.host, timeout=1.5)
        with pytest.raises(VendorError):
            sdk.call(DESCRIBE, {})
        assert sdk.call(DESCRIBE, {}) == {"n": 2}
        stalled.set()


def test_a_socket_is_cut_once_and_for_all() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        lifeline = AbortHandle()
        lifeline.hold(ours)
        lifeline.cut()
        assert theirs.recv(1) == b""
        with pytest.raises(ConnectionAbortedError, match="given up"):
            lifeline.hold(ours)


def test_a_connection_that_was_let_go_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        lifeline = AbortHandle()
        lifeline.hold(ours)
        lifeline.let_go()
        lifeline.cut()
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"


def test_cutting_what_has_ended_by_itself_is_no_trouble() -> None:
    ours, theirs = socket.socketpair()
    lifeline = AbortHandle()
    lifeline.hold(ours)
    ours.close()
    theirs.close()
    lifeline.cut()
