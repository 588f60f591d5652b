"""Records that exist: left alone, changed, or an error."""

from __future__ import annotations

from enum import StrEnum

import orjson

from pipeline.values.documents import Document
from pipeline.values.problems import Problem
from pipeline.values.resolved import Resolved


class Existing(StrEnum):
    """What is done about a record that Clarus has already."""

    EXISTS = "exists"
    UPDATE = "update"
    ERROR = "error"


def what_to_do(document: Document, policy: Existing) -> Existing:
    """Decide by the record type, the row, and the configured policy; what the row says wins."""
    if not document.record.changeable:
        return Existing.EXISTS
    match document.controls.get("allow_update"):
        case None:
            return policy
        case allowed:
            return Existing.UPDATE if allowed else Existing.EXISTS


def change_body(resolved: Resolved) -> bytes:
    """The body of a PATCH: what the file fills, and nothing that a default would overwrite unasked."""
    given = {name: value for name, value in resolved.attributes.items() if name in resolved.document.given}
    return orjson.dumps({"data": {"type": resolved.document.record.resource, "attributes": given}})


def change_problem(document: Document) -> Problem | None:
    """Find what the API requires of a change and the file leaves blank."""
    for column in document.record.columns.values():
        if column.required and column.attribute not in document.given:
            hint = "fill it: a default is not used for a change, lest it overwrite what Clarus has"
            return Problem(document.rows[0], column.heading, "", "is blank, and a change needs it", hint)
    return None
