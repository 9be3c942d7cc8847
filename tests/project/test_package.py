from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import reconciler
from tests.fixtures.environment import outside_of_tests

ROOT = Path(__file__).parents[2]
STEM = f"sms_signature_reconciler-{reconciler.__version__}"


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    child = subprocess.run(
        command,
        cwd=cwd,
        env=outside_of_tests(os.environ) | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stdout + child.stderr
    return child.stdout


def below(folder: Path, pattern: str) -> set[str]:
    """Return the files of the folder as paths from the top of the checkout."""
    return {str(path.relative_to(ROOT)) for path in folder.rglob(pattern) if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel as it is built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def test_the_wheel_holds_the_package_its_schemas_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith(f"{STEM}.dist-info/")}
    sources = below(ROOT / "reconciler", "*.py") | {"reconciler/py.typed", "reconciler/cli/completion.json"}
    sources |= below(ROOT / "reconciler" / "render" / "templates", "*.*")
    sources |= below(ROOT / "reconciler" / "locale", "*.[mp]o")
    assert names == sources | {f"reconciler/{name}" for name in below(ROOT / "schemas", "*.json")}


def test_the_sdist_holds_what_a_reader_and_a_tester_need(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.removeprefix(f"{STEM}/") for name in archive.getnames()}
    wanted = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "signatures.example.yaml",
        "signatures.example.sandbox.yaml",
        ".ci/run",
        "constraints.txt",
        "noxfile.py",
    }
    sources = below(ROOT / "reconciler", "*.py") | below(ROOT / "tests", "*.py")
    assert wanted | sources | below(ROOT / "evidence", "*.*") | below(ROOT / "schemas", "*.json") <= names
    private = {".git", ".github", ".reconciler", ".venv", "__pycache__"}
    assert [name for name in names if private & set(Path(name).parts)] == []


def test_the_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--target", target, wheel, cwd=tmp_path)
    where = run(
        sys.executable, "-c", "import reconciler; print(reconciler.__file__)", cwd=tmp_path, PYTHONPATH=str(target)
    )
    assert Path(where.strip()).is_relative_to(target)
    schema = run(sys.executable, "-m", "reconciler", "schema", "signatures", cwd=tmp_path, PYTHONPATH=str(target))
    assert schema.strip() == (ROOT / "schemas" / "signatures.schema.json").read_text(encoding="utf-8").strip()


@pytest.mark.soak
def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path, real_home: str) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "clean", cwd=tmp_path)
    scripts = tmp_path / "clean" / "bin"
    pip = (scripts / "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--constraint", ROOT / "constraints.txt", wheel, cwd=tmp_path, HOME=real_home)
    assert '"$schema"' in run(scripts / "reconciler", "schema", "signatures", cwd=tmp_path)
    assert "apply" in run(scripts / "python", "-m", "reconciler", "--help", cwd=tmp_path)
