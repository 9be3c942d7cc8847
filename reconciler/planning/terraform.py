"""Terraform's state of ``tencentcloud_sms_sign`` as definitions: what it believes it sent, images included.

Sources: the provider's ``resource_tc_sms_sign.go`` (``id`` is ``<SignId>#<International>``); state files of version 4;
the JSON output format 1.x of ``terraform show``. Unknown fields are passed over, as that format asks for.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.contract.api import DOCUMENT_TYPES, MAX_IMAGE_BYTES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.errors import UsageError, fill, said, system_words
from reconciler.evidence.file_types import JPEG, format_of
from reconciler.evidence.inspect import examine
from reconciler.evidence.problems import UnusableError
from reconciler.render.definitions_yaml import distinct, key_of

_TYPE: Final = "tencentcloud_sms_sign"
_MAX_BYTES: Final = 256 * 1024 * 1024
_MOST_INSTANCES: Final = 10_000
_MOST_MODULES: Final = 10_000
_ID: Final = re.compile(r"([1-9][0-9]{0,18})#([01])")
_DATA_PREFIX: Final = re.compile(r"data:[^,]{0,100},")
_NUMBERS: Final = {
    "sign_type": {number: word for word, number in SIGN_TYPES.items()},
    "document_type": {number: word for word, number in DOCUMENT_TYPES.items()},
    "sign_purpose": {number: word for word, number in SIGN_PURPOSES.items()},
}


class Picture(NamedTuple):
    """A decoded image, with the ending of its file name."""

    data: bytes
    ending: str


class Instance(NamedTuple):
    """One signature of a state. ``values`` holds what could be read, in the words of definitions.

    ``problems`` says of each field that could not be read why; ``tainted`` ones were not created as a whole.
    """

    key: str
    address: str
    sign_id: int
    international: bool
    values: Mapping[str, str]
    pictures: Mapping[str, Picture]
    problems: Mapping[str, str]
    tainted: bool

    @property
    def is_complete(self) -> bool:
        """Whether a whole definition can be made of it."""
        return not self.problems


class Unreadable(NamedTuple):
    """An instance without an id or a name, or of a signature that another one is too: nothing can be made of it."""

    address: str
    why: str


class TerraformState(NamedTuple):
    """What a state holds of signatures, in the order of their ids. ``name`` is that of its file.

    Deposed instances, which Terraform is about to delete, are left out.
    """

    name: str
    instances: tuple[Instance, ...]
    unreadable: tuple[Unreadable, ...]


class _Resource(NamedTuple):
    module: str
    name: str
    at: object
    values: Mapping[str, Any]
    tainted: bool

    @property
    def address(self) -> str:
        index = "" if self.at is None else f"[{json.dumps(self.at)}]"
        return f"{self.module}{'.' if self.module else ''}{_TYPE}.{self.name}{index}"


def read_state(path: Path) -> TerraformState:
    """Read a state file of version 4, or what ``terraform show -json`` prints of a state.

    Raises UsageError for anything else: the JSON of a plan and an encrypted state by their names.
    """
    document = _document(path)
    resources = list(_resources(document, path))
    if len(resources) > _MOST_INSTANCES:
        raise UsageError("{file} holds more than {most} signatures", file=path, most=_MOST_INSTANCES)
    by_id: dict[int, Instance] = {}
    unreadable: list[Unreadable] = []
    for made in map(_instance, resources):
        if isinstance(made, Unreadable):
            unreadable.append(made)
        elif (first := by_id.setdefault(made.sign_id, made)) is not made:
            why = said("it is signature {sign_id} as {other} is", sign_id=made.sign_id, other=first.address)
            unreadable.append(Unreadable(made.address, why))
    instances = tuple(_with_keys(by_id[sign_id] for sign_id in sorted(by_id)))
    return TerraformState(path.name, instances, tuple(unreadable))


def _with_keys(instances: Iterable[Instance]) -> Iterator[Instance]:
    """Yield the instances with keys that differ, as those of rows do."""
    taken: set[str] = set()
    for each in instances:
        key = distinct(each.key, each.sign_id, taken)
        taken.add(key)
        yield each._replace(key=key)


def _document(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError("{file} cannot be read: {why}", file=path, why=system_words(error)) from None
    if len(data) > _MAX_BYTES:
        raise UsageError("{file} is larger than {most} MiB", file=path, most=_MAX_BYTES // 2**20)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return document
    raise UsageError("{file} is not JSON of Terraform", hint="`terraform show -json > state.json` makes one", file=path)


def _resources(document: Mapping[str, Any], path: Path) -> Iterator[_Resource]:
    if "encrypted_data" in document:
        raise UsageError(
            "{file} is an encrypted state", hint="`tofu show -json > state.json` writes it in plain", file=path
        )
    if "planned_values" in document or "resource_changes" in document:
        raise UsageError(
            "{file} is the JSON of a plan, not of a state",
            hint="`terraform show -json > state.json`, without a plan file",
            file=path,
        )
    if document.get("version") == 4 and "resources" in document:  # noqa: PLR2004  # the one version that there is
        return _of_raw_state(document)
    if str(document.get("format_version", "")).startswith("1."):
        return _of_show(document)
    raise UsageError(
        "{file} is neither a state of version 4 nor what `terraform show -json` prints, format 1.x",
        hint="`terraform show -json > state.json` makes one",
        file=path,
    )


def _of_raw_state(document: Mapping[str, Any]) -> Iterator[_Resource]:
    for resource in _mappings(document.get("resources")):
        if resource.get("mode") != "managed" or resource.get("type") != _TYPE:
            continue
        for instance in _mappings(resource.get("instances")):
            if instance.get("deposed") is not None:
                continue
            yield _Resource(
                str(resource.get("module", "")),
                str(resource.get("name", "")),
                instance.get("index_key"),
                _mapping(instance.get("attributes")),
                instance.get("status") == "tainted",
            )


def _of_show(document: Mapping[str, Any]) -> Iterator[_Resource]:
    root = _mapping(_mapping(document.get("values")).get("root_module"))
    waiting = [root]
    if "resource" in document:  # `terraform state show -json`
        waiting.append({"resources": [document["resource"]]})
    for _ in range(_MOST_MODULES):
        if not waiting:
            return
        module = waiting.pop(0)
        waiting += _mappings(module.get("child_modules"))
        for resource in _mappings(module.get("resources")):
            if resource.get("mode") != "managed" or resource.get("type") != _TYPE or resource.get("deposed_key"):
                continue
            yield _Resource(
                str(module.get("address", "")),
                str(resource.get("name", "")),
                resource.get("index"),
                _mapping(resource.get("values")),
                resource.get("tainted") is True,
            )


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _instance(resource: _Resource) -> Instance | Unreadable:
    found = _ID.fullmatch(str(resource.values.get("id", "")))
    if found is None:
        return Unreadable(resource.address, said("its id is not of the form 1110#0"))
    name = resource.values.get("sign_name")
    if not isinstance(name, str) or not name:
        return Unreadable(resource.address, said("it has no sign_name"))
    values: dict[str, str] = {"sign_name": name}
    problems: dict[str, str] = {}
    for field, words in _NUMBERS.items():
        number = resource.values.get(field)
        if type(number) is int and number in words:
            values[field] = words[number]
        else:
            problems[field] = said("{number} is none of the vendor's numbers", number=json.dumps(number)[:40])
    remark = resource.values.get("remark")
    if isinstance(remark, str) and remark:
        values["remark"] = remark
    pictures = dict(_pictures(resource, values, problems))
    return Instance(
        _key(resource), resource.address, int(found[1]), found[2] == "1", values, pictures, problems, resource.tainted
    )


def _key(resource: _Resource) -> str:
    index = "" if resource.at is None else str(resource.at)
    return key_of(f"{resource.module.replace('module.', ' ')} {resource.name} {index}")


def _pictures(
    resource: _Resource, values: Mapping[str, str], problems: dict[str, str]
) -> Iterator[tuple[str, Picture]]:
    wanted = ["proof_image", "commission_image"] if values.get("sign_purpose") == "others" else ["proof_image"]
    for field in wanted:
        try:
            yield field, _picture(resource.values.get(field))
        except ValueError as error:
            problems[field] = error.args[0]


def _picture(value: object) -> Picture:
    """Return a decoded image. Raises ValueError, which repeats nothing of it, where it is none."""
    if not isinstance(value, str) or not value:
        raise ValueError(said("the state holds none"))
    text = _DATA_PREFIX.sub("", value, count=1) if value.startswith("data:") else value
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise ValueError(said("it is not base64, but perhaps the text of an example")) from None
    if len(data) > MAX_IMAGE_BYTES:
        raise ValueError(said("it is larger than 5 MB"))
    try:
        form = format_of(data)
        examine(data, form)
    except UnusableError as error:
        why = fill(error.problem.text, error.problem.params)
        raise ValueError(said("it is base64 of no usable image: {why}", why=why)) from None
    return Picture(data, ".jpg" if form == JPEG else ".png")


def complete(instances: Iterable[Instance]) -> list[Instance]:
    """Return the instances that a whole definition can be made of."""
    return [instance for instance in instances if instance.is_complete]
