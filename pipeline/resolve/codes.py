"""Codes that documents name, and what is known of records that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.values.documents import Code, Document
from pipeline.values.outcomes import Status
from schemas import RECORD_TYPES
from schemas.vocabulary.lists import CodeList

Key = tuple[str, ...]


def lists_named() -> set[CodeList]:
    """The lists that columns name."""
    columns = (column for record in RECORD_TYPES.values() for column in record.columns.values())
    return {column.lookup for column in columns if column.lookup}


@dataclass(frozen=True, slots=True)
class Failure:
    """A record of this run that is not in Clarus now."""

    status: Status
    culprit: str  # "products.csv row 14"
    only_if_absent: bool  # it tells why a record is missing, not that it must be

    @property
    def waits(self) -> bool:
        """Whether the record may get there yet, or may be there."""
        return self.status in (Status.PENDING, Status.UNKNOWN)


def codes_of(document: Document) -> Iterator[tuple[int, Code]]:
    """Every code of a document, each with the row that names it."""
    yield from document.codes
    for line in document.lines:
        for code in line.codes:
            yield line.row, code


def is_keyed_by_ids(document: Document) -> bool:
    """Whether Clarus lists such records by ids, which are known only once the codes are."""
    return document.record.listed is not None and document.record.listed.by_ids
