"""Ids go into the definitions, and nothing else of a file changes, however it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from reconciler.definitions.load import load_definitions
from reconciler.model.plan import Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.planning.created_ids import write_created_ids
from tests.fixtures import images
from tests.fixtures.values import plan, planned

HEAD: Final = "version: 1\naccount: {site: international, region: ap-singapore}\nsignatures:\n"
REST: Final = (
    "sign_name: Acme, sign_type: company, document_type: business-license, international: true, sign_purpose: self,"
    " proof_image: 1.png"
)
BLOCK: Final = HEAD + "  acme:\n    " + REST.replace(", ", "\n    ") + "\n    sign_id: new   # ours\n"


def written(folder: Path, text: str, *, meanwhile: str = "") -> tuple[str, list[str]]:
    """Write the id 1200 for ``acme``; return the file's text afterwards, and what was said."""
    (folder / ".git").mkdir()
    (folder / "1.png").write_bytes(images.png(1))
    file = folder / "signatures.yaml"
    file.write_bytes(text.encode())
    definitions = load_definitions([str(file)], cwd=folder)
    signature = next(each for each in definitions.signatures if each.is_new)
    report = ApplyReport(
        plan([planned(Verdict.CREATE)._replace(desired=signature)]),
        {signature.key: Result(Outcome.ACCEPTED, sign_id=1200)},
    )
    if meanwhile:
        file.write_bytes(meanwhile.encode())
    said = list(write_created_ids(definitions, report))
    return file.read_bytes().decode(), said


@pytest.mark.parametrize(
    "text",
    [
        BLOCK,
        BLOCK.replace("\n", "\r\n"),
        "\ufeff" + BLOCK,
        BLOCK.replace("sign_id: new", "sign_id: 'new'"),
        BLOCK.replace("sign_id: new", 'sign_id: "new"'),
        BLOCK + "# new: sign_id: new\n",
        HEAD + f"  acme: {{sign_id: new, {REST}}}\n",
        HEAD + f"  acme: {{{REST}, sign_id: new}}\n",
        BLOCK.removesuffix("   # ours\n"),
    ],
)
def test_the_word_alone_is_replaced(text: str, tmp_path: Path) -> None:
    after, said = written(tmp_path, text)
    mark = next(word for word in ("'new'", '"new"', "new") if f"sign_id: {word}" in text)
    assert after == text.replace(f"sign_id: {mark}", "sign_id: 1200", 1)
    assert said == ["signatures.yaml: acme has `sign_id: 1200` now"]


@pytest.mark.parametrize(
    ("text", "meanwhile"),
    [
        (BLOCK.replace("sign_id: new", "sign_id: &word new") + "    remark: *word\n", ""),
        (BLOCK, BLOCK.replace("sign_id: new", "sign_id: 1200")),
        (BLOCK, BLOCK.replace("acme", "other")),
        (BLOCK, "signatures: ["),
    ],
)
def test_a_file_that_cannot_be_edited_for_certain_stays_and_the_edit_is_said(
    text: str, meanwhile: str, tmp_path: Path
) -> None:
    after, said = written(tmp_path, text, meanwhile=meanwhile)
    assert after == (meanwhile or text)
    assert said[0].startswith("signatures.yaml was left as it is: ")
    assert "write `sign_id: 1200`" in said[1]


OTHER: Final = "  other: {observe: true, sign_id: 1200, sign_name: Acme, international: true}\n"


def test_an_id_that_another_definition_has_is_not_written(tmp_path: Path) -> None:
    text = BLOCK + OTHER
    after, said = written(tmp_path, text)
    assert after == text
    assert said == [
        "acme is left as it is: its `sign_id: 1200` is that of other already, so one of them must go",
    ]


def test_an_id_that_came_into_the_file_meanwhile_is_not_written(tmp_path: Path) -> None:
    after, said = written(tmp_path, BLOCK, meanwhile=BLOCK + OTHER)
    assert after == BLOCK + OTHER
    assert said[0] == "signatures.yaml was left as it is: `sign_id: 1200` is defined there already"
