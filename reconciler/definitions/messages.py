"""The words for everything that can be wrong with definitions: one table of constant templates.

A code may have several messages, since the fitting hint depends on what was written. Which one fits is decided where
the problem is found.
"""

from __future__ import annotations

from typing import Final

from reconciler.diagnostics import Message, Severity

# Files and folders.

FILE_MISSING: Final = Message(
    "file-missing", "there is no such file or folder", "check the name, and the folder that the command is run in"
)
LINK_DANGLING: Final = Message(
    "file-missing", "there is no such file", "check where the link leads, or name another file"
)
LINK_LOOP: Final = Message("file-unreadable", "its links lead in a circle", "put the file itself here")
FILE_UNREADABLE: Final = Message("file-unreadable", "the file cannot be read: {reason}", "give the right to read it")
FOLDER_UNREADABLE: Final = Message(
    "file-unreadable", "the folder cannot be read: {reason}", "give the right to read it"
)
NOT_REGULAR: Final = Message("file-not-regular", "this is no regular file", "name a YAML file or a folder")
OUTSIDE_ROOT: Final = Message(
    "file-outside-root", "a link leads outside the root of the run", "put the file itself here"
)
FILE_TOO_LARGE: Final = Message("file-too-large", "the file is larger than {limit} MiB", "split it into several files")
NO_DEFINITIONS: Final = Message(
    "no-definitions",
    "no definition file in this folder",
    "definitions are `*.yaml` and `*.yml`; `*.sandbox.yaml`, dot-files and dot-folders are left out",
)
RUN_TOO_LARGE: Final = Message(
    "run-too-large",
    "the files before this one hold more than {limit} Mi characters",
    "name fewer files in one run",
)
NOT_UTF8: Final = Message("file-encoding", "the byte 0x{byte} is not UTF-8", "save the file as UTF-8")
WIDE_ENCODING: Final = Message("file-encoding", "the file is UTF-16 or UTF-32, not UTF-8", "save it as UTF-8")
CHARACTER: Final = Message(
    "yaml-character",
    "the character {character} does not belong into a definition file",
    "delete it; an editor may not show it",
)
FILE_EMPTY: Final = Message("file-empty", "the file defines nothing", "begin with `version: 1`")
NOT_A_MAPPING: Final = Message(
    "top-level", "the file is not a mapping", "begin with `version: 1`, `account:` and `signatures:`"
)

# Fields, values and their types.

MISSING_FIELD: Final = Message("missing-field", "{owner} has no `{name}`", "add `{name}`")
UNKNOWN_FIELD: Final = Message("unknown-key", "{owner} has no field {name}", "the keys here are {known}")
UNKNOWN_FIELD_NEAR: Final = Message("unknown-key", "{owner} has no field {name}", "did you mean `{guess}`?")
UNKNOWN_WORD: Final = Message("unknown-word", "{value} is not a value of `{field}`", "write {words}")
UNKNOWN_WORD_NEAR: Final = Message("unknown-word", "{value} is not a value of `{field}`", "did you mean `{guess}`?")
VENDOR_NUMBER: Final = Message("vendor-number", "`{field}` is the vendor's number {number}", "write `{word}`")
UNSUPPORTED_VERSION: Final = Message(
    "unsupported-version", "{value} is not a version of this format", "write `version: 1`, without quotes"
)

