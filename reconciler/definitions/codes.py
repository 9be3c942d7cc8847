"""Every code of a diagnostic about definitions or evidence, with what it means. Codes never change meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_FILES: Final = {
    "file-missing": "A path leads to nothing.",
    "file-unreadable": "A file or folder cannot be read, for want of rights or because its links go in a circle.",
    "file-not-regular": "A path leads to a pipe, a device or a socket.",
    "file-outside-root": "A link leads to a file outside the root of the run.",
    "file-too-large": "A file is larger than any that is read.",
    "file-encoding": "A file is not UTF-8.",
    "file-empty": "A file holds nothing but comments, or null.",
    "no-definitions": "A folder holds no definition file.",
    "run-too-large": "All files of the run together are larger than what is read.",
    "too-many-problems": "The list of a file's problems was cut off.",
}

_YAML: Final = {
    "yaml-alias": "An alias stands for a mapping or a list, for nothing, for too much, or as a key.",
    "yaml-character": "A character that text files do not hold.",
    "yaml-complex-key": "A mapping or a list as a key.",
    "yaml-directive": "A `%` line before the document.",
    "yaml-duplicate-key": "A key stands twice in one mapping.",
    "yaml-merge-key": "The merge key `<<`, which is not part of YAML 1.2.",
    "yaml-scalar-too-long": "A single key or value is longer than any that is read.",
    "yaml-several-documents": "A second document in the file.",
    "yaml-syntax": "The file is not YAML.",
    "yaml-tab": "A tab in the indentation.",
    "yaml-tag": "A tag other than `!!str`.",
    "yaml-too-deep": "Mappings and lists are nested deeper than is read.",
    "yaml-too-many-nodes": "The file has more keys and values than are read.",
}

_SHAPE: Final = {
    "top-level": "The file is not a mapping.",
    "missing-field": "A field that is needed is missing.",
    "unknown-key": "A key that is no field.",
    "unknown-word": "A value that is none of its field's words.",
    "unsupported-version": "A version of the format that is not known.",
    "vendor-number": "The vendor's number stands where its word belongs.",
    "wrong-type": "A value of the wrong type, or none.",
}

_RUN: Final = {
    "account-conflict": "Two files name different accounts.",
    "account-missing": "No file names an account.",
    "branch-name": "The state branch cannot have this name.",
    "endpoint-host": "The endpoint is not a host below tencentcloudapi.com.",
    "region-form": "The region is not written like one.",
    "state-conflict": "Two files name different places for the state.",
    "uin-form": "The account's number is not written like one.",
}

_SIGNATURES: Final = {
    "commission-missing": "A signature for others has no power of attorney.",
    "commission-superfluous": "A signature for oneself has a power of attorney.",
    "deprecated-combination": "Warning: a type that the mainland site has withdrawn for mainland SMS.",
    "document-type-mismatch": "The document type does not go with the sign type.",
    "duplicate-name": "Warning: two signatures of a series have the same name.",
    "duplicate-sign-id": "Two signatures have the same id.",
    "duplicate-signature": "Two files use the same key for a signature.",
    "name-brackets": "A bracket in a name; an error for mainland SMS, else a warning.",
    "name-characters": "Warning: a character that the mainland page does not allow in a name.",
    "name-length": "A name shorter or longer than every page of the vendor's allows.",
    "name-length-unusual": "Warning: a name longer than the page of its series allows.",
    "name-outer-space": "A name begins or ends with a space.",
    "name-wide-space": "Warning: a name holds another space than the plain one, or an invisible character.",
    "qualification-missing": "Warning: a mainland signature on site china has no qualification_id.",
    "qualification-range": "A qualification_id that is not positive, or too large.",
    "qualification-superfluous": "A qualification_id on site international.",
    "sign-id-range": "A sign_id that is not positive, or too large.",
    "signature-key": "A signature's key has a form that is not allowed.",
    "text-characters": "A control character in a text.",
    "withdrawn-type": "A sign type or document type that the site no longer takes.",
}

IMAGE_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "image-path": "A value that cannot be the path of an image of the repository.",
        "image-outside": "The path of an image leads out of the repository.",
        "image-private": "The path of an image leads into a folder that belongs to git or to this tool.",
        "image-missing": "There is no such image.",
        "image-not-a-file": "The path of an image names a folder, a device, a pipe or a socket.",
        "image-unreadable": "An image cannot be read.",
        "image-empty": "The file of an image is empty.",
        "image-too-large": "An image is larger than the vendor takes.",
        "image-pointer": "A file is the pointer to an image that was not fetched.",
        "image-locked": "An image is encrypted.",
        "image-format": "A file is neither PNG nor JPEG.",
        "image-extension": "The ending of an image's name does not fit its content.",
        "image-broken": "An image does not decode.",
        "image-animated": "An image has several frames.",
        "image-dimensions": "An image has more pixels than are decoded here.",
        "image-appended": "Something follows the end of an image.",
        "image-rotated": "Warning: an image is turned by its EXIF data alone.",
        "images-together": "Both images of a signature are too large for one request.",
    }
)

DIAGNOSTIC_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {**_FILES, **_YAML, **_SHAPE, **_RUN, **_SIGNATURES, **IMAGE_CODES}
)
