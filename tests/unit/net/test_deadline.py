from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.contract.api import DESCRIBE
from reconciler.errors import VendorError
from reconciler.net.deadline import AbortHandle, Deadline
from tests.fixtures.servers import answering, ok, serving
from tests.unit.tencent.conftest import Open


def result(function: Callable[[], Any], seconds: float = 5.0) -> Any:
    return Deadline(seconds).start(function).result()


def test_what_a_call_returns_or_raises_comes_through() -> None:
    assert result(lambda: "answer") == "answer"
    assert result(lambda: None) is None
    with pytest.raises(KeyError, match="key"):
        result(lambda: dict[str, int]()["key"])


def test_what_is_no_exception_comes_through_too() -> None:
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        result(leave)


def test_a_call_that_does_not_end_is_given_up() -> None:
    forever = threading.Event()
    with pytest.raises(VendorError, match=r"within 0\.05 s") as error:
        result(forever.wait, 0.05)
    forever.set()
    assert error.value.code == "Client.Timeout"


def test_a_call_runs_in_a_thread_apart_that_does_not_hold_the_process() -> None:
    thread = result(threading.current_thread)
    assert thread is not threading.current_thread()
    assert thread.daemon


def test_calls_one_after_the_other_need_one_thread() -> None:
    assert len({result(threading.get_ident) for _ in range(20)}) == 1


def test_a_call_that_was_given_up_shares_its_thread_with_no_other() -> None:
    forever, used = threading.Event(), list[int]()

    def hangs() -> None:
        used.append(threading.get_ident())
        forever.wait(10)

    with pytest.raises(VendorError, match=r"within 0\.2 s"):
        result(hangs, 0.2)
    try:
        assert {result(threading.get_ident) for _ in range(5)}.isdisjoint(used)
    finally:
        forever.set()


# In a process of its own: newer releases of Python warn where one with threads forks.
FORKS = """
import os
from reconciler.net.deadline import Deadline

assert Deadline(5).start(lambda: 1).result() == 1  # leaves an idle thread, which a child has not
child, code = os.fork(), 1
if child == 0:
    try:
        code = Deadline(5).start(lambda: 7).result()
    finally:
        os._exit(code)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_of_this_process_makes_calls_in_threads_of_its_own() -> None:
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, check=True)
    assert ended.stdout == "7\n"


def test_a_result_can_be_had_again() -> None:
    call = Deadline(5).start(threading.get_ident)
    assert call.result() == call.result() != threading.get_ident()


def test_calls_that_were_started_run_side_by_side_and_their_time_counts_from_then() -> None:
    together = threading.Barrier(2)
    calls = [Deadline(5).start(lambda: together.wait(10)) for _ in range(2)]
    assert sorted(call.result() for call in calls) == [0, 1]
    late = Deadline(0.05).start(threading.Event().wait)
    threading.Event().wait(0.1)
    with pytest.raises(VendorError, match=r"within 0\.05 s"):
        late.result()


def test_a_call_that_nobody_waits_for_ends_by_itself() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def nobody_waits() -> None:
        go_on.wait(10)
        ended.set()

    Deadline(5).start(nobody_waits)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(10)


def test_what_a_call_returned_is_not_kept_when_nobody_has_it_any_more() -> None:
    class Answer:
        pass

    answer = result(Answer)
    left = weakref.ref(answer)
    del answer
    end = time.monotonic() + 10
    while left() is not None and time.monotonic() < end:
        threading.Event().wait(0.01)  # its thread lets go of it right after the result was there
    assert left() is None


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


def test_an_aborted_call_can_use_no_other_socket() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        handle = AbortHandle()
        handle.attach(ours)
        handle.abort()
        assert theirs.recv(1) == b""
        with pytest.raises(ConnectionAbortedError, match="aborted"):
            handle.attach(ours)


def test_a_connection_of_an_ended_call_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        handle = AbortHandle()
        handle.attach(ours)
        handle.detach()
        handle.abort()
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"


def test_aborting_what_has_ended_by_itself_does_nothing() -> None:
    ours, theirs = socket.socketpair()
    handle = AbortHandle()
    handle.attach(ours)
    ours.close()
    theirs.close()
    handle.abort()
