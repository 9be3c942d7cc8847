from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.fleet.accounts import look_below
from reconciler.fleet.changed import changed_since, deleted_since, has_uncommitted, names_uncommitted
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
    return [
        account.name
        for account in changed_since(look_below("accounts", cwd=top).accounts, ref, folder="accounts", cwd=top)
    ]


def deleted(top: Path, ref: str = "HEAD^", folder: str = "accounts") -> list[str]:
    return list(deleted_since(look_below(folder, cwd=top).accounts, ref, folder=folder, cwd=top))


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


def test_an_account_that_is_gone_is_not_touched_but_deleted(top: Path) -> None:
    git(top, "rm", "-rq", "accounts/acme")
    committed(top)
    assert touched(top) == []
    assert deleted(top) == ["acme"]
    committed(top)
    assert deleted(top) == []
    assert deleted(top, "0" * 40) == []


def test_an_account_that_is_renamed_is_touched_by_its_new_name_and_deleted_by_the_old(top: Path) -> None:
    move("accounts/eu/globex", "accounts/globex")(top)
    move("accounts/hooli/signatures.yaml", "accounts/hooli/other.yml")(top)
    committed(top)
    assert touched(top) == ["globex", "hooli"]
    assert deleted(top) == ["eu/globex"]


def test_an_account_whose_folder_became_part_of_another_is_not_deleted(top: Path) -> None:
    append("accounts/eu/more.yaml")(top)
    committed(top)
    assert touched(top) == ["eu"]
    assert deleted(top) == []


def test_what_main_deleted_or_made_meanwhile_is_not_this_change(top: Path) -> None:
    git(top, "checkout", "-q", "-b", "topic")
    git(top, "rm", "-rq", "accounts/acme")
    committed(top)
    git(top, "checkout", "-q", "main")
    git(top, "rm", "-rq", "accounts/hooli")
    write_fleet(top / "accounts", {"initech": (pending(1),)})
    committed(top)
    git(top, "checkout", "-q", "topic")
    assert deleted(top, "main") == ["acme"]
    git(top, "merge", "-q", "main")
    assert (deleted(top, "main"), touched(top, "main")) == (["acme"], [])


def test_nothing_of_a_fleet_that_was_not_there_is_deleted(top: Path) -> None:
    write_fleet(top / "others", {"acme": (pending(1),)})
    committed(top)
    assert deleted(top, folder="others") == []
    assert deleted(top, folder=".") == []
    move("accounts", "moved")(top)
    committed(top)
    assert deleted(top, folder=".") == ["accounts/acme", "accounts/eu/globex", "accounts/hooli"]


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


def linked_evidence(top: Path, *steps: str) -> None:
    """Put acme's images behind links to folders, one leading to the next and the last to ``shared/new``."""
    (top / "shared/new").mkdir()
    (top / "accounts/acme/evidence").rename(top / "shared/old")
    (top / "shared/new/1.png").write_bytes((top / "shared/old/1.png").read_bytes())
    for link, target in zip(("accounts/acme/evidence", *steps), (*steps, "shared/old"), strict=True):
        (top / link).symlink_to(top / target)


def relinked(link: Path, target: Path) -> None:
    link.unlink()
    link.symlink_to(target)


@pytest.mark.parametrize("steps", [(), ("step",), ("shared/one", "two")])
def test_a_link_to_a_folder_of_images_that_leads_elsewhere_is_a_change(top: Path, steps: tuple[str, ...]) -> None:
    linked_evidence(top, *steps)
    committed(top)
    relinked(top / (steps or ("accounts/acme/evidence",))[-1], top / "shared/new")
    committed(top)
    assert touched(top) == ["acme"]


def submodule(top: Path, tmp_path: Path, source: str, path: str) -> Path:
    """Move what is at ``source`` into a repository of its own, which is there again as a submodule at ``path``."""
    origin = tmp_path / "origin"
    (top / source).rename(origin)
    git(origin, "init", "-q", "-b", "main", ".")
    committed(origin)
    git(top, "add", "-A")
    git(top, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(origin), path)
    committed(top)
    return top / path


