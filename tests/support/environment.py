"""The environment that tests and their child processes run in, the same on every machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NETGUARD: Final = Path(__file__).parent / "netguard"
"""Folder that puts the network guard into every child process that has it on ``PYTHONPATH``."""

# Whoever runs the tests may have keys, proxies and habits in the environment; none of them may show in a result.
_FOREIGN: Final = (
    "ACTIONS_",
    "ALL_PROXY",
    "CI",
    "COLUMNS",
    "CURL_CA_BUNDLE",
    "FORCE_COLOR",
    "GIT_",
    "GITHUB_",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NETRC",
    "NO_COLOR",
    "NO_PROXY",
    "RECONCILER_",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_",
    "TCCLI_",
    "TENCENTCLOUD_",
    "TERM_PROGRAM",
    "TKE_",
)


def settled(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return ``environ`` without anybody's keys and settings, with the guard and warnings as errors for children."""
    kept = {name: value for name, value in environ.items() if not name.upper().startswith(_FOREIGN)}
    path = [str(NETGUARD), *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
        "PYTHONWARNINGS": "error",
    }


def outside_of_tests(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``environ`` without guard, warnings as errors and coverage: for tools, and for copies of the package."""
    ours = ("COVERAGE_", "PYTHONPATH", "PYTHONWARNINGS")
    return {name: value for name, value in environ.items() if not name.startswith(ours)}


def open_descriptors() -> set[int]:
    """Return the numbers of the file descriptors that this process has open."""
    listed = (int(name) for name in os.listdir("/dev/fd"))  # noqa: PTH208  # numbers, not files
    return {number for number in listed if _is_open(number)}


def _is_open(number: int) -> bool:
    # The listing itself had one open that is closed by now.
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
