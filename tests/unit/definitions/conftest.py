from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.definitions.load import Definitions, load_definitions

HEAD = "version: 1\naccount: {site: international, region: ap-singapore}\n"
FIELDS = (
    "sign_id: 1110, sign_name: Acme, sign_type: company, document_type: business-license, international: true, "
    "sign_purpose: self, proof_image: license.png"
)
VALID = f"{HEAD}signatures:\n  acme-otp: {{{FIELDS}}}\n"


@pytest.fixture
def valid() -> str:
    """One valid signature, on line 4."""
    return VALID


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str | bytes], Definitions]:
    """Load a text or bytes as the one file of a run."""

    def load(content: str | bytes) -> Definitions:
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / "signatures.yaml").write_bytes(data)
        return load_definitions(["signatures.yaml"], cwd=tmp_path)

    return load