@pytest.mark.parametrize(
    ("source", "path", "changed", "expected"),
    [
        ("shared", "shared", "licence.png", ["hooli"]),
        ("accounts/acme", "accounts/acme", "signatures.yaml", ["acme"]),
        ("accounts/eu", "accounts/eu", "globex/signatures.yaml", ["eu/globex"]),
    ],
)
@pytest.mark.parametrize("ignore", ["none", "all"])
def test_a_submodule_is_a_change_of_the_repository_that_holds_it(
    top: Path,
    tmp_path_factory: pytest.TempPathFactory,
    source: str,
    path: str,
    changed: str,
    expected: list[str],
    ignore: str,
) -> None:
    inside = submodule(top, tmp_path_factory.mktemp("other"), source, path)
    git(top, "config", "-f", ".gitmodules", f"submodule.{path}.ignore", ignore)
    committed(top)
    append(changed)(inside)
    committed(inside)
    git(top, "add", "-f", path)
    committed(top)
    assert touched(top) == expected
    assert touched(top, git(top, "rev-parse", "HEAD^")) == expected


def test_accounts_that_are_repositories_of_their_own_are_each_compared_in_theirs(tmp_path: Path) -> None:
    for name in ("acme", "hooli"):
        write_fleet(tmp_path / "accounts", {name: (pending(1),)})
        git(tmp_path / "accounts" / name, "init", "-q", "-b", "main", ".")
        committed(tmp_path / "accounts" / name)
        committed(tmp_path / "accounts" / name)
    append("accounts/acme/signatures.yaml")(tmp_path)
    committed(tmp_path / "accounts/acme")
    assert touched(tmp_path) == ["acme"]


@pytest.mark.parametrize("folder", ["linked", "{top}/linked", "{elsewhere}/accounts", "{elsewhere}-accounts"])
@pytest.mark.parametrize("change", [append("accounts/acme/signatures.yaml"), append("accounts/acme/evidence/1.png")])
def test_a_fleet_that_is_named_by_way_of_a_link_is_compared_all_the_same(
    top: Path, tmp_path_factory: pytest.TempPathFactory, folder: str, change: Change
) -> None:
    (top / "linked").symlink_to("accounts")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "link"
    elsewhere.symlink_to(top)
    elsewhere.with_name("link-accounts").symlink_to(top / "accounts")
    append("accounts/hooli/more.yaml")(top)
    committed(top)
    change(top)
    (top / "accounts/hooli/more.yaml").unlink()
    committed(top)
    folder = folder.format(top=top, elsewhere=elsewhere)
    found = changed_since(look_below(folder, cwd=top).accounts, "HEAD^", folder=folder, cwd=top)
    assert [account.name for account in found] == ["acme", "hooli"]


def test_no_program_of_the_checkout_runs_where_uncommitted_changes_are_looked_for(top: Path) -> None:
    (top / ".gitattributes").write_text("*.yaml filter=own\n")
    committed(top)
    git(top, "config", "filter.own.clean", f"touch {top}/ran; cat")
    append("accounts/acme/signatures.yaml")(top)
    assert has_uncommitted("accounts", cwd=top)
    assert not (top / "ran").exists()


def test_through_a_link_from_outside_only_what_is_gone_is_deleted_and_shared_images_are_seen(
    top: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("elsewhere") / "accounts"
    link.symlink_to(top / "accounts")
    shutil.rmtree(top / "accounts/acme")
    committed(top)
    assert deleted(top, folder=str(link)) == ["acme"]
    append("shared/licence.png")(top)
    assert names_uncommitted(look_below(str(link), cwd=top).accounts, str(link), cwd=top)
    assert not has_uncommitted(str(link), cwd=top)
