"""Records of their own that the rows of a table describe as well, such as the storage unit of a product.

A part is read from the same cells as a record type of its own: several rows that name one are one document, rows that
contradict each other or leave out what it needs are problems, all by the rules that every record type has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from pipeline.values.clean_tables import Cells, CleanTable, Codes
from pipeline.values.problems import Problem, Severity
from schemas import RecordType
from schemas.vocabulary.kinds import Json

_Rows = np.ndarray[tuple[int], np.dtype[np.bool_]]


def part_tables(clean: CleanTable) -> list[CleanTable]:
    """Return a table for each kind of part that any row of the table describes."""
    record = clean.table.record
    return [
        _part_table(clean, record.part_types[part.name], is_whole)
        for part in record.parts
        if (is_whole := _filled(clean, (record.reference, *part.key))).any()
    ]


def incomplete_parts(clean: CleanTable) -> Iterator[Problem]:
    """Report rows that do not say which part they mean, though they speak of one: nothing can be sent for them."""
    record = clean.table.record
    for part in record.parts:
        missing = ~_filled(clean, part.key[:1])
        nameless = ~missing & ~_filled(clean, part.key) & _filled(clean, (record.reference,))
        for heading in part.needs:
            shown = clean.table.headings.get(heading, heading)
            for row in clean.rows[nameless & ~_filled(clean, (heading,))].tolist():
                yield Problem(row, shown, "", "is blank", f"fill it: a {part.noun} needs it")
        for column in record.columns.values():
            if column.part != part.name or column.heading not in clean.columns:
                continue
            if lost := int(np.count_nonzero(missing & (clean.columns[column.heading].codes >= 0))):
                shown = clean.table.headings[column.heading]
                message = f"is not sent where {part.key[0]} is blank"
                yield Problem(0, shown, "", message, f"fill {part.key[0]}", Severity.WARNING, lost)


def _filled(clean: CleanTable, headings: Sequence[str]) -> _Rows:
    """The rows in which all of these columns hold something, or have a default."""
    filled = np.ones(len(clean.rows), dtype=bool)
    for heading in headings:
        if heading not in clean.defaults:
            filled &= _codes(clean, heading) >= 0
    return filled


def _codes(clean: CleanTable, heading: str) -> Codes:
    cells = clean.columns.get(heading)
    return np.full(len(clean.rows), -1, dtype=np.int32) if cells is None else cells.codes


def _part_table(clean: CleanTable, part_type: RecordType, is_whole: _Rows) -> CleanTable:
    columns = {
        heading: Cells(cells.codes[is_whole], cells.values, cells.texts)
        for heading, cells in clean.columns.items()
        if heading in part_type.columns
    }
    defaults = {heading: value for heading, value in clean.defaults.items() if heading in part_type.columns}
    for heading in defaults.keys() & part_type.key:  # what tells parts apart has to stand in every row
        columns[heading] = _with_default(_codes(clean, heading)[is_whole], columns.get(heading), defaults[heading])
    return CleanTable(
        table=replace(clean.table, record=part_type, broken={}, problems=()),
        rows=clean.rows[is_whole],
        columns=columns,
        defaults=defaults,
        problems=[],
    )


def _with_default(codes: Codes, cells: Cells | None, default: Json) -> Cells:
    values, texts = ([*cells.values], [*cells.texts]) if cells else ([], [])
    filled = np.where(codes >= 0, codes, len(values)).astype(np.int32)
    return Cells(filled, [*values, default], [*texts, str(default)])