NO_WORD: Final = Message("wrong-type", "`{field}` has no value", "write {words}")
NO_VERSION: Final = Message("wrong-type", "`{field}` has no value", "write `version: 1`, without quotes")
NO_SERIES: Final = Message(
    "wrong-type", "`{field}` has no value", "write `false` for Chinese mainland SMS, `true` for global SMS"
)
NO_VALUE: Final = Message("wrong-type", "`{field}` has no value", "write one")
NO_OPTIONAL_VALUE: Final = Message("wrong-type", "`{field}` has no value", "write one, or take the line away")
NO_MAPPING: Final = Message("wrong-type", "`{field}` has no value", "write its fields below `{field}:`, indented")
NO_OPTIONAL_MAPPING: Final = Message(
    "wrong-type", "`{field}` has no value", "write its fields below `{field}:`, indented, or take the line away"
)
NUMBER_AS_TEXT: Final = Message(
    "wrong-type", "YAML reads {written} as a number, and `{field}` is text", 'put it in quotes: `{field}: "{raw}"`'
)
BOOLEAN_AS_TEXT: Final = Message(
    "wrong-type", "YAML reads {written} as true or false, and `{field}` is text", 'put it in quotes: `{field}: "{raw}"`'
)
QUOTED_NUMBER: Final = Message(
    "wrong-type",
    "`{field}` is text, and a whole number is expected",
    "write it without quotes and leading zeros: `{field}: {number}`",
)
NOT_TEXT: Final = Message("wrong-type", "`{field}` is {value}, and text is expected", "write it as text, in quotes")
NOT_A_NUMBER: Final = Message(
    "wrong-type", "`{field}` is {value}, and a whole number is expected", "write the number alone"
)
NOT_A_FIELD_MAPPING: Final = Message(
    "wrong-type", "`{field}` is {value}, and a mapping is expected", "write its fields below `{field}:`, indented"
)
NOT_A_BOOLEAN: Final = Message(
    "wrong-type",
    "`{field}` is {value}, and `true` or `false` is expected",
    "write `false` for Chinese mainland SMS, `true` for global SMS",
)
QUOTED_BOOLEAN: Final = Message(
    "wrong-type", "`{field}` is {value}, and `true` or `false` is expected", "write `{word}`, without quotes"
)

# Account and state, which belong to the whole run.

ACCOUNT_CONFLICT: Final = Message(
    "account-conflict",
    "`account` differs from the one at {place}",
    "run each account by itself, or keep `account` in one file",
)
STATE_CONFLICT: Final = Message(
    "state-conflict", "`state` differs from the one at {place}", "keep `state` in one file of the run"
)
ACCOUNT_MISSING: Final = Message(
    "account-missing",
    "no file of the run has an `account`",
    "add `account:` with `site` and `region` below `version: 1`",
)
BRANCH_NAME: Final = Message(
    "branch-name",
    "{value} cannot be the name of a branch",
    "use letters, digits, `.`, `_`, `-` and `/`, such as `reconciler-state`",
)
ENDPOINT_HOST: Final = Message(
    "endpoint-host",
    "{value} is not a host below {domain}",
    "write the host alone, in lower case, without `https://`, port or path: `sms.tencentcloudapi.com`",
)
REGION_FORM: Final = Message(
    "region-form", "{value} is not the name of a region", "write it as the vendor does, such as `ap-singapore`"
)
UIN_FORM: Final = Message(
    "uin-form", "{value} is not the number of an account", 'write its 5 to 20 digits in quotes: `uin: "100012345678"`'
)

# Signatures.

