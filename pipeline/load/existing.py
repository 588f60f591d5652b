"""Records that exist: left alone, changed, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pipeline.values.documents import Document


class Existing(StrEnum):
    """What is done about a record that Clarus has already."""

    KEEP = "keep"
    UPDATE = "update"
    ERROR = "error"


def what_to_do(document: Document, policies: Mapping[str, Existing]) -> Existing:
    """Decide by the record type, the row, and the configured policies; what the row says wins."""
    record, controls = document.record, document.controls
    if not record.changeable:
        return Existing.KEEP
    if (allowed := controls.get("allow_update")) is not None:
        return Existing.UPDATE if allowed else Existing.KEEP
    if (is_new := controls.get("is_new_product")) is not None:
        return Existing.ERROR if is_new else Existing.UPDATE
    if controls.get("owner_is_new") is False:
        return Existing.UPDATE
    return policies.get(record.name, Existing.KEEP)
