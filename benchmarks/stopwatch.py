"""Run one command and print its wall time, processor time and peak memory as JSON.

A program of its own, since the system counts the memory of whoever starts a command as that of the command.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    """Take ``FOLDER OUTPUT COMMAND...`` and run the command in the folder, its output going to the file."""
    folder, output, *command = sys.argv[1:]
    os.chdir(folder)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.execv(command[0], command)  # noqa: S606  # the command under measurement
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = usage.ru_maxrss * unit / 1e6
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak, "code": code}))


if __name__ == "__main__":
    main()
