"""The definitions of the simulated commits: a few variants of one signature, visible and hidden edits of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import Final

from reconciler.diagnostics import Location
from reconciler.model.signature import NEW, Account, Image, Signature, SignFields
from reconciler.tencent.api import Images
from tests.fixtures.images import png
from tests.sim.scenario import Scenario

ACCOUNT: Final = Account("international", "ap-singapore")
_NEW_PLACE: Final = 9
_PROOFS: Final = {"a": png(1, (1, 1)), "b": png(2, (1, 1))}


def _image(letter: str) -> Image:
    data = _PROOFS[letter]
    return Image(hashlib.sha256(data).hexdigest(), f"evidence/{letter}.png", len(data), 1, 1, "PNG")


_BASE: Final = SignFields("Acme", "company", "business-license", True, "self", _image("a"), None, "Codes", None)

_VARIANTS: Final = {
    "base": _BASE,
    "hidden": _BASE._replace(remark="Login codes"),
    "hidden2": _BASE._replace(remark="Payment codes"),
    "image": _BASE._replace(proof_image=_image("b")),
    "name": _BASE._replace(sign_name="Bolt"),
    "name2": _BASE._replace(sign_name="Corvid"),
    "spelt": _BASE._replace(sign_name="[Bo LT]"),
    "spelt2": _BASE._replace(sign_name="Ｂolt", remark="Login codes"),  # noqa: RUF001  # a wide letter
    "longer": _BASE._replace(sign_name="Acme Pay"),
}
"""The edits: hidden fields only, an image, another name, a spelling that the vendor may fold, a longer name."""

VARIANTS: Final = tuple(_VARIANTS)


@cache
def fields_of(variant: str, place: int) -> SignFields:
    """Return what a variant says of the signature at a place among the rows; names differ from place to place."""
    fields = _VARIANTS[variant]
    return fields._replace(sign_name=fields.sign_name + (f" {place}" if place else ""))


def key_of(place: int) -> str:
    """Return the key of the signature at a place."""
    return f"s{place + 1}"


def new_key_of(number: int) -> str:
    """Return the key of the signature without an id of that number."""
    return f"n{number + 1}"


def signatures(scenario: Scenario, commit: int) -> tuple[Signature, ...]:
    """Return the definitions of a commit, which is a number from 1."""
    known = tuple(
        Signature(key_of(place), row[0], fields_of(variant, place), Location("signatures.yaml", place + 1, 1))
        for place, (row, variant) in enumerate(zip(scenario.rows, scenario.variants[commit - 1], strict=True))
    )
    return known + tuple(_new(scenario, commit))


def _new(scenario: Scenario, commit: int) -> Iterator[Signature]:
    """Yield the signatures without an id. All are of one place, so that two keys may want one name."""
    for number, variant in enumerate(scenario.new[commit - 1] if scenario.new else ()):
        if variant:
            fields, key = fields_of(variant, _NEW_PLACE), new_key_of(number)
            yield Signature(key, NEW, fields, Location("signatures.yaml", 10 + number, 1))


def images(desired: Signature) -> Images:
    """Return the bytes of a signature's evidence."""
    letter = desired.fields.proof_image.file.removeprefix("evidence/").removesuffix(".png")
    return Images(_PROOFS[letter], None)


def commit_id(commit: int) -> str:
    """Return the id of the commit of that number."""
    return f"{commit:x}" * 40


def commit_number(commit: str | None) -> int:
    """Return a commit's number, 0 for none."""
    return int(commit[0], 16) if commit else 0
