"""The records of a text file, read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.extract import raw_records
from pipeline.values.tables import Dialect


def cells_by_row(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Each row's number and its cells, whether they come divided or as the line they are."""
    for row, record in raw_records(path, dialect):
        yield row, record.split(dialect.delimiter) if isinstance(record, str) else record
