"""Unit tests have the names of the modules that they try, and every module has such tests or a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[2]
PACKAGE: Final = TOP / "reconciler"
TESTS: Final = TOP / "tests"

OF_A_FLEET: Final = ("integration/test_fleet.py", "runs over several accounts, each with files and a record of its own")
TRIED_ELSEWHERE: Final = {
    "cli/fleet": OF_A_FLEET,
    "cli/fleet_apply": OF_A_FLEET,
    "cli/fleet_list": OF_A_FLEET,
    "cli/fleet_plan": OF_A_FLEET,
    "cli/fleet_run": OF_A_FLEET,
    "cli/progress": ("unit/cli/test_output.py", "drawn on a terminal by an apply"),
    "render/fleet": OF_A_FLEET,
    "sandbox/http": ("unit/sandbox/test_server.py", "values that the server reads and answers with"),
    "sandbox/model": ("unit/sandbox/test_account.py", "values that an account starts with"),
    "tencent/api": ("unit/tencent/test_connection.py", "protocols, which do nothing"),
}


def modules() -> set[str]:
    files = (file for file in PACKAGE.rglob("*.py") if not file.name.startswith("__"))
    return {file.relative_to(PACKAGE).with_suffix("").as_posix() for file in files}


def module_of(test: Path, known: set[str]) -> str | None:
    """The module whose name a test file begins with: the longest, for ``test_fleet_github`` is not of ``fleet``."""
    folder = test.parent.relative_to(TESTS / "unit")
    words = test.stem.removeprefix("test_").split("_")
    for count in range(len(words), 0, -1):
        name = (folder / "_".join(words[:count])).as_posix()
        for module in (name, f"{name}_"):
            if module in known:
                return module
    return None


def owners() -> dict[str, str | None]:
    known = modules()
    files = (TESTS / "unit").rglob("test_*.py")
    return {file.relative_to(TESTS).as_posix(): module_of(file, known) for file in files}


def test_every_unit_test_is_named_for_a_module_of_its_package() -> None:
    assert sorted(file for file, module in owners().items() if module is None) == []


def test_every_module_has_tests_of_its_name_or_a_reason() -> None:
    assert sorted(modules() - {module for module in owners().values() if module}) == sorted(TRIED_ELSEWHERE)


def test_a_module_without_tests_of_its_name_is_tried_where_its_reason_says() -> None:
    assert [name for name, (place, _) in TRIED_ELSEWHERE.items() if not (TESTS / place).is_file()] == []
