from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.environment import NETGUARD, outside_of_tests
from tests.fixtures.netguard.netguard import NetworkBlockedError

# An address for documentation; connecting a datagram socket sends nothing.
OUTSIDE = ("192.0.2.1", 9)
REACHES_OUT = f"""
import socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect({OUTSIDE!r})
except Exception:
    pass
"""


def run(program: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=outside_of_tests(os.environ) | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_child_that_reaches_out_fails_although_it_hides_every_exception() -> None:
    child = run(REACHES_OUT, PYTHONPATH=os.environ["PYTHONPATH"])
    assert child.returncode == 1
    assert "NetworkBlockedError" in child.stderr


def test_the_same_child_passes_where_the_guard_is_taken_out() -> None:
    child = run(REACHES_OUT)
    assert (child.returncode, child.stderr) == (0, "")


def test_this_process_is_guarded_too() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        with pytest.raises(NetworkBlockedError):
            sock.connect(OUTSIDE)
        with pytest.raises(NetworkBlockedError):
            sock.connect_ex(OUTSIDE)
        with pytest.raises(NetworkBlockedError):
            sock.sendto(b"", OUTSIDE)
        with pytest.raises(NetworkBlockedError):
            sock.sendmsg([b""], [], 0, OUTSIDE)


@pytest.mark.parametrize("host", ["sms.tencentcloudapi.com", "8.8.8.8", "2001:db8::1", "169.254.0.23", b"example.com"])
def test_no_name_is_looked_up_but_this_machines(host: str | bytes) -> None:
    with pytest.raises(NetworkBlockedError):
        socket.getaddrinfo(host, 443)
    if isinstance(host, str):
        with pytest.raises(NetworkBlockedError):
            socket.gethostbyname(host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", None])
def test_loopback_is_looked_up(host: str | None) -> None:
    assert socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)


def test_loopback_and_unix_sockets_connect(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"x")
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_the_sitecustomize_of_the_environment_still_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n", encoding="utf-8")
    child = run(REACHES_OUT, PYTHONPATH=os.pathsep.join([str(NETGUARD), str(tmp_path)]))
    assert child.stdout == "mine\n"
    assert child.returncode == 1
