"""A plan's fingerprint: the operations and nothing else, so that it holds as long as apply would do just the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from reconciler.model.plan import Planned, Target, Verdict
from reconciler.model.signature import FIELD_NAMES, FieldValue, Image, SignFields

Operation = Mapping[str, object]
_DIGEST_PREFIX: Final = "sha256:"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def fingerprint(target: Target, signatures: Iterable[Planned]) -> str:
    """Return ``sha256:...`` over account, region and the sorted operations: not over time, commit or wording."""
    operations = sorted(operations_of(signatures), key=lambda operation: str(operation["sign_id"]))
    return _digest({"uin": target.uin, "region": target.account.region, "operations": operations})


def operations_of(signatures: Iterable[Planned]) -> list[Operation]:
    """Return each planned write as verdict, id, status seen and one digest per field."""
    return [operation_of(planned) for planned in signatures if planned.verdict is Verdict.MODIFY]


def operation_of(planned: Planned) -> Operation:
    """Return one planned write as plain data; an image stands as the digest of its bytes."""
    return {
        "verdict": planned.verdict.value,
        "sign_id": planned.desired.sign_id,
        "status": planned.decision.status.value,
        "fields": field_digests(planned.desired.fields),
    }


def field_digests(fields: SignFields) -> dict[str, str]:
    """Return ``sha256:...`` of each field's value."""
    return {name: _value_digest(getattr(fields, name)) for name in FIELD_NAMES}


@lru_cache(maxsize=1024, typed=True)
def _value_digest(value: FieldValue) -> str:
    # Kept, since most values are the same few words and images; by type too, since `True` equals 1.
    return _digest({"sha256": value.sha256} if isinstance(value, Image) else value)


def _digest(value: object) -> str:
    return _DIGEST_PREFIX + hashlib.sha256(_ENCODER.encode(value).encode()).hexdigest()
