"""Peers in virtual environments of their own, as a user would install them, with their versions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

_PACKAGES: Final = {
    "octodns": ("octodns",),
    "check-jsonschema": ("check-jsonschema",),
    "tccli": ("tccli",),
    # The vendor's SDK as its page says; both floors use the same environment.
    "sdk": ("tencentcloud-sdk-python-common", "tencentcloud-sdk-python-sms", "PyYAML", "jsonschema-rs", "Pillow"),
}


class Environments:
    """Makes an environment when it is first asked for, below one folder, and remembers what is in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.versions: dict[str, str] = {}

    def program(self, name: str, program: str) -> str:
        """Return the path of a program of an environment."""
        place = self._folder / name
        if name not in self.versions:
            if not (place / "bin" / "pip").exists():
                subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            pip = str(place / "bin" / "pip")
            subprocess.run([pip, "install", "--quiet", "--disable-pip-version-check", *_PACKAGES[name]], check=True)
            self.versions[name] = _versions(pip, _PACKAGES[name])
        return str(place / "bin" / program)


def _versions(pip: str, packages: tuple[str, ...]) -> str:
    told = subprocess.run([pip, "list", "--format=json"], check=True, stdout=subprocess.PIPE)
    installed = {entry["name"].lower().replace("_", "-"): entry["version"] for entry in json.loads(told.stdout)}
    return ", ".join(f"{package} {installed[package.lower()]}" for package in packages)