SIGNATURE_KEY: Final = Message(
    "signature-key",
    "{value} cannot be the key of a signature",
    "use lower-case letters, digits and `-`, with a letter or digit first, at most 100 characters",
)
SIGN_ID_RANGE: Final = Message(
    "sign-id-range",
    "`{field}` is {value}, and an id lies between 1 and 9223372036854775807",
    "write the id that the console shows",
)
QUALIFICATION_RANGE: Final = Message(
    "qualification-range",
    "`{field}` is {value}, and an id lies between 1 and 9223372036854775807",
    "write the id that the console shows",
)
NAME_LENGTH: Final = Message(
    "name-length",
    "the name has {length} characters, and every page of the vendor's says 2 to 15",
    "choose a name of 2 to 12 characters, or up to 15 for global SMS",
)
NAME_OUTER_SPACE: Final = Message(
    "name-outer-space", "the name begins or ends with a space", "take the space away; it would be part of the name"
)
TEXT_CHARACTERS: Final = Message(
    "text-characters", "`{field}` holds a control character: {value}", "take the backslash sequence away"
)
DOCUMENT_TYPE_MISMATCH: Final = Message(
    "document-type-mismatch",
    "the document type `{value}` does not go with the sign type `{sign_type}`",
    "use {words}",
)
DOCUMENT_TYPE_WITHOUT_SIGN_TYPE: Final = Message(
    "document-type-mismatch",
    "the document type `{value}` does not go with the sign type `{sign_type}`",
    "choose another sign type first",
)
WITHDRAWN_TYPE: Final = Message(
    "withdrawn-type",
    "site `{site}` no longer takes `{value}` as `{field}` since {since} ({source})",
    "use {words} instead",
)
WITHDRAWN_TYPE_MAINLAND: Final = Message(
    "withdrawn-type",
    "site `{site}` no longer takes `{value}` as `{field}` for mainland SMS since {since} ({source})",
    "use {words} instead",
)
WITHDRAWN_TYPE_UNDATED: Final = Message(
    "withdrawn-type", "site `{site}` no longer takes `{value}` as `{field}`", "use {words} instead"
)
COMMISSION_MISSING: Final = Message(
    "commission-missing",
    "`sign_purpose: others` needs a power of attorney, and there is no `commission_image`",
    "add `commission_image` with the path of its image",
)
COMMISSION_SUPERFLUOUS: Final = Message(
    "commission-superfluous",
    "`commission_image` goes with `sign_purpose: others` only",
    "take it away, or write `sign_purpose: others`",
)
QUALIFICATION_SUPERFLUOUS: Final = Message(
    "qualification-superfluous", "site `international` knows no `qualification_id`", "take it away"
)
IMAGE_PATH: Final = Message(
    "image-path",
    "`{field}` is {value}, which is no path",
    "write the path of a PNG or JPEG file, relative to this file",
)
IMAGE_EMBEDDED: Final = Message(
    "image-path",
    "`{field}` holds an image, and the path of one is expected",
    "store the image as a file and write its path, relative to this file",
)

# What the vendor's pages say beyond the schema.

NAME_LENGTH_UNUSUAL: Final = Message(
    "name-length-unusual",
    "the name has {length} characters, and the {series} page says {shortest} to {longest}",
    "shorten it if the reviewers refuse it",
    Severity.WARNING,
)
NAME_BRACKETS: Final = Message(
    "name-brackets",
    "the name holds the bracket {bracket}, and the vendor puts brackets round it by itself",
    "write the name without brackets",
)
NAME_WIDE_SPACE: Final = Message(
    "name-wide-space",
    "the name holds {character}, which is seen as a space or not at all",
    "use a plain space, or none",
    Severity.WARNING,
)
NAME_CHARACTERS: Final = Message(
    "name-characters",
    "the {series} page allows Chinese characters, letters and digits in a name, and {name} holds others",
    "the reviewers may refuse it",
    Severity.WARNING,
)
QUALIFICATION_MISSING: Final = Message(
    "qualification-missing",
    "a mainland signature has no `qualification_id`",
    "add the id of the approved qualification; the vendor asks for it since SDK 3.0.1300 (2025-01)",
    Severity.WARNING,
)
DEPRECATED_COMBINATION: Final = Message(
    "deprecated-combination",
    "for mainland SMS `{word}` is withdrawn elsewhere since {since} ({source})",
    "this site's page still allows it; expect the reviewers to ask for another",
    Severity.WARNING,
)

# What may occur only once in a run.

DUPLICATE_SIGNATURE: Final = Message(
    "duplicate-signature", "the key {key} is taken by the signature in {place}", "choose another key"
)
DUPLICATE_SIGN_ID: Final = Message(
    "duplicate-sign-id",
    "`sign_id` {value} stands in {place} already",
    "each signature is defined once; take one away",
)
DUPLICATE_NAME: Final = Message(
    "duplicate-name",
    "`sign_name` {value} stands in {place} already",
    "the vendor refuses a second pending one",
    Severity.WARNING,
)
