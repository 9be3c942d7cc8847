"""Puts the network guard into every Python child process of the tests, through ``PYTHONPATH``.

A ``sitecustomize`` that the environment has of its own is run as well: this one stands before it on the path.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import netguard  # type: ignore[import-not-found]  # it stands beside this file, which is on the path

netguard.install()

_HERE = Path(__file__).parent
_spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if Path(entry) != _HERE])
if _spec is not None and _spec.loader is not None:
    _spec.loader.exec_module(module_from_spec(_spec))
