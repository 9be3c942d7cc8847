"""The part of docs/promises.md that says how each error code is treated, made from the table that drives the program.

Run from the top of the checkout: ``python -m tests.support.codes_table`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reconciler.contract.error_codes import CODES, UNKNOWN_CODE, Treatment
from reconciler.render.findings import TREATMENTS

PAGE: Final = Path(__file__).parents[2] / "docs" / "promises.md"
BEGIN: Final = "<!-- made by `python -m tests.support.codes_table`: begin -->\n"
END: Final = "<!-- end -->\n"


def section() -> str:
    """Return the generated part."""
    treatments = "".join(f"| `{treatment}` | {TREATMENTS[treatment]} |\n" for treatment in Treatment)
    rows = (*CODES.values(), UNKNOWN_CODE)
    codes = "".join(f"| `{row.code}` | {row.source} | `{row.treatment}` | {row.meaning} |\n" for row in rows)
    return (
        "| treatment | what it means for a write |\n|---|---|\n"
        f"{treatments}\n"
        "| code | from | treatment | meaning |\n|---|---|---|---|\n"
        f"{codes}"
    )


def renewed(page: str) -> str:
    """Return a page with the generated part made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{section()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
