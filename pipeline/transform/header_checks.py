"""What is missing in the headers of documents, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from pipeline.transform.grouping import blank_cells, other_filled
from pipeline.values.clean_tables import CleanTable, Codes
from pipeline.values.document_tables import Groups, Positions, place_of, value_at
from pipeline.values.problems import NamedRows, Problem, shortened
from schemas import Column, Level


def blank_cells_of(clean: CleanTable, column: Column) -> Iterator[Problem]:
    """Find rows without a value that every row must have."""
    if not column.required or column.heading in clean.defaults:
        return
    cells = clean.columns.get(column.heading)
    blank = clean.rows if cells is None else clean.rows[cells.codes < 0]
    yield from blank_cells(clean, column.heading, blank, "fill it: every row needs one")


def blank_headers(
    clean: CleanTable, column: Column, first: Mapping[str, Positions], groups: Groups
) -> Iterator[Problem]:
    """Find documents without a value that every document must have, unless the address book may give it."""
    if not column.required or column.heading in clean.defaults or column.heading in clean.table.record.key:
        return
    nowhere = np.full(groups.count, -1)
    blank = first.get(column.heading, nowhere) < 0
    if column.level is Level.ADDRESS and (
        book := next((c.heading for c in clean.table.record.columns.values() if c.book), "")
    ):
        blank &= (first.get(book, nowhere) < 0) & (book not in clean.defaults)
    missing = np.flatnonzero(blank)
    hint = f"fill it on the first row of the {clean.table.record.noun}"
    yield from blank_cells(clean, column.heading, clean.rows[groups.firsts[missing]], hint)


def contradictions(
    clean: CleanTable, column: Column, codes: Codes, first: Positions, groups: Groups
) -> Iterator[Problem]:
    """Find header cells that differ from the one the document already has."""
    cells, shown = clean.columns[column.heading], clean.table.headings[column.heading]
    for at in other_filled(codes, first, groups).tolist():
        references = clean.columns[clean.table.record.reference]
        if references.values[references.codes[at]] is None:
            continue  # a reference that Excel has shortened may stand for many documents
        before = int(first[groups.ids[at]])
        value, expected = cells.texts[cells.codes[at]], cells.texts[cells.codes[before]]
        message, noun = f"{shortened(value)} contradicts {shortened(expected)}", clean.table.record.noun
        named = NamedRows(f"{message} in", (int(clean.rows[before]),), f" of the same {noun}")
        hint = "make them equal, or leave the later one blank"
        yield Problem.naming(int(clean.rows[at]), shown, value, named, hint)


def rows_without_outer_code(clean: CleanTable, column: Column) -> Iterator[Problem]:
    """Find codes of rows that mean something only within another code of the row, which is blank."""
    inner, outer = (clean.columns.get(heading) for heading in (column.heading, column.within))
    may_stand_alone = not column.within or (column.lookup is not None and column.lookup.alone)
    if may_stand_alone or inner is None or column.within in clean.defaults:
        return
    filled = inner.codes >= 0
    lonely = filled if outer is None else filled & (outer.codes < 0)
    shown, needed = (clean.table.headings.get(heading, heading) for heading in (column.heading, column.within))
    for at in np.flatnonzero(lonely).tolist():
        value = inner.texts[inner.codes[at]]
        yield Problem(int(clean.rows[at]), shown, value, f"{value} needs a {needed}", f"fill {needed}")


def without_outer_code(
    clean: CleanTable, column: Column, first: Mapping[str, Positions], groups: Groups
) -> Iterator[Problem]:
    """Find codes that mean something only within another code, which is blank."""
    missing = first.get(column.within, np.full(groups.count, -1)) < 0
    if column.within in clean.defaults or (column.heading not in first and column.heading not in clean.defaults):
        return
    shown, needed = (clean.table.headings.get(heading, heading) for heading in (column.heading, column.within))
    for document in np.flatnonzero(missing).tolist():
        place = place_of(first, column.heading, document)
        if value := value_at(clean, column.heading, place):
            row = int(clean.rows[groups.firsts[document] if place < 0 else place])
            yield Problem(row, shown, value, f"{value} needs a {needed}", f"fill {needed}")
