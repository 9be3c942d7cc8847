"""Terraform's state, in both of its forms, as definitions, images and, on request, as the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.model import RowData
from reconciler.sandbox.running import Sandbox
from tests.fixtures import images
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.project import UIN
from tests.fixtures.serving import modifies, serving
from tests.fixtures.terraform import ACME, FIRST, NESTED, raw_state, shown_state

PLACE = ("--site", "international", "--region", "ap-singapore")
FORMS = {"raw": raw_state, "show": shown_state}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDsandbox")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "sandbox-secret")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def imported(document: object, *arguments: str) -> Done:
    Path("state.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return inside("import", "--from-terraform", "state.json", *PLACE, *arguments)


@pytest.mark.parametrize("form", FORMS)
def test_both_forms_of_a_state_make_the_same_definitions(form: str) -> None:
    done = imported(FORMS[form]())
    assert done.code == 0, done
    assert "5 signatures written to signatures.yaml, 4 of them whole definitions" in done.out
    assert "terraform state rm" in done.err
    assert "destroy = false" in done.err
    validated = inside("validate", "--format", "json")
    assert (validated.code, validated.document["diagnostics"]) == (0, []), validated
    text = Path("signatures.yaml").read_text()
    for key, sign_id in (("brand-acme", 1110), ("counted-0", 1111), ("brands-x-inner", 1112), ("half", 1113)):
        assert f"  {key}:\n    sign_id: {sign_id}\n" in text
    assert "  example:\n    observe: true   # TODO" in text
    assert "# TODO proof_image: it is not base64, but perhaps the text of an example" in text
    assert "1114" not in text, "a deposed instance is left out"
    assert 'module.brands["x"].tencentcloud_sms_sign.inner' in text


def test_images_are_decoded_beside_the_definitions_for_their_owner_alone() -> None:
    imported(raw_state())
    kept = {path.name: path for path in Path("evidence").iterdir()}
    assert set(kept) == {
        "brand-acme-proof.png",
        "counted-0-proof.png",
        "brands-x-inner-proof.png",
        "brands-x-inner-commission.png",
        "half-proof.png",
    }
    assert kept["brand-acme-proof.png"].read_bytes() == images.png(1)
    assert {path.stat().st_mode & 0o777 for path in kept.values()} == {0o600}


def test_no_file_is_written_over() -> None:
    Path("evidence").mkdir()
    mine = Path("evidence/brand-acme-proof.png")
    mine.write_bytes(b"mine")
    assert imported(raw_state()).code == 0
    assert mine.read_bytes() == b"mine"
    assert "evidence/brand-acme-proof.png is there already, with other content" in Path("signatures.yaml").read_text()
    assert inside("validate").code == 0
    assert imported(raw_state()).code == 2, "the definitions are there now"
    assert imported(raw_state(), "--out", "again.yaml").code == 0, "the same images are no conflict"


def account(sandbox_rows: dict[int, int]) -> Any:
    names = {1110: ACME, 1111: FIRST, 1112: NESTED}
    return tuple(
        RowData(sign_id, names[sign_id]["sign_name"], international=True, status_code=code)
        for sign_id, code in sandbox_rows.items()
    )


def verdicts(sandbox: Sandbox) -> dict[str, Any]:
    return inside("plan", "--format", "json", "--endpoint", sandbox.url, *FAST).by_key("verdict")


def test_adopting_makes_every_signature_with_images_known() -> None:
    from reconciler.sandbox.model import AccountData  # noqa: PLC0415  # beside its one use

    rows = account({1110: 1, 1111: 0, 1112: -1})
    with serving(AccountData(UIN, rows)) as sandbox:
        refused = imported(raw_state(), "--adopt", "--endpoint", sandbox.url, *FAST)
        assert refused.code == 2, "nobody to ask"
        done = imported(raw_state(), "--adopt", "--yes", "--endpoint", sandbox.url, *FAST)
        assert done.code == 0, done
        assert "An update that the vendor refused looks the same there" in done.err
        assert "half" not in done.out.partition("Recorded as submitted")[2], "a tainted one is skipped"
        assert verdicts(sandbox) == {
            "brand-acme": "waiting",
            "counted-0": "in-sync",
            "brands-x-inner": "stuck",
            "half": "blocked",
            "example": "blocked",
        }
        assert modifies(sandbox.requests) == []


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "is not JSON of Terraform"),
        ("[]", "is not JSON of Terraform"),
        ("[" * 100_000, "is not JSON of Terraform"),
        ({"version": 3, "modules": []}, "neither a state of version 4"),
        ({"format_version": "2.0", "values": {}}, "neither a state of version 4"),
        ({"format_version": "1.2", "planned_values": {}, "resource_changes": []}, "the JSON of a plan, not of a state"),
        ({"meta": {}, "encrypted_data": "x"}, "is an encrypted state"),
    ],
)
def test_what_is_no_state_is_refused_by_its_name(document: object, said: str) -> None:
    done = imported(document)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert not Path("signatures.yaml").exists()


@pytest.mark.parametrize(
    "document", [{"format_version": "1.0", "terraform_version": "1.9.0"}, {"version": 4, "resources": []}]
)
def test_an_empty_state_makes_an_empty_file(document: object) -> None:
    assert imported(document).code == 0
    assert inside("validate").code == 0


def changed(**attributes: Any) -> dict[str, Any]:
    state = raw_state()
    state["resources"][0]["instances"][0]["attributes"] = {**ACME, **attributes}
    return state


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"sign_type": 99}, "# TODO sign_type: 99 is none of the vendor's numbers"),
        ({"sign_type": "0"}, "# TODO sign_type"),
        ({"document_type": None}, "# TODO document_type: null"),
        ({"proof_image": ""}, "# TODO proof_image: the state holds none"),
        ({"proof_image": "dGhpcyBpcyBhbiBleGFtcGxl"}, "# TODO proof_image: it is base64 of no usable image"),
        ({"proof_image": 5}, "# TODO proof_image: the state holds none"),
        ({"sign_purpose": 1}, "# TODO commission_image: the state holds none"),
    ],
)
def test_what_cannot_be_read_is_a_marked_place_with_its_reason(attributes: dict[str, Any], said: str) -> None:
    done = imported(changed(**attributes))
    assert done.code == 0
    assert said in Path("signatures.yaml").read_text()
    assert inside("validate").code == 0
    assert "dGhpcyBp" not in done.out + done.err + Path("signatures.yaml").read_text()


@pytest.mark.parametrize("bad", ["", "1110", "0#0", "1110#2", "x#0", "1" * 30 + "#0", None])
def test_an_instance_without_an_id_is_left_out_and_named(bad: str | None) -> None:
    done = imported(changed(id=bad))
    assert done.code == 0
    assert 'tencentcloud_sms_sign.brand["acme"]: left out, its id is not of the form' in done.out


def test_names_of_resources_make_no_paths() -> None:
    state = raw_state()
    state["resources"][0].update(name="../../etc/passwd", module="module.a\n# b")
    state["resources"][0]["instances"][0]["index_key"] = "../x" * 50
    assert imported(state).code == 0
    assert inside("validate").code == 0
    assert all(path.parent == Path("evidence") for path in Path("evidence").rglob("*"))
    assert max(len(path.name) for path in Path("evidence").iterdir()) < 90


def test_a_state_does_not_say_which_account_it_is_of() -> None:
    Path("state.json").write_text(json.dumps(raw_state()))
    done = inside("import", "--from-terraform", "state.json")
    assert done.code == 2
    assert "--site" in done.err
