"""An account taken over: import, validate, plan, one signature managed; and what a merge leaves alone."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import UnconfirmedBehaviour
from tests.fixtures import images
from tests.fixtures.commands import FAST, KEYS, Done, inside, process
from tests.fixtures.project import UIN, pending
from tests.fixtures.serving import modifies, serving

PLACE = ("--site", "international", "--region", "ap-singapore")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDsandbox")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "sandbox-secret")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def large() -> AccountData:
    """Three hundred signatures of both series and every state, some of one name."""
    codes = (0, 1, 2, -1, 7)
    names = ("Brand {}", "品牌{}", "Acme", "No", "a: b # {}", "名\n{}")
    rows = (
        RowData(1000 + n, names[n % 6].format(n), n % 2 == 0, codes[n % 5], "Blurred # scan\nagain" if n % 3 else "")
        for n in range(300)
    )
    return AccountData(UIN, tuple(rows))


def run(url: str, *arguments: str) -> Done:
    return inside(*arguments, "--endpoint", url, *FAST)


def test_an_account_is_taken_over_and_one_signature_promoted() -> None:
    with serving(large()) as sandbox:
        done = run(sandbox.url, "import", *PLACE)
        assert done.code == 0, done
        assert "Import: 300 signatures written to signatures.yaml" in done.out
        assert "Next: `reconciler plan`" in done.out
        assert inside("validate").code == 0
        plan = run(sandbox.url, "plan", "--format", "json")
        assert plan.code == 0
        assert plan.document["summary"] == {**dict.fromkeys(plan.document["summary"], 0), "observed": 300}
        assert plan.document["unmanaged"] == []
        key = promote(Path("signatures.yaml"))
        assert run(sandbox.url, "plan", "--format", "json").document["summary"]["modify"] == 1
        assert run(sandbox.url, "apply", "--yes", "--format", "json").by_key("outcome")[key] == "accepted"
        assert len(modifies(sandbox.requests)) == 1
        status = run(sandbox.url, "status", "--check")
        assert status.code == 6, "others are rejected still"


def promote(file: Path) -> str:
    """Manage the first rejected signature, as the comments of the file say."""
    text = file.read_text()
    found = re.search(r"  # rejected.*\n(?:  # reviewer.*\n)?  (brand-\S+):\n(    .*\n)+", text)
    assert found is not None
    entry = found[0].replace("    observe: true\n", "").replace("    # ", "    ")
    file.write_text(text.replace(found[0], entry))
    image = file.parent / f"evidence/{found[1]}-proof.png"
    image.parent.mkdir()
    image.write_bytes(images.png(1))
    return found[1]


def test_where_a_file_is_it_is_left_alone_and_merge_is_named() -> None:
    file = Path("signatures.yaml")
    file.write_text("keep")
    with serving(large()) as sandbox:
        done = run(sandbox.url, "import", *PLACE)
        assert sandbox.requests == []
    assert (done.code, file.read_text()) == (2, "keep")
    assert "--merge" in done.err


HEAD = "version: 1\naccount: {site: international, region: ap-singapore}\n"
ONE = "  mine:   # a comment\n    sign_id: 1001\n    sign_name: 'Old 1'\n    international: true\n    observe: true\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}signatures:\n{ONE}",
        f"{HEAD}signatures:\n{ONE}".rstrip("\n"),
        f"{HEAD}signatures:\n{ONE}\n\n# the end\n",
        f"signatures:\n{ONE}    # sign_type: company\n\n# about the account\n{HEAD}",
        f"{HEAD}signatures:\n{ONE}".replace("\n", "\r\n"),
        "\ufeff" + f"{HEAD}signatures:\n{ONE}",
        f"{HEAD}signatures:\n" + ONE.replace("  ", "    "),
        HEAD,
        f"{HEAD}state: {{branch: reconciler-state}}\n",
    ],
    ids=["plain", "no end", "comment after", "account last", "crlf", "mark", "deep", "none yet", "state"],
)
def test_a_merge_adds_what_is_missing_and_leaves_every_other_byte(text: str) -> None:
    file = Path("signatures.yaml")
    file.write_bytes(text.encode())
    file.chmod(0o640)
    with serving([pending(1), pending(2), pending(3)]) as sandbox:
        done = run(sandbox.url, "import", "--merge")
        assert done.code == 0, done
        after = file.read_bytes().decode()
        assert is_subsequence(text.splitlines(), after.splitlines())
        assert ("\r\n" in after) is ("\r\n" in text)
        assert after.count("\n") == after.count("\r\n") or "\r\n" not in after
        assert file.stat().st_mode & 0o777 == 0o640
        assert inside("validate").code == 0, after
        again = run(sandbox.url, "import", "--merge")
        assert (again.code, file.read_bytes().decode()) == (0, after)
        assert "Import: 0 signatures" in again.out


def is_subsequence(lines: list[str], of: list[str]) -> bool:
    rest = iter(of)
    return all(line in rest for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}signatures: {{}}\n",
        f"{HEAD}signatures: {{a: {{sign_id: 1, sign_name: Ab, international: true, observe: true}}}}\n",
    ],
)
def test_what_cannot_be_added_to_is_left_as_it_is(text: str) -> None:
    file = Path("signatures.yaml")
    file.write_text(text)
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", "--merge")
    assert (done.code, file.read_text()) == (2, text)
    assert "line of its own" in done.err


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep")
    Path("other.yaml").symlink_to(precious)
    with serving(large()) as sandbox:
        assert run(sandbox.url, "import", *PLACE, "--out", "other.yaml").code == 2
    assert precious.read_text() == "keep"


def test_the_file_goes_to_stdout_where_asked() -> None:
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", *PLACE, "--out", "-", "--sign-id", "1001", "--sign-id", "9")
    assert done.out.startswith("# Written by `reconciler import`")
    assert "9: the account has no such signature" in done.err
    assert not Path("signatures.yaml").exists()


@pytest.mark.parametrize("more", [("--merge",), PLACE, (*PLACE, "--out", "-")])
def test_where_none_of_the_ids_is_there_nothing_is_written(more: tuple[str, ...]) -> None:
    file = Path("signatures.yaml")
    if "--merge" in more:
        file.write_text(f"{HEAD}signatures:\n{ONE}")
    before = file.read_text() if file.exists() else None
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", *more, "--sign-id", "9999", "--sign-id", "9998")
    assert (done.code, done.out) == (2, "")
    assert "the account has no signature 9999, 9998: nothing was written" in done.err
    assert (file.read_text() if file.exists() else None) == before


def test_where_the_account_is_not_listed_signatures_are_imported_by_id() -> None:
    facts = UnconfirmedBehaviour(listing="MissingParameter")
    with serving([pending(1), pending(2), pending(3)], facts=facts) as sandbox:
        refused = run(sandbox.url, "import", *PLACE)
        assert refused.code == 5
        assert "Client.NotListed: this account's signatures cannot be listed" in refused.err
        assert "--sign-id" in refused.err
        done = run(sandbox.url, "import", *PLACE, "--sign-id", "1001", "--sign-id", "1003", "--sign-id", "9")
    assert done.code == 0
    assert "9: the account has no such signature" in done.out
    assert Path("signatures.yaml").read_text().count("sign_id:") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which account is it"),
        (("--site", "china"), "--site and --region go together"),
        (("--site", "china", "--region", "\u5730\u57df"), "is not a valid region"),
        (("--site", "china", "--region", "a\nb"), "is not a valid region"),
        ((*PLACE, "--role", "foo"), "`foo` is not the ARN of a role"),
        ((*PLACE, "--out", "no/z.yaml"), "no/z.yaml cannot be written: there is no folder no"),
        ((*PLACE, "--out", ".git/x/z.yaml"), "there is no folder .git/x"),
        ((*PLACE, "--adopt"), "--adopt goes with --from-terraform"),
        (("--merge", *PLACE), "no signatures.yaml to merge into"),
        (("--out", "", *PLACE), "the path is empty"),
    ],
)
def test_what_is_missing_or_wrong_is_said_before_the_account_is_read(arguments: tuple[str, ...], said: str) -> None:
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", *arguments)
        assert sandbox.requests == []
    assert done.code == 2
    assert said in done.err


def test_what_the_system_does_not_write_is_a_usage_error() -> None:
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", *PLACE, "--out", "n" * 300)
    assert done.code == 2
    assert "cannot be written: File name too long" in done.err


def test_a_merge_into_a_link_leaves_the_link() -> None:
    Path("real.yaml").write_text(HEAD)
    Path("signatures.yaml").symlink_to("real.yaml")
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", "--merge")
    assert (done.code, Path("real.yaml").read_text()) == (2, HEAD)
    assert "signatures.yaml cannot be written: it is not a plain file" in done.err


def test_an_account_without_signatures_is_merged_into_later() -> None:
    with serving([]) as sandbox:
        done = run(sandbox.url, "import", *PLACE)
        assert done.code == 0
        assert "Import: 0 signatures written to" in done.out
    assert inside("validate").code == 0
    with serving([pending(1)]) as sandbox:
        assert run(sandbox.url, "import", "--merge").code == 0
    assert "sign_id: 1001" in Path("signatures.yaml").read_text()


@pytest.mark.parametrize(
    ("out", "next_command"),
    [
        ("signatures.yaml", "reconciler plan"),
        ("sub/signatures.yaml", "reconciler plan sub/signatures.yaml"),
        ("a b.yaml", "reconciler plan 'a b.yaml'"),
        ("-x.yaml", "reconciler plan ./-x.yaml"),
    ],
)
def test_the_file_is_named_as_it_was_and_the_next_command_is_about_it(out: str, next_command: str) -> None:
    Path("sub").mkdir()
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", *PLACE, f"--out={out}")
        assert f"Import: 1 signature written to {out}\n" in done.out
        assert f"Next: `{next_command}` shows them" in done.out
        assert run(sandbox.url, *shlex.split(next_command)[1:]).code == 0


def test_the_file_is_looked_for_upwards() -> None:
    Path("signatures.yaml").write_text(HEAD)
    Path("sub/deeper").mkdir(parents=True)
    os.chdir("sub/deeper")
    with serving([pending(1)]) as sandbox:
        refused = run(sandbox.url, "import")
        assert refused.code == 2
        assert "../../signatures.yaml is there already" in refused.err
        done = run(sandbox.url, "import", "--merge")
        assert done.code == 0
        assert "Import: 1 signature written to ../../signatures.yaml" in done.out
        assert run(sandbox.url, "import", "--out", "all.yaml").code == 0, "its account is that of the file above"
        assert run(sandbox.url, "import", *PLACE).code == 0
    assert Path("signatures.yaml").exists(), "an account that is named gets a file of its own"
    assert "sign_id: 1001" in Path("../../signatures.yaml").read_text()


def created(name: str, key: str = "mine") -> str:
    return (
        f"  {key}:\n    sign_id: new\n    sign_name: {name}\n    sign_type: company\n"
        "    document_type: business-license\n    international: true\n    sign_purpose: self\n"
        "    proof_image: 1.png\n"
    )


@pytest.mark.parametrize("name", ["Old 1", "Old1", "Old  1"])
def test_a_merge_leaves_out_a_row_that_a_new_definition_names(name: str) -> None:
    Path("1.png").write_bytes(images.png(1))
    file = Path("signatures.yaml")
    file.write_text(f"{HEAD}signatures:\n{created(name)}")
    with serving([pending(1), pending(2)]) as sandbox:
        done = run(sandbox.url, "import", "--merge")
    assert done.code == 0, done
    assert "1001: left out: mine says `sign_id: new` for this name; write `sign_id: 1001` there" in done.out
    assert "Import: 1 signature written to signatures.yaml\n" in done.out
    assert re.findall("sign_id: (.*)", file.read_text()) == ["new", "1002"]


def test_a_merge_adds_a_row_of_the_other_series_than_that_of_a_new_definition() -> None:
    Path("1.png").write_bytes(images.png(1))
    file = Path("signatures.yaml")
    file.write_text(f"{HEAD}signatures:\n{created('Old 1')}")
    with serving([pending(1, international=False)]) as sandbox:
        assert run(sandbox.url, "import", "--merge").code == 0
    assert "sign_id: 1001" in file.read_text()


def test_what_was_created_is_written_into_its_definition_after_a_merge() -> None:
    Path("1.png").write_bytes(images.png(1))
    file = Path("signatures.yaml")
    file.write_text(f"{HEAD}signatures:\n{created('NewTwo')}")
    with serving([pending(1)]) as sandbox:
        assert run(sandbox.url, "apply", "--yes").code == 0
        assert run(sandbox.url, "import", "--merge").code == 0
        assert "no longer managed" not in run(sandbox.url, "plan").out
        assert run(sandbox.url, "apply", "--yes", "--write-ids").code == 0
    assert sorted(re.findall("sign_id: (.*)", file.read_text())) == ["1001", "1002"]
    assert inside("validate").code == 0


def test_a_merge_into_a_file_with_an_error_is_refused() -> None:
    text = f"{HEAD}signatures:\n{ONE.replace('1001', repr('1001'))}"
    file = Path("signatures.yaml")
    file.write_text(text)
    with serving([pending(1)]) as sandbox:
        done = run(sandbox.url, "import", "--merge")
        assert sandbox.requests == []
    assert (done.code, file.read_text()) == (2, text)
    assert "signatures.yaml is not valid - `reconciler validate` names every problem" in done.err


def test_one_long_name_does_not_push_the_others_aside() -> None:
    rows = (RowData(1, "x" * 300, True), RowData(2, "Acme", True))
    with serving(AccountData(UIN, rows)) as sandbox:
        done = run(sandbox.url, "import", *PLACE)
    (line,) = (line for line in done.out.splitlines() if line.endswith("  acme"))
    assert len(line) < 80
    assert "x" * 29 + "...  " + "x" * 60 in done.out


def test_columns_stay_where_the_character_set_lacks_a_name(tmp_path: Path) -> None:
    rows = (RowData(1, "\u54c1\u724c", True), RowData(2, "Acme", True))
    with serving(AccountData(UIN, rows)) as sandbox:
        arguments = ("import", *PLACE, "--endpoint", sandbox.url, *FAST)
        done = process(*arguments, cwd=tmp_path, env={**KEYS, "PYTHONIOENCODING": "cp1252"})
    starts = {
        key: line.index(f" {key}") for line in done.out.splitlines() for key in ("pin-pai", "acme") if key in line
    }
    assert r"\u54c1\u724c" in done.out
    assert starts["pin-pai"] == starts["acme"]


def test_the_account_of_a_file_that_is_there_is_used_for_another_one() -> None:
    Path("signatures.yaml").write_text(HEAD)
    with serving([pending(1)]) as sandbox:
        assert run(sandbox.url, "import", "--out", "all.yaml").code == 0
    assert "region: ap-singapore" in Path("all.yaml").read_text()


def test_a_role_is_written_down_and_taken_on() -> None:
    arn = f"qcs::cam::uin/{UIN}:roleName/sms"
    with serving([pending(1)]) as sandbox:
        assert run(sandbox.url, "import", *PLACE, "--role", arn).code == 0
        assert any(entry["action"] == "AssumeRole" for entry in sandbox.requests)
    assert arn in Path("signatures.yaml").read_text()
    assert inside("validate").code == 0


def test_the_embedded_sandbox_can_be_imported() -> None:
    Path("signatures.sandbox.yaml").write_text(
        f'uin: "{UIN}"\nsignatures:\n  - {{sign_id: 1, sign_name: Acme, international: true, status: approved}}\n'
    )
    assert inside("import", "--sandbox", *PLACE).code == 0
    assert inside("plan", "--sandbox").code == 0
