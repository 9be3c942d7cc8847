"""Field values in words and as plain data. An image is its name, sizes and digest, never its bytes."""

from __future__ import annotations

from reconciler.model.signature import FieldValue, Image
from reconciler.render.clean import one_line

_SHORT_DIGEST = 12


def in_words(value: FieldValue) -> str:
    """Return a value as a person reads it."""
    match value:
        case None:
            return "(none)"
        case Image():
            return _image_in_words(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return f'"{one_line(value)}"'


def _image_in_words(image: Image) -> str:
    size = f"{image.bytes / 1024:.1f} KB" if image.bytes < 1024 * 1024 else f"{image.bytes / 1024 / 1024:.1f} MB"
    digest = image.sha256[:_SHORT_DIGEST]
    return f"{one_line(image.file)} ({image.width}x{image.height} {image.format}, {size}, sha256 {digest})"


def as_data(value: FieldValue) -> object:
    """Return a value for a JSON document."""
    if not isinstance(value, Image):
        return value
    return {
        "file": value.file,
        "sha256": value.sha256,
        "bytes": value.bytes,
        "width": value.width,
        "height": value.height,
        "format": value.format,
    }
