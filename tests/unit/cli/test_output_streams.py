"""A stream whose failures are not the program's."""

from __future__ import annotations

import errno
import io
import os

import pytest

from reconciler.cli.output import SafeStream


class Failing(io.StringIO):
    """Fails to flush, as a file on a full disk does."""

    def __init__(self, number: int, descriptor: int) -> None:
        super().__init__()
        self._number = number
        self._descriptor = descriptor

    def flush(self) -> None:
        raise OSError(self._number, os.strerror(self._number))

    def fileno(self) -> int:
        return self._descriptor


@pytest.fixture
def descriptor() -> int:
    return os.open(os.devnull, os.O_WRONLY)


def test_what_a_full_disk_does_not_take_goes_elsewhere(descriptor: int) -> None:
    elsewhere = io.StringIO()
    stream = SafeStream(Failing(errno.ENOSPC, descriptor), SafeStream(elsewhere, None))
    stream.write("one\n")
    stream.flush()
    stream.write("two\n")
    stream.flush()
    head = "stdout cannot be written (No space left on device); what belongs there follows\n"
    assert elsewhere.getvalue() == head + "one\ntwo\n"


def test_a_reader_that_has_left_wants_nothing_more(descriptor: int) -> None:
    elsewhere = io.StringIO()
    stream = SafeStream(Failing(errno.EPIPE, descriptor), SafeStream(elsewhere, None))
    stream.write("one\n")
    stream.flush()
    stream.write("two\n")
    assert elsewhere.getvalue() == ""


def test_a_closed_stream_hands_everything_on() -> None:
    elsewhere = io.StringIO()
    stream = SafeStream(io.StringIO(), SafeStream(elsewhere, None), closed=True)
    stream.write("one\n")
    stream.flush()
    assert elsewhere.getvalue().splitlines()[1:] == ["one"]


def test_what_is_flushed_is_not_written_again(descriptor: int) -> None:
    elsewhere = io.StringIO()
    inner = Failing(errno.ENOSPC, descriptor)
    stream = SafeStream(inner, SafeStream(elsewhere, None))
    inner.flush = lambda: None  # type: ignore[method-assign]  # the disk has room at first
    stream.write("one\n")
    stream.flush()
    del inner.flush
    stream.write("two\n")
    stream.flush()
    assert elsewhere.getvalue().splitlines()[1:] == ["two"]
