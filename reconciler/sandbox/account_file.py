"""The sandbox's account file: YAML or saved JSON in, an account out, every mistake listed with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from reconciler.contract.api import STATUS_CODES
from reconciler.diagnostics import Message
from reconciler.errors import Exit, ReconcilerError, fill, said, system_words
from reconciler.sandbox.model import AccountData, ImageDigest, RowData, Submission
from reconciler.sandbox.signing import is_key
from reconciler.text import joined, listed, printable
from reconciler.yaml12.reader import Tree, build_tree

# The mapping that holds what is wrong; its identity gives the place.
Owner = dict[str, Any]

# Names the place of a field, of a mapping (without a field), or of the whole (without a mapping).
Locate = Callable[[Owner | None, str | None], str]

_MAX_BYTES: Final = 64 * 1024 * 1024

_CODE_OF: Final = {str(status): code for code, status in STATUS_CODES.items()}

# Every field that an account file may hold, by the mapping that it belongs to.
_TYPES: Final[Mapping[str, Mapping[str, type]]] = {
    "account": {
        "uin": str,
        "individual": bool,
        "arrears": bool,
        "keys": list,
        "read_only_roles": list,
        "signatures": list,
    },
    "signature": {
        "sign_id": int,
        "sign_name": str,
        "international": bool,
        "status": str,
        "status_code": int,
        "review_reply": str,
        "create_time": int,
        "region": str,
        "qualification_id": int,
        "qualification_name": str,
        "qualification_status_code": int,
        "filing_incomplete": bool,
        "submitted": dict,
    },
    "submitted": {
        "sign_type": int,
        "document_type": int,
        "sign_purpose": int,
        "proof_image": dict,
        "commission_image": dict,
        "remark": str,
    },
    "image": {"sha256": str, "size": int},
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {"signature": ("sign_id", "sign_name"), "image": ("sha256", "size")}
_TYPE_NAMES: Final = {
    str: "text: put it in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}

NOT_A_MAPPING: Final = Message("account-type", "this is not a mapping", "write the fields as `name: value`")
MISSING: Final = Message("account-missing", "`{name}` is missing", "add it")
UNKNOWN_FIELD: Final = Message("account-field", "unknown field `{name}`", "the fields are {known}")
WRONG_TYPE: Final = Message("account-type", "`{name}` must be {type}")
NOT_POSITIVE: Final = Message("account-id", "`sign_id` must be a positive number")
UNKNOWN_STATUS: Final = Message("account-status", "unknown status `{word}`", "write {known}")
TWO_STATUSES: Final = Message("account-status", "both `status` and `status_code` are given", "keep one")
NOT_A_KEY: Final = Message(
    "account-key",
    "`keys` holds something that is no key",
    "write each as text of the form ID:SECRET or ID:SECRET:TOKEN",
)
NOT_A_ROLE: Final = Message(
    "account-role", "`read_only_roles` holds something that is no name of a role", "write each as text"
)
DUPLICATE_ID: Final = Message("account-duplicate", "duplicate sign_id {sign_id}", "remove one")
UNREADABLE: Final = Message("account-unreadable", "cannot be read: {reason}")
TOO_LARGE: Final = Message("account-too-large", "must not be larger than {limit} bytes")
NOT_UTF8: Final = Message("account-encoding", "must be YAML in UTF-8")


class AccountFileError(ReconcilerError):
    """An account file is not an account; ``problems`` has one line each, ``file:line:column`` first where known."""

    exit_code = Exit.INVALID
    code = "Client.AccountFile"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("{problems}", hint="correct the sandbox account file", problems=joined(problems, "; "))
        self.problems = self.lines = tuple(problems)


def load_account_file(path: Path) -> AccountData:
    """Read an account file. Raises AccountFileError with ``file:line:column`` for each of its mistakes."""
    tree = build_tree(_text(path))
    if tree.problems:
        raise AccountFileError(
            [_line(f"{path}:{problem.line}:{problem.column}", problem.rule) for problem in tree.problems]
        )
    return AccountData() if tree.empty or tree.data is None else read_account(tree.data, _places(path, tree))


def read_account(data: object, locate: Locate) -> AccountData:
    """Turn a document's plain values into an account. Raises AccountFileError with every problem found."""
    return _Reader(locate).account(data)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as problem:
        raise AccountFileError([_line(str(path), UNREADABLE.given(reason=system_words(problem)))]) from None
    if len(content) > _MAX_BYTES:
        raise AccountFileError([_line(str(path), TOO_LARGE.given(limit=_MAX_BYTES))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeError:
        raise AccountFileError([_line(str(path), NOT_UTF8)]) from None


def _places(path: Path, tree: Tree) -> Locate:
    def locate(owner: Owner | None, field: str | None) -> str:
        if not owner:  # not a mapping, or one without a field that has a place
            line, column = tree.place
        elif field in owner:
            line, column = tree.positions.key(owner, field)
        else:
            line, column = next(tree.positions.keys(owner))
        return f"{path}:{line}:{column}"

    return locate


def _line(where: str, message: Message) -> str:
    problem, hint = fill(message.text, message.params), fill(message.hint, message.params)
    words = "{place}: {problem} - {hint}" if hint else "{place}: {problem}"
    return said(words, place=where, problem=problem, hint=hint)


class _Reader:
    """Checks values against the table of types and collects every problem."""

    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self._problems: list[str] = []
        self._seen: set[int] = set()

    def account(self, data: object) -> AccountData:
        fields = self._mapping("account", data, None, None)
        rows = [self._row(row, data) for row in fields.pop("signatures", [])]
        keys = fields.pop("keys", [])
        if not all(isinstance(key, str) and is_key(key) for key in keys):
            self._report(data, "keys", NOT_A_KEY)
        roles = fields.pop("read_only_roles", [])
        if not all(isinstance(role, str) for role in roles):
            self._report(data, "read_only_roles", NOT_A_ROLE)
        if self._problems:
            raise AccountFileError(self._problems)
        signatures = tuple(RowData(**row) for row in rows)
        return AccountData(signatures=signatures, keys=tuple(keys), read_only_roles=tuple(roles), **fields)

    def _row(self, value: object, account: object) -> dict[str, Any]:
        row = self._mapping("signature", value, account, "signatures")
        if row.get("sign_id", 1) < 1:
            self._report(value, "sign_id", NOT_POSITIVE)
        if "status" in row:
            self._read_status(row, value)
        if "submitted" in row:
            row["submitted"] = self._submission(row["submitted"], value)
        self._check_unique(row, value)
        return row

    def _mapping(self, kind: str, value: object, owner: object, field: str | None) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._report(owner, field, NOT_A_MAPPING)
            return {}
        for name in _NEEDED.get(kind, ()):
            if name not in value:
                self._report(value or owner, field, MISSING.given(name=name))
        return {name: item for name, item in value.items() if self._fits(kind, name, item, value)}

    def _fits(self, kind: str, name: str, item: object, owner: Owner) -> bool:
        wanted = _TYPES[kind].get(name)
        if wanted is None:
            self._report(owner, name, UNKNOWN_FIELD.given(name=printable(name), known=listed(_TYPES[kind], last="and")))
        elif not isinstance(item, wanted) or (wanted is not bool and isinstance(item, bool)):
            self._report(owner, name, WRONG_TYPE.given(name=name, type=said(_TYPE_NAMES[wanted])))
        else:
            return True
        return False

    def _read_status(self, row: dict[str, Any], owner: object) -> None:
        word = row.pop("status")
        if "status_code" in row:
            self._report(owner, "status", TWO_STATUSES)
        elif word not in _CODE_OF:
            self._report(owner, "status", UNKNOWN_STATUS.given(word=printable(word), known=listed(_CODE_OF)))
        else:
            row["status_code"] = _CODE_OF[word]

    def _submission(self, value: Owner, row: object) -> Submission:
        fields = self._mapping("submitted", value, row, "submitted")
        for name in ("proof_image", "commission_image"):
            if name in fields:
                image = self._mapping("image", fields[name], value, name)
                fields[name] = ImageDigest(**image) if len(image) == len(_TYPES["image"]) else None
        return Submission(**fields)

    def _check_unique(self, row: dict[str, Any], owner: object) -> None:
        sign_id = row.get("sign_id")
        if sign_id in self._seen:
            self._report(owner, "sign_id", DUPLICATE_ID.given(sign_id=sign_id))
        elif sign_id is not None:
            self._seen.add(sign_id)

    def _report(self, owner: object, field: str | None, message: Message) -> None:
        self._problems.append(_line(self._locate(owner if isinstance(owner, dict) else None, field), message))
