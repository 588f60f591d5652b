"""Make documents of the rows of a clean table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.transform.address_book import AddressLookup, addresses_from_book
from pipeline.transform.follow_ups import incomplete_parts, part_tables
from pipeline.transform.grouping import first_filled, group
from pipeline.transform.header_checks import (
    blank_cells_of,
    blank_headers,
    contradictions,
    rows_without_outer_code,
    without_outer_code,
)
from pipeline.transform.variants import columns_of_others, is_of_variant
from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable, Groups, Positions
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import RowResult, because_of_problems, held_because_of
from schemas import Level


def transform(clean: CleanTable, book: AddressLookup | None = None) -> DocumentTable:
    """Group rows under their headers: fill header cells down, find what is missing and what contradicts itself."""
    parts = tuple(transform(table) for table in part_tables(clean))
    groups = group(clean)
    problems = [
        *clean.problems,
        *groups.problems,
        *incomplete_parts(clean),
        *(p for part in parts for p in part.problems),
    ]
    if (of_variant := is_of_variant(clean)) is not None:
        problems += columns_of_others(clean, of_variant)
    first: dict[str, Positions] = {}
    for column in clean.table.record.columns.values():
        if column.per_line or column.level is Level.UNSENT:
            problems += blank_cells_of(clean, column)
            problems += rows_without_outer_code(clean, column)
            continue
        if column.heading in clean.columns:
            codes = clean.columns[column.heading].merged()
            first[column.heading] = first_filled(codes, groups)
            if column.heading not in clean.table.record.key:
                problems += contradictions(clean, column, codes, first[column.heading], groups)
        problems += blank_headers(clean, column, first, groups)
        if column.within and not (column.lookup and column.lookup.alone):
            problems += without_outer_code(clean, column, first, groups)
    held = _held(clean, groups, problems)
    wrong_themselves = frozenset(held)
    addresses = addresses_from_book(clean, groups, first, book, problems, held)
    return DocumentTable(
        clean=clean,
        groups=groups,
        first=first,
        addresses=addresses,
        problems=_as_they_are_read(problems, clean),
        held=held,
        variants=_documents_of(groups, of_variant),
        unaddressed=frozenset(held.keys() - wrong_themselves),
        parts=parts,
    )


def _documents_of(groups: Groups, of_variant: np.ndarray[tuple[int], np.dtype[np.bool_]] | None) -> frozenset[int]:
    return frozenset(groups.ids[of_variant].tolist()) - {-1} if of_variant is not None else frozenset()


def _as_they_are_read(problems: list[Problem], clean: CleanTable) -> list[Problem]:
    """Row by row, and in a row from the left to the right."""
    places = {heading: place for place, heading in enumerate(clean.table.headings.values())}
    return sorted(problems, key=lambda p: (p.row, places.get(p.column, -1)))


def _held(clean: CleanTable, groups: Groups, problems: list[Problem]) -> dict[int, RowResult]:
    """Hold every document with a wrong row: it is posted whole or not at all."""
    wrong = {p.row for p in problems if p.severity is Severity.ERROR}
    is_wrong = np.isin(clean.rows, np.fromiter(wrong, dtype=np.int64, count=len(wrong)))
    causes: dict[int, list[int]] = {document: [row] for document, row in groups.held.items()}
    at_fault = np.flatnonzero(is_wrong & (groups.ids >= 0))
    for row, document in zip(clean.rows[at_fault].tolist(), groups.ids[at_fault].tolist(), strict=True):
        causes.setdefault(document, []).append(row)
    held = {document: held_because_of(sorted(rows), clean.table.record.noun) for document, rows in causes.items()}
    if of_file := [p for p in problems if p.severity is Severity.ERROR and not p.row]:
        # What is wrong with a file or column as a whole stands in its headings: nothing of it goes.
        whole = replace(because_of_problems(Status.INVALID, of_file), held_by=(clean.table.heading_row,))
        return {document: held.get(document, whole) for document in range(groups.count)}
    return held
