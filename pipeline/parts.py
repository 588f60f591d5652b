"""Records of their own that the rows of a table describe as well, such as the storage unit of a product.

A part is read from the same cells as a record type of its own: several rows that name one are one document, rows that
contradict each other or leave out what it needs are problems, all by the rules that every record type has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.cells import Cells, CleanTable
from pipeline.problems import Problem, Severity
from schemas import RecordType
from schemas.contract import Part


def part_tables(clean: CleanTable) -> list[CleanTable]:
    """Return a table for each kind of part that any row of the table describes."""
    record = clean.table.record
    return [
        _part_table(clean, record.part_types[part.name], is_there)
        for part in record.parts
        if (is_there := _there(clean, record, part)).any()
    ]


def parts_unsaid(clean: CleanTable) -> Iterator[Problem]:
    """Report cells of a part in rows that do not say which: nothing can be sent for them."""
    record = clean.table.record
    for part in record.parts:
        missing = ~_filled(clean, part.key[0])
        for column in record.columns.values():
            if column.part != part.name or column.heading not in clean.columns:
                continue
            if lost := int(np.count_nonzero(missing & _filled(clean, column.heading))):
                shown = clean.table.headings[column.heading]
                rows = "1 row" if lost == 1 else f"{lost} rows"
                message = f"is not sent where {part.key[0]} is blank (filled in {rows})"
                yield Problem(0, shown, "", message, f"fill {part.key[0]}", Severity.WARNING)


def _there(clean: CleanTable, record: RecordType, part: Part) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return _filled(clean, part.key[0]) & _filled(clean, record.reference)


def _filled(clean: CleanTable, heading: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    cells = clean.columns.get(heading)
    return np.zeros(len(clean.rows), dtype=bool) if cells is None else cells.codes >= 0


def _part_table(
    clean: CleanTable, part_type: RecordType, is_there: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> CleanTable:
    columns = {
        heading: Cells(cells.codes[is_there], cells.values, cells.texts)
        for heading, cells in clean.columns.items()
        if heading in part_type.columns
    }
    return CleanTable(
        table=replace(clean.table, record=part_type, broken={}, problems=()),
        rows=clean.rows[is_there],
        columns=columns,
        defaults={heading: value for heading, value in clean.defaults.items() if heading in part_type.columns},
        problems=[],
    )
