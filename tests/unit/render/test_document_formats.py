from __future__ import annotations

from typing import cast

import pytest

from reconciler.cli.formats import in_format
from reconciler.cli.output import Format
from reconciler.render.document import Document
from tests.fixtures.documents import plan, signature

DOCUMENT = cast("Document", plan(signature("refused"), diagnostics=[]))


@pytest.mark.parametrize(
    ("form", "begins"),
    [("json", '{\n  "version": 1,'), ("markdown", "### SMS signatures: 1 refused"), ("github", "::error ")],
)
def test_each_format_tells_the_same_document(form: Format, begins: str) -> None:
    told = in_format(form, DOCUMENT)
    assert told.startswith(begins)
    assert "acme-otp" in told
