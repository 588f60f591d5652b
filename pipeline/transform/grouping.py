"""Which rows of a table are one document."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.transform.variants import is_of_variant
from pipeline.values.clean_tables import CleanTable, Codes
from pipeline.values.document_tables import Groups, Positions
from pipeline.values.outcomes import DONE
from pipeline.values.problems import Problem, Severity


def group(clean: CleanTable) -> Groups:
    """Group rows by the record type's key: by reference, within the codes that narrow it.

    A row whose narrowing code is blank belongs to the nearest row above with its reference; where there is none, to
    the only code that its reference has in the file, for somebody may have sorted the rows; else to the default.

    In results that are dropped in again, a row that is done belongs to those that have its id, and to no others: its
    document must not lend a line to one that is still to be sent.
    """
    record, size = clean.table.record, len(clean.rows)
    reference = _codes(clean, record.reference)
    claims = _claims(clean)
    problems: list[Problem] = []
    unplaced = reference < 0
    ids = reference
    for heading in record.key[:-1]:
        narrow, column = _codes(clean, heading), record.columns[heading]
        if column.required:
            stated = narrow
            narrow = _filled_in(stated, reference, claims)
            if heading in clean.defaults:
                # A number of its own for the default, or that of the same value in the file.
                same = [i for i, value in enumerate(_values(clean, heading)) if value == clean.defaults[heading]]
                default = same[0] if same else narrow.max(initial=0) + 1
                elsewhere = (claims >= 0) & (narrow < 0) & (stated >= 0).any()
                narrow = np.where((narrow < 0) & ~elsewhere, default, narrow).astype(np.int32)
            blank = (narrow < 0) & (reference >= 0)
            hint = "fill it, here or on a row above with this reference"
            problems += blank_cells(clean, heading, clean.rows[blank], hint)
            unplaced |= blank
        ids = _pairs(narrow, ids)
    if (of_variant := is_of_variant(clean)) is not None:
        ids = _pairs(of_variant.astype(np.int32), ids)
    ids = np.where(unplaced, -1, ids)
    codes, distinct = pd.factorize(ids[ids >= 0])
    placed = np.full(size, -1, dtype=np.int32)
    placed[ids >= 0] = codes
    problems += blank_cells(
        clean,
        record.reference,
        clean.rows[reference < 0],
        f"every row needs the reference of its {clean.table.record.noun}",
    )
    order = np.argsort(placed, kind="stable")[np.count_nonzero(placed < 0) :]
    starts = np.searchsorted(placed[order], np.arange(len(distinct) + 1))
    held = _held(clean, placed, reference, claims, order[starts[:-1]])
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


def blank_cells(clean: CleanTable, heading: str, rows: Positions, hint: str) -> Iterator[Problem]:
    """Report blank cells of a column, but for those that are blank because they could not be read."""
    shown = clean.table.headings.get(heading, heading)
    reported = {p.row for p in clean.problems if p.column == shown and p.severity is Severity.ERROR}
    return (Problem(row, shown, "", "is blank", hint) for row in rows.tolist() if row not in reported)


def _codes(clean: CleanTable, heading: str) -> Codes:
    cells = clean.columns.get(heading)
    return cells.merged() if cells else np.full(len(clean.rows), -1, dtype=np.int32)


def _values(clean: CleanTable, heading: str) -> list[object]:
    cells = clean.columns.get(heading)
    return list(cells.values) if cells else []


def _claims(clean: CleanTable) -> Codes:
    """For each row that says of itself that it is done, a number that stands for its id; -1 for the others."""
    frame = clean.table.frame
    if not {"clarus_status", "clarus_id"} <= set(frame.columns):
        return np.full(len(clean.rows), -1, dtype=np.int32)
    done = frame["clarus_status"].isin([status.value for status in DONE]).to_numpy()
    return np.where(done, frame["clarus_id"].cat.codes.to_numpy(), -1).astype(np.int32)


def _filled_in(narrow: Codes, reference: Codes, claims: Codes) -> Codes:
    """Fill blank codes from other rows of the same reference, done rows from done ones with the same id only."""
    claimed = claims >= 0
    narrow = _from_only(narrow, np.where(claimed, _pairs(claims, reference), -1).astype(np.int32))
    # What is still to be sent belongs together before it belongs to what is done.
    for own in (np.where(claimed, -1, reference), reference):
        narrow = np.where(claimed, narrow, _from_only(_from_above(narrow, own), own))
    return narrow.astype(np.int32)


def _from_above(narrow: Codes, reference: Codes) -> Codes:
    """Fill blank codes from the nearest row above with the same reference, never from another document."""
    order = np.argsort(reference, kind="stable")
    starts_group = np.r_[True, reference[order][1:] != reference[order][:-1]] if len(order) else np.array([], bool)
    place = np.arange(len(order))
    source = np.maximum.accumulate(np.where((narrow[order] >= 0) | starts_group, place, 0))
    filled = narrow.copy()
    filled[order] = narrow[order][source]
    return filled


def _from_only(narrow: Codes, reference: Codes) -> Codes:
    """Fill codes that are still blank where all filled ones of the same reference are alike."""
    blank = (narrow < 0) & (reference >= 0)
    if not blank.any():
        return narrow
    filled = (narrow >= 0) & (reference >= 0)
    size = int(reference.max()) + 1
    lowest, highest = np.full(size, np.iinfo(np.int32).max, np.int32), np.full(size, -1, np.int32)
    np.minimum.at(lowest, reference[filled], narrow[filled])
    np.maximum.at(highest, reference[filled], narrow[filled])
    only = np.where(lowest == highest, highest, -1)
    return np.where(blank, only[reference], narrow).astype(np.int32)


def _pairs(first: Codes, second: Codes) -> Codes:
    """Number the different pairs of two columns."""
    if not len(first):
        return second
    pairs, _ = pd.factorize((first.astype(np.int64) + 1) * (int(second.max()) + 2) + second + 1)
    return pairs.astype(np.int32)


def _held(clean: CleanTable, placed: Codes, reference: Codes, claims: Codes, firsts: Positions) -> dict[int, int]:
    """Find the documents that a row which belongs nowhere, and is not done, may be a part of: they must not go yet."""
    rows = clean.rows
    held: dict[int, int] = {}
    astray: dict[int, int] = {}  # references of rows without the code that narrows them -> the first of those rows
    for at in np.flatnonzero((placed < 0) & (reference >= 0) & (claims < 0)).tolist():
        astray.setdefault(int(reference[at]), int(rows[at]))
    if astray:
        for document, own in enumerate(reference[firsts].tolist()):
            if own in astray:
                held[document] = astray[own]
    for at in np.flatnonzero((reference[1:] < 0) & (placed[:-1] >= 0) & _without_header(clean)[1:]).tolist():
        held.setdefault(int(placed[at]), int(rows[at + 1]))
    if clean.table.broken and clean.table.record.reference in clean.columns:
        by_text = _documents_by_text(clean, placed)
        for row, texts in clean.table.broken.items():
            for text in texts:
                for document in (d for part in _parts(text) for d in by_text.get(part, ())):
                    held.setdefault(document, row)
    return held


def _without_header(clean: CleanTable) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows have no header of their own: without a reference, they look like lines of the document above."""
    record = clean.table.record
    bare = np.full(len(clean.rows), record.has_lines)
    for column in record.columns.values():
        of_header = column.required and not column.per_line and column.heading not in record.key
        if of_header and column.heading in clean.columns:
            bare &= clean.columns[column.heading].codes < 0
    return bare


def _parts(text: str) -> set[str]:
    """A text of a broken row, and its parts: a quote that is never closed swallows cells and whole rows."""
    return {text.strip(), *(part.strip(' "') for part in re.split(r"[,;\t|\r\n]", text))}


def _documents_by_text(clean: CleanTable, placed: Codes) -> dict[str, list[int]]:
    cells = clean.columns[clean.table.record.reference]
    by_text: dict[str, set[int]] = {}
    for code, document in set(zip(cells.codes.tolist(), placed.tolist(), strict=True)):
        if code >= 0 and document >= 0:
            by_text.setdefault(cells.texts[code], set()).add(document)
    return {text: sorted(documents) for text, documents in by_text.items()}
