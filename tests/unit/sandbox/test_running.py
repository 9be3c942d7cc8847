from __future__ import annotations

import gc
import socket
import threading
from http.client import HTTPConnection
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError, UsageError
from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from tests.fixtures.accounts import submission
from tests.fixtures.caller import Caller


@pytest.mark.parametrize("kind", ["stall", "stall-before", "delay=600", "delay-before=600"])
def test_a_sandbox_ends_at_once_whatever_its_clients_wait_for(kind: str) -> None:
    before = set(threading.enumerate())
    connection = HTTPConnection("unused")
    with running(Options(faults=(parse_fault(f"*:1:{kind}"),))) as sandbox:
        connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=0.2)
        with pytest.raises(TimeoutError):
            Caller(sandbox.url).over(connection, "GetCallerIdentity")
    connection.close()
    gc.collect()
    assert set(threading.enumerate()) == before


def test_a_sandbox_ends_while_connections_are_kept_open() -> None:
    with running(Options()) as sandbox:
        connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
        Caller(sandbox.url).over(connection, "GetCallerIdentity")
    with pytest.raises(ConnectionError):
        Caller(sandbox.url).over(connection, "GetCallerIdentity")
    connection.close()


def test_without_keeping_requests_only_the_file_has_them(tmp_path: Path) -> None:
    with running(Options(log=tmp_path / "log"), keep_requests=False) as sandbox:
        Caller(sandbox.url).call("GetCallerIdentity")
        assert sandbox.requests == []
    assert len((tmp_path / "log").read_text().splitlines()) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sandbox.example", ""])  # noqa: S104  # refused
def test_a_host_that_others_could_reach_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="its keys are public"), running(Options(host=host)):
        pytest.fail("it listens")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_every_address_of_this_machine_will_do(host: str) -> None:
    with running(Options(host=host)) as sandbox:
        assert Caller(sandbox.url).code("GetCallerIdentity") is None


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python knows no IPv6")
def test_the_address_of_the_sixth_protocol_will_do() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    with running(Options(host="::1")) as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert Caller(sandbox.url).code("GetCallerIdentity") is None


def test_a_port_that_is_taken_is_told() -> None:
    with running(Options()) as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        with pytest.raises(ReconcilerError, match="cannot listen"), running(Options(port=port)):
            pytest.fail("it listens")


def test_what_goes_wrong_inside_comes_out_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("reconciler.sandbox.gateway.check", broken)
    with (
        pytest.raises(ZeroDivisionError),
        running(Options()) as sandbox,
        pytest.raises(ConnectionError),
    ):
        Caller(sandbox.url).exchange("ModifySmsSign", submission())
