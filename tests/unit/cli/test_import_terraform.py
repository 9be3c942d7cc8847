"""Terraform's state, in both of its forms, as definitions, images and, on request, as the record."""

from __future__ import annotations

import json
import re
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
    assert "5 signatures written to signatures.yaml, 4 definitions complete" in done.out
    assert "\n  terraform state rm 'ADDRESS'\n" in done.err
    # A block of a language that knows neither commas between its lines nor a block inside a line.
    assert "\n  removed {\n    from = ADDRESS\n    lifecycle {\n      destroy = false\n    }\n  }\n" in done.err
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
        assert "half is not recorded: in Terraform it is tainted" in done.err
        assert "proof_image" in done.out
        assert "half" not in done.out.partition("Recorded as submitted")[2], "a tainted one is skipped"
        assert verdicts(sandbox) == {
            "brand-acme": "waiting",
            "counted-0": "in-sync",
            "brands-x-inner": "stuck",
            "half": "blocked",
            "example": "blocked",
        }
        assert modifies(sandbox.requests) == []


def test_one_that_the_account_contradicts_is_left_out_and_the_exit_code_says_so() -> None:
    from reconciler.sandbox.model import AccountData  # noqa: PLC0415  # beside its one use

    with serving(AccountData(UIN, account({1110: 1, 1111: 0}))) as sandbox:
        done = imported(raw_state(), "--adopt", "--yes", "--endpoint", sandbox.url, *FAST)
    assert done.code == 6
    assert "brands-x-inner is not recorded: the account has no such signature" in done.err
    assert "Recorded as submitted: brand-acme, counted-0" in done.out


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
    "document",
    [
        {"format_version": "1.0", "terraform_version": "1.9.0"},
        {"format_version": "1.0", "resource": {}},
        {"version": 4, "resources": []},
        {"version": 4, "resources": "x"},
        {"version": 4, "resources": [{"mode": "managed", "type": "tencentcloud_vpc", "name": "n", "instances": [{}]}]},
    ],
)
def test_of_a_state_without_signatures_nothing_is_written(document: object) -> None:
    done = imported(document)
    assert done.code == 2
    assert "state.json holds no tencentcloud_sms_sign that can be read, so nothing was written" in done.err
    assert not Path("signatures.yaml").exists()


def test_where_no_instance_can_be_read_each_is_named_and_nothing_is_written() -> None:
    state = changed(id="1110")
    del state["resources"][1:]
    done = imported(state)
    assert done.code == 2
    assert 'tencentcloud_sms_sign.brand["acme"]: left out, its id is not of the form' in done.err
    assert not Path("signatures.yaml").exists()


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
        ({"sign_name": "x" * 200}, "# TODO sign_name: the name must have 2 to 15 characters, not 200"),
        ({"sign_name": " Acme"}, "# TODO sign_name: the name starts or ends with a space"),
        ({"sign_name": "Ac\x01me"}, "# TODO sign_name: `sign_name` contains a control character"),
        ({"remark": "a\x01b"}, "# TODO remark: `remark` contains a control character"),
    ],
)
def test_what_cannot_be_used_is_a_marked_place_with_its_reason(attributes: dict[str, Any], said: str) -> None:
    done = imported(changed(**attributes))
    assert done.code == 0
    assert re.search(r"  incomplete +1110  ", done.out)
    assert said in Path("signatures.yaml").read_text()
    assert inside("validate").code == 0
    assert "dGhpcyBp" not in done.out + done.err + Path("signatures.yaml").read_text()


def test_what_the_rules_of_the_site_refuse_is_a_marked_place_too() -> None:
    Path("state.json").write_text(json.dumps(changed(id="1110#0", sign_type=2)))
    place = ("--site", "china", "--region", "ap-guangzhou")
    assert inside("import", "--from-terraform", "state.json", *place).code == 0
    assert "# TODO sign_type: site `china` no longer accepts `website`" in Path("signatures.yaml").read_text()
    assert inside("validate").code == 0


def test_of_two_instances_of_one_signature_the_second_is_left_out_and_named() -> None:
    state = raw_state()
    state["resources"].append({**state["resources"][0], "name": "again"})
    done = imported(state)
    assert done.code == 0
    first, second = (f'tencentcloud_sms_sign.{name}["acme"]' for name in ("brand", "again"))
    assert f"{second}: left out, it is signature 1110 as {first} is" in done.out
    assert Path("signatures.yaml").read_text().count("sign_id: 1110\n") == 1
    assert inside("validate").code == 0


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--site"),
        ((*PLACE, "--out", "-"), "does not go to stdout"),
        ((*PLACE, "--sign-id", "5"), "--sign-id is for an account"),
        ((*PLACE, "--merge"), "--from-terraform writes a new file"),
        ((*PLACE, "--role", "foo"), "`foo` is not the ARN of a role"),
        (("--site", "china", "--region", "a b"), "is not a valid region"),
        ((*PLACE, "--out", "no/z.yaml"), "no/z.yaml cannot be written: there is no folder no"),
    ],
)
def test_what_does_not_go_with_a_state_is_said_before_anything_is_written(
    arguments: tuple[str, ...], said: str
) -> None:
    Path("state.json").write_text(json.dumps(raw_state()))
    done = inside("import", "--from-terraform", "state.json", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert sorted(path.name for path in Path().iterdir()) == [".git", "state.json"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.json", "missing.json cannot be read: No such file"),
        (".", ". cannot be read: Is a directory"),
        ("sub/x.json", "sub/x.json cannot be read"),
    ],
)
@pytest.mark.parametrize("arguments", [(), PLACE, ("--adopt",), ("--out", "-")])
def test_a_state_that_is_not_there_is_said_before_anything_else(
    name: str, said: str, arguments: tuple[str, ...]
) -> None:
    done = inside("import", "--from-terraform", name, *arguments)
    assert done.code == 2
    assert said in done.err


def test_a_link_in_place_of_the_folder_of_images_is_told_as_that() -> None:
    Path("other").mkdir()
    Path("evidence").symlink_to("other")
    done = imported(raw_state())
    assert done.code == 2
    assert "evidence/ is not a folder, or a link to one - images are written to a real folder only" in done.err
    assert list(Path("other").iterdir()) == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_lowest_id_keeps_the_key_whatever_the_order_of_the_state(order: int) -> None:
    state = raw_state()
    first, second = ({**ACME, "id": "5#1"}, {**ACME, "id": "7#1", "sign_name": "Other"})
    instances = [{"attributes": first, "index_key": "a.b"}, {"attributes": second, "index_key": "a-b"}]
    state["resources"] = [{**state["resources"][0], "instances": instances[::order]}]
    assert imported(state).code == 0
    text = Path("signatures.yaml").read_text()
    assert "  brand-a-b:\n    sign_id: 5\n" in text
    assert "  brand-a-b-7:\n    sign_id: 7\n" in text


def test_the_next_commands_are_about_the_file() -> None:
    done = imported(raw_state(), "--out", "a b.yaml")
    assert "written to a b.yaml, " in done.out
    assert "Next: `reconciler validate 'a b.yaml'`, then `reconciler plan 'a b.yaml'`;" in done.out
