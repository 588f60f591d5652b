"""Rows that become records of another type: the collection addresses of an address file.

Which rows these are stands in the contract (`Variant`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.values.clean_tables import CleanTable
from pipeline.values.documents import Code, Document
from pipeline.values.problems import Problem, Severity
from schemas import RECORD_TYPES, Level, Variant

_Rows = np.ndarray[tuple[int], np.dtype[np.bool_]]


def is_of_variant(clean: CleanTable) -> _Rows | None:
    """Which rows become a record of the other type; None where none does."""
    variant = clean.table.record.variant
    if variant is None:
        return None
    column = clean.table.record.control(variant.decided_by)
    assert column is not None, "a variant is decided by a control"
    by_default = clean.defaults.get(column.heading) == variant.value
    cells = clean.columns.get(column.heading)
    if cells is None:
        return np.full(len(clean.rows), by_default) if by_default else None
    values = np.array([*(value == variant.value for value in cells.values), by_default], dtype=bool)
    return values[cells.codes]  # a blank cell has the code -1: the last


def as_variant(document: Document) -> Document:
    """The document as the record that it becomes."""
    variant = document.record.variant
    if variant is None or document.controls.get(variant.decided_by) != variant.value:
        return document
    record = RECORD_TYPES[variant.record]
    own = {column.attribute for column in record.at(Level.HEADER)}
    codes = [(row, code) for row, code in document.codes if code.attribute in own]
    for column in document.record.at(Level.CONTROL):
        meant, value = record.columns.get(column.heading), document.controls.get(column.attribute)
        if meant is not None and meant.lookup is not None and value is not None:
            codes.append((document.rows[0], Code(meant.attribute, meant.lookup, (str(value),), column.heading)))
    return replace(
        document,
        record=record,
        key=document.key[-len(record.key) :],
        attributes={name: value for name, value in document.attributes.items() if name in own},
        codes=tuple(codes),
        given=frozenset(),
    )


def columns_of_others(clean: CleanTable, of_variant: _Rows) -> Iterator[Problem]:
    """Report cells that the record has not which their row becomes: they are not sent."""
    variant = clean.table.record.variant
    assert variant is not None, "asked only where there is one"
    for column in clean.table.record.at(Level.HEADER, Level.CONTROL):
        if column.heading in clean.columns and (of := _belongs_to(column.heading, column.level, variant)):
            filled = clean.columns[column.heading].codes >= 0
            wrong = filled & (~of_variant if of == variant.record else of_variant)
            if count := int(np.count_nonzero(wrong)):
                shown = clean.table.headings[column.heading]
                other = clean.table.record.noun if of == variant.record else RECORD_TYPES[variant.record].noun
                message = f"not sent for what becomes {_a(other)}: Clarus's API has no such attribute of it"
                yield Problem(0, shown, "", message, "", Severity.WARNING, count)


def _belongs_to(heading: str, level: Level, variant: Variant) -> str:
    """The only record type that a column is sent for; "" where it is sent for both, or for none."""
    there = heading in RECORD_TYPES[variant.record].columns
    if level is Level.HEADER:
        return "" if there else "the owner"
    return variant.record if there else ""


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
