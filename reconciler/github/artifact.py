"""A file out of the artefact of another run, which anybody may have made: bounded, and never unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from reconciler.errors import Refusal
from reconciler.github.client import GitHubClient, Json, number_at

MAX_ARCHIVE: Final = 8 * 2**20
"""Largest archive, in bytes, that is downloaded."""

_HINT: Final = "nothing was posted; check that run"


def fetch(rest: GitHubClient, event: Mapping[str, object], artifact: str, member: str, limit: int) -> bytes | None:
    """Return the file ``member`` of the artefact of the run that the event names, ``None`` where there is none.

    Raises Refusal for an archive or a file that is too large (``limit`` in bytes) or is not what it should be.
    """
    run = event.get("workflow_run")
    run_id = run.get("id") if isinstance(run, dict) else None
    if not isinstance(run_id, int):
        return None
    found = _newest(rest, run_id, artifact)
    if found is None:
        return None
    archive = rest.download(f"actions/artifacts/{number_at(found, 'id')}/zip", MAX_ARCHIVE)
    if len(archive) > MAX_ARCHIVE:
        raise Refusal(
            "the artefact of the other run is larger than {limit} MiB", hint=_HINT, limit=MAX_ARCHIVE // 2**20
        )
    return _member(archive, member, limit)


def _newest(rest: GitHubClient, run_id: int, artifact: str) -> Json | None:
    listed = rest.get(f"actions/runs/{run_id}/artifacts", name=artifact, per_page="100").get("artifacts")
    usable = [
        item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and item.get("name") == artifact and not item.get("expired")
    ]
    return max(usable, key=lambda item: number_at(item, "id"), default=None)


def _member(archive: bytes, member: str, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened, opened.open(_plain(opened.getinfo(member))) as file:
            content = file.read(limit + 1)
    except KeyError:
        raise Refusal("the artefact of the other run has no {file}", hint=_HINT, file=member) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Refusal("the artefact of the other run is not a readable zip archive", hint=_HINT) from None
    if len(content) > limit:
        raise Refusal(
            "the {file} in the artefact of the other run is larger than {limit} MiB",
            hint=_HINT,
            file=member,
            limit=limit // 2**20,
        )
    return content


def _plain(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    # The other methods of packing may take any amount of memory.
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise NotImplementedError
    return info
