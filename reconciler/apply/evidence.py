"""The bytes that go with a submission, checked against what was planned."""

from __future__ import annotations

from pathlib import Path

from reconciler.cloud.api import Images
from reconciler.evidence.upload import read_for_upload
from reconciler.model.signature import Desired


def images_of(root: Path, desired: Desired) -> Images:
    """Return the evidence of a signature. Raises EvidenceChanged where a file is not the one that was planned with."""
    fields = desired.fields
    proof = read_for_upload(root, desired.folder, fields.proof_image.file, fields.proof_image)
    if fields.commission_image is None:
        return Images(proof, None)
    name = fields.commission_image.file
    return Images(proof, read_for_upload(root, desired.folder, name, fields.commission_image))
