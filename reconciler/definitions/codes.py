"""Every code of a diagnostic about definitions or evidence, with what it means. Codes never change meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_FILES: Final = {
    "file-missing": "No such file or folder.",
    "file-unreadable": "A file or folder cannot be read: no permission, or a loop of links.",
    "file-not-regular": "The path of a pipe, a device or a socket.",
    "file-outside-root": "A link leads to a file outside the root of the run.",
    "file-too-large": "A file is larger than the limit.",
    "file-encoding": "A file is not UTF-8.",
    "file-empty": "A file has nothing but comments, or null.",
    "no-definitions": "A folder has no definition files.",
    "run-too-large": "All files of the run together are larger than the limit.",
    "too-many-problems": "A file has more problems than are reported.",
}

_YAML: Final = {
    "conflict-marker": "A mark of a merge that was not finished.",
    "yaml-alias": "An alias of a mapping or a list, of an unknown anchor, of too much text, or as a key.",
    "yaml-character": "A character that is not allowed in a definition file.",
    "yaml-complex-key": "A mapping or a list as a key.",
    "yaml-directive": "A `%` line before the document.",
    "yaml-duplicate-key": "A duplicate key in one mapping.",
    "yaml-lookalike": "A character that looks like a colon or a space and is none.",
    "yaml-merge-key": "The merge key `<<`, which is not part of YAML 1.2.",
    "yaml-scalar-too-long": "A single key or value is longer than the limit.",
    "yaml-several-documents": "A second document in the file.",
    "yaml-syntax": "The file is not YAML.",
    "yaml-tab": "A tab in the indentation.",
    "yaml-tag": "A tag other than `!!str`.",
    "yaml-too-deep": "Mappings and lists are nested deeper than the limit.",
    "yaml-unsupported": "Valid YAML that is not read here.",
    "yaml-too-many-nodes": "The file has more keys and values than the limit.",
}

_SHAPE: Final = {
    "top-level": "The file is not a mapping.",
    "integer-spelling": "Warning: an id is written with a point or an exponent.",
    "leading-zeros": "Warning: a text without quotes that editors read as a number.",
    "missing-field": "A required field is missing.",
    "unknown-key": "An unknown field.",
    "unknown-word": "A value that is not one of the words of its field.",
    "unsupported-version": "An unsupported version of the format.",
    "vendor-number": "The vendor's number instead of its word.",
    "wrong-type": "A value of the wrong type, or none.",
}

_RUN: Final = {
    "account-conflict": "Two files name different accounts.",
    "account-duplicate": "Two folders of a fleet are about the same account.",
    "account-missing": "No file names an account.",
    "branch-missing": "An account without a state branch, where a workflow applies it.",
    "branch-name": "Not a valid name for the state branch.",
    "branch-unexpected": "A state branch that the workflow does not write to.",
    "endpoint-host": "The endpoint is not a host below tencentcloudapi.com.",
    "region-form": "Not a valid region.",
    "role-account": "The role is one of another account.",
    "role-form": "Not the ARN of a role.",
    "state-conflict": "Two files name different places for the state.",
    "uin-form": "Not a valid account number.",
}

_SIGNATURES: Final = {
    "block-text": "Block text (`|` or `>`) where one line belongs.",
    "commission-missing": "A signature for others without a power of attorney.",
    "commission-superfluous": "A signature for oneself with a power of attorney.",
    "deprecated-combination": "Warning: a type that the mainland site has withdrawn for mainland SMS.",
    "document-type-mismatch": "A document type that is not accepted for the sign type.",
    "duplicate-name": "Warning: two signatures of a series have the same name.",
    "duplicate-sign-id": "Two signatures have the same id.",
    "duplicate-signature": "Two files use the same key for a signature.",
    "mainland-unsupported": "Warning: mainland SMS on the international site.",
    "name-brackets": "A bracket in a name; an error for mainland SMS, else a warning.",
    "name-characters": "Warning: a character that the mainland page does not allow in a name.",
    "name-length": "A name shorter or longer than any of the vendor's pages allows.",
    "name-length-unusual": "Warning: a name longer than the page of its series allows.",
    "name-quotes": "A name in curly quotes.",
    "name-outer-space": "A name starts or ends with a space.",
    "name-wide-space": "Warning: a name contains a space other than the plain one, or an invisible character.",
    "qualification-missing": "Warning: a mainland signature on site china has no qualification_id.",
    "qualification-range": "A qualification_id that is not positive, or too large.",
    "qualification-superfluous": "Warning: a qualification on the site that knows none.",
    "sign-id-range": "A sign_id that is not positive, or too large.",
    "signature-key": "Not a valid signature key.",
    "text-characters": "A control character in a text.",
    "withdrawn-type": "A sign type or document type that the site no longer accepts.",
}

IMAGE_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "image-path": "Not a valid path of an image.",
        "image-outside": "The path of an image leads outside the repository.",
        "image-private": "The path of an image leads into a folder that belongs to git or to this tool.",
        "image-missing": "No such image.",
        "image-not-a-file": "The path of an image is that of a folder, a device, a pipe or a socket.",
        "image-unreadable": "An image cannot be read.",
        "image-empty": "The file of an image is empty.",
        "image-too-large": "An image is larger than the vendor accepts.",
        "image-pointer": "A file is the pointer to an image that was not fetched.",
        "image-locked": "An image is encrypted.",
        "image-format": "A file is neither PNG nor JPEG.",
        "image-extension": "The ending of an image's name does not fit its content.",
        "image-broken": "An image does not decode.",
        "image-animated": "An image has several frames.",
        "image-dimensions": "An image has more pixels than are decoded here.",
        "image-appended": "Warning: data after the end of an image.",
        "image-line-ends": "An image that a conversion of line ends broke.",
        "image-odd": "Warning: an image with a fault that viewers pass over.",
        "image-rotated": "Warning: an image is turned by its EXIF data alone.",
        "images-together": "Both images of a signature are too large for one request.",
    }
)

DIAGNOSTIC_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {**_FILES, **_YAML, **_SHAPE, **_RUN, **_SIGNATURES, **IMAGE_CODES}
)
