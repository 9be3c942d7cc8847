from __future__ import annotations

from tests.unit.tencent.conftest import _nobodys_authorities, opened

__all__ = ["_nobodys_authorities", "opened"]
