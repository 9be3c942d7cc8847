"""The published JSON Schemas and the data files beside them: inside the package of a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_SUFFIX = ".schema.json"


def _folder() -> Path:
    package = Path(__file__).parent
    shipped = package / "schemas"
    return shipped if shipped.is_dir() else package.parent / "schemas"


def schema_names() -> tuple[str, ...]:
    """Return the names under which schemas can be asked for, in alphabetical order."""
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in _folder().glob("*" + _SUFFIX)))


def read_schema(name: str) -> str:
    """Return the text of a schema by its name, such as ``signatures``. Raises KeyError for a name that is none."""
    if name not in schema_names():
        raise KeyError(name)
    return (_folder() / (name + _SUFFIX)).read_text(encoding="utf-8")


def read_edition(site: str) -> str:
    """Return the text of the data file that holds a site's edition of the rules."""
    return (_folder() / "editions" / f"{site}.json").read_text(encoding="utf-8")
