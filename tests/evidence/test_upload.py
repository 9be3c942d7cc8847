from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Exit, ReconcilerError
from reconciler.evidence.inspect import inspect
from reconciler.evidence.problems import EvidenceChanged
from reconciler.evidence.read import read_for_upload
from reconciler.model.signature import Image
from tests.support import images
from tests.support.environment import open_descriptors

NAME = "evidence/license.png"


@pytest.fixture
def planned(project: Path) -> Image:
    (found,) = inspect(project, [(str(project), NAME)]).values()
    assert found.image is not None
    return found.image


def test_the_bytes_that_were_planned_with_are_given_out(project: Path, planned: Image) -> None:
    before = open_descriptors()
    assert read_for_upload(project, str(project), NAME, planned) == images.png(1)
    assert open_descriptors() == before


def test_other_bytes_are_refused_by_name_with_the_mend(project: Path, planned: Image) -> None:
    (project / NAME).write_bytes(images.png(3))
    with pytest.raises(EvidenceChanged, match=r"evidence/license\.png changed since the plan was made") as caught:
        read_for_upload(project, str(project), NAME, planned)
    assert caught.value.exit_code is Exit.REFUSED
    assert "plan again" in caught.value.hint


def test_a_file_that_is_gone_or_leads_out_since_is_refused_too(project: Path, planned: Image) -> None:
    (project / NAME).unlink()
    with pytest.raises(EvidenceChanged, match="no such file"):
        read_for_upload(project, str(project), NAME, planned)
    (project.parent / "same.png").write_bytes(images.png(1))
    (project / NAME).symlink_to("../../same.png")
    with pytest.raises(EvidenceChanged, match="leads outside the repository"):
        read_for_upload(project, str(project), NAME, planned)


def test_a_root_that_is_gone_is_an_expected_failure(project: Path, planned: Image) -> None:
    with pytest.raises(ReconcilerError, match="top folder"):
        read_for_upload(project / "gone", str(project), NAME, planned)
