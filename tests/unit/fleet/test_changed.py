from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.fleet.accounts import accounts_below
from reconciler.fleet.changed import changed_since
from tests.fixtures.fleets import write_fleet
from tests.fixtures.project import pending
from tests.fixtures.repositories import git

NAMES = ("acme", "eu/globex", "hooli")
Change = Callable[[Path], object]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with a fleet of three accounts, of which hooli's image is shared and lies beside the accounts."""
    git(tmp_path, "init", "-q", "-b", "main", ".")
    write_fleet(tmp_path / "accounts", dict.fromkeys(NAMES, (pending(1),)))
    (tmp_path / "shared").mkdir()
    (tmp_path / "accounts/hooli/evidence/1.png").rename(tmp_path / "shared/licence.png")
    file = tmp_path / "accounts/hooli/signatures.yaml"
    file.write_text(file.read_text().replace("evidence/1.png", '"../../shared/licen\\u0063e.png"'))
    committed(tmp_path)
    return tmp_path


def committed(top: Path) -> str:
    git(top, "add", "-A")
    git(top, "commit", "-q", "--allow-empty", "-m", "Change")
    return git(top, "rev-parse", "HEAD").strip()


def touched(top: Path, ref: str = "HEAD^") -> list[str]:
    return [account.name for account in changed_since(accounts_below("accounts", cwd=top), ref, cwd=top)]


def append(name: str) -> Change:
    def change(top: Path) -> None:
        with (top / name).open("ab") as file:
            file.write(b"\n")

    return change


def move(old: str, new: str) -> Change:
    return lambda top: (top / old).rename(top / new)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (append("accounts/acme/signatures.yaml"), ["acme"]),
        (append("accounts/acme/evidence/1.png"), ["acme"]),
        (append("accounts/eu/globex/evidence/1.png"), ["eu/globex"]),
        (append("shared/licence.png"), ["hooli"]),
        (append("accounts/acme/more.yml"), ["acme"]),
        (append("accounts/acme/README.md"), []),
        (append("accounts/acme/evidence/other.png"), []),
        (append("accounts/acme/signatures.sandbox.yaml"), []),
        (append("README.md"), []),
        (append("accounts/acme/.hidden.yaml"), []),
        (append("accounts/acme-2.yaml"), []),
        (move("accounts/acme/signatures.yaml", "accounts/acme/other.yaml"), ["acme"]),
        (lambda _top: None, []),
    ],
    ids=lambda value: None if callable(value) else ",".join(value) or "nobody",
)
def test_an_account_is_touched_by_its_definitions_and_the_images_that_they_name(
    top: Path, change: Change, expected: list[str]
) -> None:
    change(top)
    committed(top)
    assert touched(top) == expected


def test_a_definition_that_is_removed_beside_others_is_a_change(top: Path) -> None:
    append("accounts/acme/more.yaml")(top)
    committed(top)
    (top / "accounts/acme/more.yaml").unlink()
    committed(top)
    assert touched(top) == ["acme"]


def test_an_account_that_is_gone_is_not_named(top: Path) -> None:
    git(top, "rm", "-rq", "accounts/acme")
    committed(top)
    assert touched(top) == []


def test_an_image_counts_by_the_link_and_by_what_it_leads_to(top: Path) -> None:
    image = top / "accounts/acme/evidence/1.png"
    image.rename(top / "shared/real.png")
    image.symlink_to("../../../shared/real.png")
    committed(top)
    append("shared/real.png")(top)
    committed(top)
    assert touched(top) == ["acme"]


def test_definitions_that_cannot_be_read_may_name_any_image(top: Path) -> None:
    (top / "accounts/acme/signatures.yaml").write_text("version: [1\n")
    committed(top)
    append("shared/licence.png")(top)
    committed(top)
    assert touched(top) == ["acme", "hooli"]


def test_what_main_changed_meanwhile_is_not_this_change(top: Path) -> None:
    git(top, "checkout", "-q", "-b", "topic")
    append("accounts/acme/signatures.yaml")(top)
    committed(top)
    git(top, "checkout", "-q", "main")
    append("accounts/hooli/signatures.yaml")(top)
    committed(top)
    git(top, "checkout", "-q", "topic")
    assert touched(top, "main") == ["acme"]


def test_before_the_first_commit_of_a_branch_everything_is_new(top: Path) -> None:
    assert touched(top, "0" * 40) == list(NAMES)


@pytest.mark.parametrize("ref", ["nowhere", "--all", "", "HEAD^{tree}", "a b"])
def test_a_commit_that_is_none_is_refused_with_the_way_out(top: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="no commit is called") as caught:
        touched(top, ref)
    assert "fetch-depth: 0" in caught.value.hint


def test_two_histories_without_a_common_commit_are_refused(top: Path) -> None:
    git(top, "checkout", "-q", "--orphan", "other")
    append("README.md")(top)
    committed(top)
    with pytest.raises(UsageError, match="no commit in common"):
        touched(top, "main")
