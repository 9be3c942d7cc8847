"""The words for everything that can be wrong with definitions: one table of constant templates."""

# A code may have several messages, since the fitting hint depends on what was written. Which one fits is decided where
# the problem is found.

from __future__ import annotations

from typing import Final

from reconciler.diagnostics import Message, Severity

# Files and folders.

FILE_MISSING: Final = Message(
    "file-missing", "no such file or folder", "check the name, and the folder that the command is run in"
)
LINK_DANGLING: Final = Message("file-missing", "no such file", "check the target of the link, or name another file")
LINK_LOOP: Final = Message("file-unreadable", "the link leads back to itself", "put the file itself here")
FILE_UNREADABLE: Final = Message("file-unreadable", "the file cannot be read: {reason}", "grant read permission")
FOLDER_UNREADABLE: Final = Message("file-unreadable", "the folder cannot be read: {reason}", "grant read permission")
NOT_REGULAR: Final = Message("file-not-regular", "not a regular file", "name a YAML file or a folder")
OUTSIDE_ROOT: Final = Message(
    "file-outside-root", "the path leads outside the root of the run", "put the file itself here"
)
FILE_TOO_LARGE: Final = Message("file-too-large", "the file is larger than {limit} MiB", "split it into several files")
NO_DEFINITIONS: Final = Message(
    "no-definitions",
    "the folder has no definition files",
    "definitions are `*.yaml` and `*.yml`; `*.sandbox.yaml`, hidden files and hidden folders are skipped",
)
RUN_TOO_LARGE: Final = Message(
    "run-too-large",
    "the files of this run have more than {limit} Mi characters",
    "check fewer files in one run",
)
NOT_UTF8: Final = Message("file-encoding", "the byte 0x{byte} is not UTF-8", "save the file as UTF-8")
WIDE_ENCODING: Final = Message("file-encoding", "the file is UTF-16 or UTF-32, not UTF-8", "save it as UTF-8")
CHARACTER: Final = Message(
    "yaml-character",
    "the character {character} is not allowed in a definition file",
    "remove it; editors may not display it",
)
FILE_EMPTY: Final = Message("file-empty", "the file is empty", "start with `version: 1`")
NOT_A_MAPPING: Final = Message(
    "top-level", "the file must be a mapping", "start with `version: 1`, `account:` and `signatures:`"
)


# Fields, values and their types.

MISSING_FIELD: Final = Message("missing-field", "missing field `{name}` in `{owner}`", "add `{name}`")
MISSING_GLOBAL_IMAGE: Final = Message(
    "missing-field",
    "missing field `{name}` in `{owner}`",
    "add `{name}`: the console asks for no image for global SMS, but the API requires one; or write `observe: true`",
)
MISSING_TOP_FIELD: Final = Message("missing-field", "missing field `{name}`", "add `{name}` at the top level")
UNKNOWN_FIELD: Final = Message("unknown-key", "unknown field {name} in `{owner}`", "the fields here are {known}")
UNKNOWN_FIELD_NEAR: Final = Message("unknown-key", "unknown field {name} in `{owner}`", "did you mean `{guess}`?")
UNKNOWN_TOP_FIELD: Final = Message("unknown-key", "unknown field {name}", "the fields here are {known}")
UNKNOWN_TOP_FIELD_NEAR: Final = Message("unknown-key", "unknown field {name}", "did you mean `{guess}`?")
UNKNOWN_WORD: Final = Message("unknown-word", "unknown value {value} of `{field}`", "write {words}")
UNKNOWN_WORD_NEAR: Final = Message("unknown-word", "unknown value {value} of `{field}`", "did you mean `{guess}`?")
CHINESE_WORD: Final = Message(
    "unknown-word", "`{field}` must be this tool's word, not the vendor's Chinese {value}", "write `{word}`"
)
VENDOR_NUMBER: Final = Message(
    "vendor-number", "`{field}` must be a word, not the vendor's number {number}", "write `{word}`"
)
VENDOR_BOOLEAN: Final = Message(
    "vendor-number", "`{field}` must be `true` or `false`, not the vendor's number {number}", "write `{word}`"
)
UNSUPPORTED_VERSION: Final = Message(
    "unsupported-version", "unsupported version {value}", "write `version: 1`, without quotes"
)

