"""A JSON document in the format that was asked for: as it is, or as what it becomes on GitHub."""

from __future__ import annotations

import json

from reconciler.render.annotations import workflow_commands
from reconciler.render.markdown import markdown
from reconciler.render.markdown_document import document_from


def in_format(form: str, document: str) -> str:
    """Return a document of this tool's own in ``form``; empty for ``github`` where there is nothing to annotate."""
    match form:
        case "markdown":
            return markdown(document_from(json.loads(document)))
        case "github":
            return workflow_commands(document_from(json.loads(document)))
        case _:
            return document
