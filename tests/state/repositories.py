"""Git repositories for tests: a bare one that stands for the server, and clones of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, name: str, text: str = "text\n") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", name)
    git(folder, "commit", "-q", "-m", f"Change {name}")
    return git(folder, "rev-parse", "HEAD")


def hub_and_clone(folder: Path, *options: str) -> tuple[Path, Path]:
    """A bare repository with a branch main of three commits, and a clone of it with ``options``."""
    hub, first = folder / "hub.git", folder / "first"
    git(folder, "init", "-q", "--bare", "-b", "main", str(hub))
    git(folder, "init", "-q", "-b", "main", str(first))
    for name in ("a", "b", "c"):
        commit(first, name)
    git(first, "push", "-q", str(hub), "main")
    git(hub, "config", "uploadpack.allowFilter", "true")
    return hub, clone(hub, folder / "work", *options)


def clone(hub: Path, to: Path, *options: str) -> Path:
    git(hub.parent, "clone", "-q", *options, hub.as_uri(), str(to))
    return to


def footprint(checkout: Path) -> dict[str, object]:
    """Everything of a checkout that the user would miss: refs, index, settings, hooks, objects, files."""
    inside = checkout / ".git"
    files = {str(path.relative_to(checkout)): path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    return {
        "files": files,
        "folders": {str(path.relative_to(inside)) for path in inside.rglob("*") if path.is_dir()},
        "status": git(checkout, "--no-optional-locks", "status", "--porcelain"),
        "refs": git(checkout, "for-each-ref"),
    }


def subjects(hub: Path, branch: str) -> list[str]:
    return git(hub, "log", "--format=%s", branch).splitlines()


def hook(repository: Path, name: str, script: str) -> None:
    inside = repository / ".git"
    folder = (inside if inside.exists() else repository) / "hooks"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
