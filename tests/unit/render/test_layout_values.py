from __future__ import annotations

import pytest

from reconciler.model.signature import FieldValue, Image
from reconciler.render.layout import in_words, value_document

DIGEST = "0123456789ab" + "c" * 52


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "(none)"),
        ("Acme", '"Acme"'),
        ("", '""'),
        ("a\nb\x1b[2J", '"a\\nb\\u001b[2J"'),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (Image(DIGEST, "a.png", 2048, 760, 520, "PNG"), "a.png (760x520 PNG, 2.0 KB, sha256 0123456789ab)"),
        (Image(DIGEST, "a.jpg", 3 * 1024 * 1024, 9, 8, "JPEG"), "a.jpg (9x8 JPEG, 3.0 MB, sha256 0123456789ab)"),
        (Image(DIGEST, "a\n.png", 0, 1, 1, "PNG"), "a\\n.png (1x1 PNG, 0.0 KB, sha256 0123456789ab)"),
    ],
)
def test_a_value_reads_as_a_person_writes_it(value: FieldValue, words: str) -> None:
    assert in_words(value_document(value)) == words


def test_an_image_is_data_about_its_file_and_never_its_bytes() -> None:
    assert value_document(Image(DIGEST, "a.png", 2048, 760, 520, "PNG")) == {
        "file": "a.png",
        "sha256": DIGEST,
        "bytes": 2048,
        "width": 760,
        "height": 520,
        "format": "PNG",
    }


@pytest.mark.parametrize("value", [None, "Acme", True, 7])
def test_other_values_are_data_already(value: FieldValue) -> None:
    assert value_document(value) is value
