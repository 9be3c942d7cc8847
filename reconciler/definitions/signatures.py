"""Checked signatures as the values that the rest of the tool works with, and what to look at of the faulty ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from reconciler.definitions.source import ParsedFile
from reconciler.diagnostics import Location
from reconciler.model.signature import Declared
from reconciler.yaml12.nodes import FieldPlaces

_IMAGES: Final = ("proof_image", "commission_image")


class NamedImage(NamedTuple):
    """An image that a faulty signature names. It is looked at too, so that one run tells of every problem."""

    folder: str
    field: str
    name: str
    location: Location


def images_of_faulty(file: ParsedFile) -> Iterator[NamedImage]:
    """Yield the images that the faulty signatures of a file name, those of which nothing was said yet."""
    if file.ambiguous or file.full:
        return
    told = file.told()
    for key, fields in file.signatures().items():
        for field in _IMAGES if key in file.faulty_keys and isinstance(fields, dict) else ():
            if isinstance(fields.get(field), str) and not told & file.places(fields, field):
                place = Location(file.source.shown, *max(file.places(fields, field)))
                yield NamedImage(str(file.source.path.parent), field, fields[field], place)


def declared_in(file: ParsedFile) -> Iterator[Declared]:
    """Yield the signatures of a file that are free of errors, in the order of the file."""
    if file.tree is None or file.ambiguous:
        return
    signatures = file.signatures()
    if not signatures:
        return
    folder = str(file.source.path.parent)
    for (key, fields), place in zip(signatures.items(), file.tree.marks.keys(signatures), strict=True):
        if key not in file.faulty_keys:
            location = Location(file.source.shown, *place)
            places = FieldPlaces(file.source.shown, file.tree.marks, fields)
            yield _declare(key, fields, folder, location, places)


def _declare(key: str, fields: dict[str, Any], folder: str, location: Location, places: FieldPlaces) -> Declared:
    qualification = fields.get("qualification_id")
    return Declared(
        key=key,
        # The schema takes 1110.0 for a whole number, as JSON does.
        sign_id=int(fields["sign_id"]),
        sign_name=fields["sign_name"],
        sign_type=fields["sign_type"],
        document_type=fields["document_type"],
        international=fields["international"],
        sign_purpose=fields["sign_purpose"],
        proof_image=fields["proof_image"],
        commission_image=fields.get("commission_image"),
        remark=fields.get("remark", ""),
        qualification_id=None if qualification is None else int(qualification),
        folder=folder,
        location=location,
        fields_at=places,
    )