NO_WORD: Final = Message("wrong-type", "`{field}` has no value", "write {words}")
NO_VERSION: Final = Message("wrong-type", "`{field}` has no value", "write `version: 1`, without quotes")
NO_SERIES: Final = Message(
    "wrong-type", "`{field}` has no value", "write `false` for Chinese mainland SMS, `true` for global SMS"
)
NO_VALUE: Final = Message("wrong-type", "`{field}` has no value", "write one")
HIDDEN_VALUE: Final = Message(
    "wrong-type", "`{field}` has no value: to YAML, `{mark}` begins a comment or a name", "put the text in quotes"
)
NO_OPTIONAL_VALUE: Final = Message("wrong-type", "`{field}` has no value", "write one, or remove the line")
NO_MAPPING: Final = Message("wrong-type", "`{field}` has no value", "write its fields below `{field}:`, indented")
NO_OPTIONAL_MAPPING: Final = Message(
    "wrong-type", "`{field}` has no value", "write its fields below `{field}:`, indented, or remove the line"
)
NUMBER_AS_TEXT: Final = Message(
    "wrong-type", "`{field}` must be text, and YAML reads {written} as a number", 'put it in quotes: `{field}: "{raw}"`'
)
BOOLEAN_AS_TEXT: Final = Message(
    "wrong-type",
    "`{field}` must be text, and YAML reads {written} as a boolean",
    'put it in quotes: `{field}: "{raw}"`',
)
QUOTED_NUMBER: Final = Message(
    "wrong-type",
    "`{field}` must be an integer, not text",
    "write it without quotes and leading zeros: `{field}: {number}`",
)
LEADING_ZEROS: Final = Message(
    "wrong-type",
    "`{field}` must be an integer; the leading zeros of {written} make it text",
    "write `{field}: {number}`; editors read {written} as a number, and do not say so",
)
TEXT_WITH_ZEROS: Final = Message(
    "leading-zeros",
    "`{field}` is the text {written} here, and a number to editors and other checkers",
    'put it in quotes: `{field}: "{raw}"`',
    Severity.WARNING,
)
NOT_TEXT: Final = Message("wrong-type", "`{field}` must be text, not {value}", "write it as text, in quotes")
WHOLE_FLOAT: Final = Message(
    "integer-spelling",
    "`{field}` is written as `{value}`, and an id is an integer",
    "write it as the integer {number}",
    Severity.WARNING,
)
NOT_A_NUMBER: Final = Message("wrong-type", "`{field}` must be an integer, not {value}", "write the number alone")
NOT_AN_ID: Final = Message(
    "wrong-type",
    "`{field}` must be an integer or `new`, not {value}",
    "write the id that the console shows, or `new` for a signature that has to be created",
)
NEW_AND_OBSERVED: Final = Message(
    "wrong-type",
    "`{field}` must be an integer, not `new`: what is only observed is never created",
    "write the id that the console shows, or remove `observe: true` and write the other fields",
)
NOT_A_FIELD_MAPPING: Final = Message(
    "wrong-type", "`{field}` must be a mapping, not {value}", "write its fields below `{field}:`, indented"
)
NOT_A_BOOLEAN: Final = Message(
    "wrong-type",
    "`{field}` must be `true` or `false`, not {value}",
    "write `false` for Chinese mainland SMS, `true` for global SMS",
)
QUOTED_BOOLEAN: Final = Message(
    "wrong-type", "`{field}` must be a boolean, not the text {value}", "write `{word}`, without quotes"
)

# Account and state, which belong to the whole run.

