"""Which rows of a table are one document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.cells import CleanTable, Codes
from pipeline.problems import Problem, Severity

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The documents of a table, numbered in order of first appearance.

    `ids` has the document of each row of the frame, -1 for a row without a reference; `order` the rows' positions,
    document by document; those of document g are `order[starts[g]:starts[g + 1]]`.
    """

    ids: Codes
    count: int
    order: Positions
    starts: Positions
    problems: list[Problem]
    held: dict[int, int]  # documents that must wait for a row of another document (or of none) -> that row


def group(clean: CleanTable) -> Groups:
    """Group rows by the record type's key: by reference, within the codes that narrow it.

    A row whose narrowing code is blank belongs to the nearest row above with its reference; where there is none, to
    the configured default.
    """
    record, size = clean.table.record, len(clean.rows)
    reference = _codes(clean, record.reference)
    problems: list[Problem] = []
    unplaced = reference < 0
    ids = reference
    for heading in record.key[:-1]:
        narrow, column = _codes(clean, heading), record.columns[heading]
        if column.required:
            narrow = _from_above(narrow, reference)
            if heading in clean.defaults:
                # A number of its own for the default, or that of the same value in the file.
                same = [i for i, value in enumerate(_values(clean, heading)) if value == clean.defaults[heading]]
                narrow = np.where(narrow < 0, same[0] if same else narrow.max(initial=0) + 1, narrow).astype(np.int32)
            blank = (narrow < 0) & (reference >= 0)
            problems += _blank(clean, heading, clean.rows[blank], "fill it, here or on a row above with this reference")
            unplaced |= blank
        ids = _pairs(narrow, ids)
    ids = np.where(unplaced, -1, ids)
    codes, distinct = pd.factorize(ids[ids >= 0])
    placed = np.full(size, -1, dtype=np.int32)
    placed[ids >= 0] = codes
    problems += _blank(clean, record.reference, clean.rows[reference < 0], "every row names its document")
    order = np.argsort(placed, kind="stable")[np.count_nonzero(placed < 0) :]
    starts = np.searchsorted(placed[order], np.arange(len(distinct) + 1))
    held = _held(clean, placed, reference, unplaced)
    return Groups(placed, len(distinct), order, starts, problems, held)


def first_filled(codes: Codes, groups: Groups) -> Positions:
    """Return for each document the position of the first of its rows that fills a column, or -1."""
    filled = np.flatnonzero((codes >= 0) & (groups.ids >= 0))[::-1]
    first = np.full(groups.count, -1, dtype=np.int64)
    first[groups.ids[filled]] = filled  # of several, numpy keeps the last: the first row, since the order is reversed
    return first


def other_filled(codes: Codes, first: Positions, groups: Groups) -> Positions:
    """Return the positions of rows whose filled cell differs from the first of their document."""
    expected = np.where(groups.ids >= 0, codes[first[groups.ids]], -1) if groups.count else codes
    return np.flatnonzero((codes >= 0) & (groups.ids >= 0) & (codes != expected))


def _codes(clean: CleanTable, heading: str) -> Codes:
    cells = clean.columns.get(heading)
    return cells.merged() if cells else np.full(len(clean.rows), -1, dtype=np.int32)


def _values(clean: CleanTable, heading: str) -> list[object]:
    cells = clean.columns.get(heading)
    return list(cells.values) if cells else []


def _from_above(narrow: Codes, reference: Codes) -> Codes:
    """Fill blank codes from the nearest row above with the same reference, never from another document."""
    order = np.argsort(reference, kind="stable")
    starts_group = np.r_[True, reference[order][1:] != reference[order][:-1]] if len(order) else np.array([], bool)
    place = np.arange(len(order))
    source = np.maximum.accumulate(np.where((narrow[order] >= 0) | starts_group, place, 0))
    filled = narrow.copy()
    filled[order] = narrow[order][source]
    return filled


def _pairs(first: Codes, second: Codes) -> Codes:
    """Number the different pairs of two columns."""
    if not len(first):
        return second
    pairs, _ = pd.factorize((first.astype(np.int64) + 1) * (int(second.max()) + 2) + second + 1)
    return pairs.astype(np.int32)


def _blank(clean: CleanTable, heading: str, rows: Iterable[int], hint: str) -> list[Problem]:
    shown = clean.table.headings.get(heading, heading)
    reported = {(p.row, p.column) for p in clean.problems if p.severity is Severity.ERROR}
    blank = ((int(row), shown) for row in rows)
    return [Problem(row, column, "", "is blank", hint) for row, column in blank if (row, column) not in reported]


def _held(clean: CleanTable, placed: Codes, reference: Codes, unplaced: np.ndarray) -> dict[int, int]:
    """Find the documents that a row which belongs nowhere may be a part of: they must not go without it."""
    held: dict[int, int] = {}
    for at in np.flatnonzero(unplaced & (reference >= 0)):  # the reference is there, the code that narrows it is not
        for document in np.unique(placed[(reference == reference[at]) & (placed >= 0)]):
            held.setdefault(int(document), int(clean.rows[at]))
    for at in np.flatnonzero(reference < 0):
        if at > 0 and placed[at - 1] >= 0 and _continues(clean, int(at)):
            held.setdefault(int(placed[at - 1]), int(clean.rows[at]))
    if clean.table.broken and clean.table.record.reference in clean.columns:
        by_text = _documents_by_text(clean, placed)
        for row, texts in clean.table.broken.items():
            for text in texts:
                for document in by_text.get(text.strip(), ()):
                    held.setdefault(document, row)
    return held


def _continues(clean: CleanTable, at: int) -> bool:
    """Whether a row without a reference looks like one more line of the document above: it has no header of its own."""
    record = clean.table.record
    own = (c for c in record.columns.values() if c.required and not c.per_line and c.heading not in record.key)
    return record.has_lines and all(
        clean.columns[column.heading].codes[at] < 0 for column in own if column.heading in clean.columns
    )


def _documents_by_text(clean: CleanTable, placed: Codes) -> dict[str, list[int]]:
    cells = clean.columns[clean.table.record.reference]
    by_text: dict[str, set[int]] = {}
    for code, document in set(zip(cells.codes.tolist(), placed.tolist(), strict=True)):
        if code >= 0 and document >= 0:
            by_text.setdefault(cells.texts[code], set()).add(document)
    return {text: sorted(documents) for text, documents in by_text.items()}
