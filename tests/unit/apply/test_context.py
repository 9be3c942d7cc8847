"""The bytes that go with a submission are those of the files that were planned with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from reconciler.apply.context import images_of
from reconciler.errors import Refusal
from reconciler.model.signature import Image, Signature
from reconciler.tencent.api import Images
from tests.fixtures import images
from tests.fixtures.values import ACME, desired

PROOF, COMMISSION = images.png(1), images.jpeg(2)


def image(file: str, data: bytes) -> Image:
    return Image(hashlib.sha256(data).hexdigest(), file, len(data), 24, 16, "PNG")


ATTORNEY = image("../attorney.jpg", COMMISSION)


def signature(top: Path, commission: Image | None = ATTORNEY) -> Signature:
    fields = ACME._replace(proof_image=image("license.png", PROOF), commission_image=commission)
    return desired(fields)._replace(folder=str(top / "evidence"))


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/license.png").write_bytes(PROOF)
    (tmp_path / "attorney.jpg").write_bytes(COMMISSION)
    return tmp_path


def test_each_image_is_read_from_beside_its_definition(top: Path) -> None:
    assert images_of(top, signature(top)) == Images(PROOF, COMMISSION)
    assert images_of(top, signature(top, None)) == Images(PROOF, None)


@pytest.mark.parametrize("file", ["evidence/license.png", "attorney.jpg"])
@pytest.mark.parametrize("gone", [True, False], ids=["gone", "another one"])
def test_an_image_that_is_not_the_planned_one_is_refused(top: Path, file: str, gone: bool) -> None:
    if gone:
        (top / file).unlink()
    else:
        (top / file).write_bytes(images.png(3))
    with pytest.raises(Refusal, match=Path(file).name):
        images_of(top, signature(top))