ACCOUNT_CONFLICT: Final = Message(
    "account-conflict",
    "`account` differs from the one at {place}",
    "run each account separately, or keep `account` in one file",
)
ACCOUNT_DUPLICATE: Final = Message(
    "account-duplicate",
    "account {uin} in region {region} is defined at {places} too",
    "put their definitions into one folder, or correct `uin` or the role",
)
BRANCH_MISSING: Final = Message(
    "branch-missing",
    "no `state.branch`: a workflow does not apply this account, since its record would be lost with the runner",
    "add a section `state` with `branch: {example}`",
)
BRANCH_UNEXPECTED: Final = Message(
    "branch-unexpected",
    "`state.branch` is {branch}: a workflow does not apply this account, since it takes only {expected}",
    "write `branch: {example}`, or change `state-branch` in the workflows",
)
STATE_CONFLICT: Final = Message(
    "state-conflict", "`state` differs from the one at {place}", "keep `state` in one file of the run"
)
ACCOUNT_MISSING: Final = Message(
    "account-missing",
    "no file has an `account`",
    "add `account:` with `site` and `region` below `version: 1`",
)
BRANCH_NAME: Final = Message(
    "branch-name",
    "{value} is not a valid branch name",
    "use letters, digits, `.`, `_`, `-` and `/`, such as `reconciler-state`",
)
ENDPOINT_HOST: Final = Message(
    "endpoint-host",
    "`{field}` must be a host below {domain}, not {value}",
    "write the host alone, in lower case, without `https://`, port or path: `sms.tencentcloudapi.com`",
)
REGION_FORM: Final = Message(
    "region-form", "{value} is not a valid region", "write it as the vendor does, such as `ap-singapore`"
)
UIN_FORM: Final = Message(
    "uin-form", "{value} is not a valid account number", 'write its 5 to 20 digits in quotes: `uin: "100012345678"`'
)
ROLE_FORM: Final = Message(
    "role-form",
    "{value} is not the ARN of a role",
    "copy it from the console: `qcs::cam::uin/100012345678:roleName/sms-signatures`",
)
ROLE_ACCOUNT: Final = Message(
    "role-account",
    "the role is one of account {owner}, `uin` is {uin}",
    "name a role of the account itself, or correct `uin`",
)
ROLE_ACCOUNTS: Final = Message(
    "role-account",
    "`plan_role` is one of account {owner}, `role` one of account {other}",
    "name two roles of the same account",
)

# Signatures.

SIGNATURE_KEY: Final = Message(
    "signature-key",
    "{value} is not a valid signature key",
    "use lower-case letters, digits and `-`, with a letter or digit first, at most 100 characters",
)
SIGN_ID_RANGE: Final = Message(
    "sign-id-range",
    "`{field}` must be between 1 and 9223372036854775807, not {value}",
    "copy the id from the console",
)
QUALIFICATION_RANGE: Final = Message(
    "qualification-range",
    "`{field}` must be between 1 and 9223372036854775807, not {value}",
    "copy the id from the console",
)
NAME_LENGTH: Final = Message(
    "name-length",
    "the name must have 2 to 15 characters, not {length}",
    "choose a name of 2 to 12 characters, or up to 15 for global SMS",
)
NAME_OUTER_SPACE: Final = Message(
    "name-outer-space", "the name starts or ends with a space", "remove the space; it would be part of the name"
)
TEXT_CHARACTERS: Final = Message(
    "text-characters", "`{field}` contains a control character: {value}", "remove the backslash sequence"
)
DOCUMENT_TYPE_MISMATCH: Final = Message(
    "document-type-mismatch",
    "document type `{value}` is not accepted for sign type `{sign_type}`",
    "use {words}",
)
DOCUMENT_TYPE_WITHOUT_SIGN_TYPE: Final = Message(
    "document-type-mismatch",
    "document type `{value}` is not accepted for sign type `{sign_type}`",
    "choose another sign type first",
)
WITHDRAWN_TYPE: Final = Message(
    "withdrawn-type",
    "site `{site}` no longer accepts `{value}` as `{field}` since {since} ({source})",
    "use {words} instead",
)
WITHDRAWN_TYPE_MAINLAND: Final = Message(
    "withdrawn-type",
    "site `{site}` no longer accepts `{value}` as `{field}` for mainland SMS since {since} ({source})",
    "use {words} instead",
)
WITHDRAWN_TYPE_UNDATED: Final = Message(
    "withdrawn-type", "site `{site}` no longer accepts `{value}` as `{field}`", "use {words} instead"
)
COMMISSION_MISSING: Final = Message(
    "commission-missing",
    "`sign_purpose: others` requires a `commission_image`",
    "add `commission_image` with the path of the scanned power of attorney",
)
COMMISSION_SUPERFLUOUS: Final = Message(
    "commission-superfluous",
    "`commission_image` is allowed with `sign_purpose: others` only",
    "remove it, or write `sign_purpose: others`",
)
QUALIFICATION_SUPERFLUOUS: Final = Message(
    "qualification-superfluous",
    "site `international` does not know `qualification_id`",
    "remove it; it is sent, and the vendor may refuse it",
    Severity.WARNING,
)
IMAGE_PATH: Final = Message(
    "image-path",
    "`{field}` must be a path, not {value}",
    "write the path of a PNG or JPEG file, relative to this file",
)
IMAGE_EMBEDDED: Final = Message(
    "image-path",
    "`{field}` must be the path of an image, not the image itself",
    "store the image as a file and write its path, relative to this file",
)

# What the vendor's pages say beyond the schema.

NAME_LENGTH_UNUSUAL: Final = Message(
    "name-length-unusual",
    "the length of the name is {length}; the {series} page allows {shortest} to {longest} characters",
    "shorten it if it is rejected",
    Severity.WARNING,
)
NAME_BRACKETS: Final = Message(
    "name-brackets",
    "the name contains the bracket {bracket}; the vendor adds brackets itself",
    "write the name without brackets",
)
NAME_QUOTES: Final = Message(
    "name-quotes",
    "the name is in quotes that YAML does not know, so they would be part of it: {name}",
    'write it without, or in plain ones: `"`',
)
BLOCK_TEXT: Final = Message(
    "block-text",
    "`{field}` is block text (`|` or `>`), which ends with a line break",
    "write it behind the colon, on the same line",
)
NAME_WIDE_SPACE: Final = Message(
    "name-wide-space",
    "the name contains {character}, which looks like a space or is invisible",
    "use a plain space, or none",
    Severity.WARNING,
)
NAME_CHARACTERS: Final = Message(
    "name-characters",
    "the {series} page allows Chinese characters, letters and digits only; {name} contains others",
    "reviewers may reject it",
    Severity.WARNING,
)
MAINLAND_UNSUPPORTED: Final = Message(
    "mainland-unsupported",
    "the vendor's page 382/40653 calls mainland SMS unsupported on site `international`",
    "write `international: true`, or `site: china` for an account of cloud.tencent.com",
    Severity.WARNING,
)
QUALIFICATION_MISSING: Final = Message(
    "qualification-missing",
    "missing `qualification_id` in a mainland signature",
    "add the id of the approved qualification; the vendor requires it since SDK 3.0.1300 (2025-01)",
    Severity.WARNING,
)
DEPRECATED_COMBINATION: Final = Message(
    "deprecated-combination",
    "`{word}` is withdrawn for mainland SMS on the other site since {since} ({source})",
    "this site's page still allows it; reviewers may ask for another",
    Severity.WARNING,
)

# What may occur only once in a run.

DUPLICATE_SIGNATURE: Final = Message(
    "duplicate-signature", "duplicate signature key {key}, first defined at {place}", "use another key"
)
DUPLICATE_SIGN_ID: Final = Message(
    "duplicate-sign-id",
    "duplicate `sign_id` {value}, first defined at {place}",
    "define each signature once: remove one of the two",
)
SAME_LOOK: Final = Message(
    "duplicate-name",
    "`sign_name` {value} looks the same as the one at {place}, and is made of other characters",
    "type one of the two again: the vendor may take them for one name",
    Severity.WARNING,
)
SAME_LOOK_WATCHED: Final = Message(
    "duplicate-name",
    "`sign_name` {value} looks the same as the one at {place}, and is made of other characters",
    "`reconciler status` says whether the account shows both as they are written here",
    Severity.WARNING,
)
DUPLICATE_NAME: Final = Message(
    "duplicate-name",
    "duplicate `sign_name` {value}, first defined at {place}",
    "the vendor rejects a second pending signature with the same name",
    Severity.WARNING,
)
