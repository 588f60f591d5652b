"""Cells merged over several rows: the file has their value in the first row only, a person sees it in all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.config.source_blocks import Source
from pipeline.extract.headings import Layout
from pipeline.extract.sources.columns import Coded, as_read
from pipeline.extract.sources.headings import place_of
from pipeline.values.problems import NamedRows, Problem, Severity, shortened
from pipeline.values.tables import RESULT_COLUMNS
from pipeline.xlsx.reading.cells import position_of
from schemas import Column

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)")


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are one on the screen; the first column of the row `first` has the value."""

    position: int
    first: int
    last: int
    last_position: int


def merged_below(references: Iterable[str], heading_row: int) -> list[Merged]:
    """Read a sheet's merged ranges (`A2:A4`) below the headings."""
    matches = filter(None, map(_RANGE.fullmatch, references))
    ranges = [Merged(position_of(m[1]), int(m[2]), int(m[4]), position_of(m[3])) for m in matches]
    return [merged for merged in ranges if merged.first > heading_row]


def hide(frame: pd.DataFrame, ranges: Sequence[Merged], layout: Layout) -> list[Problem]:
    """Clear, in place, the cells that lie under a merged one: nobody sees what they hold.

    Returns:
        A warning for each column in which any was filled.
    """
    rows = frame.index.to_numpy(np.int64)
    by_column: dict[int, list[Merged]] = {}
    for merged in ranges:
        for position in range(merged.position, min(merged.last_position + 1, len(layout.columns))):
            by_column.setdefault(position, []).append(merged)
    problems = []
    for position, own in sorted(by_column.items()):
        heading = layout.columns[position]
        if heading not in frame:
            continue
        hidden = np.zeros(len(rows), dtype=bool)
        for merged in own:
            top = merged.first + (position == merged.position)
            start, end = np.searchsorted(rows, [top, merged.last + 1])
            hidden[start:end] = True
        hidden &= frame[heading].notna().to_numpy()
        if hidden.any():
            problems.append(_hidden(rows[hidden], str(frame[heading].to_numpy()[hidden][0]), layout.cells[position]))
            frame.loc[hidden, heading] = None
    return problems


def _hidden(rows: np.ndarray[tuple[int], np.dtype[np.int64]], value: str, cell: str) -> Problem:
    first, more = int(rows[0]), len(rows) - 1
    others = f", and {more} more in this column" if more else ""
    message = f"{shortened(value)} is hidden under merged cells and is not read{others}"
    return Problem(first, cell, value, message, "unmerge the cells to see what they hold", Severity.WARNING, loud=True)


def spread(
    frame: pd.DataFrame, ranges: Iterable[Merged], layout: Layout, source: Source | None = None
) -> list[Problem]:
    """Give each row of a merged cell its value, in place, where a value may hold for several rows.

    Returns:
        A problem for each row of other columns: whether each line has the quantity, or all together, is not said.
    """
    problems: list[Problem] = []
    rows = frame.index.to_numpy(np.int64)
    by_position: dict[int, list[Merged]] = {}
    for merged in ranges:
        if merged.first == merged.last or merged.position >= len(layout.columns):
            continue
        heading = layout.columns[merged.position]
        if heading in frame and heading not in RESULT_COLUMNS:
            by_position.setdefault(merged.position, []).append(merged)
    for position, own in by_position.items():
        heading, cell = layout.columns[position], layout.cells[position]
        is_per_line = any(column.per_line for column in _columns_of(position, layout, source))
        column = as_read(frame[heading].array)
        codes = column.codes.copy()
        for merged in own:
            first, second, end = np.searchsorted(rows, [merged.first, merged.first + 1, merged.last + 1])
            if second == first or codes[first] < 0:
                continue  # without a value
            if not is_per_line:
                codes[second:end] = codes[first]
                continue
            named = NamedRows("is merged with", (merged.first,), ", which alone has the value")
            hint = "unmerge the cells and fill each row"
            problems += (Problem.naming(row, cell, "", named, hint) for row in rows[second:end].tolist())
        frame[heading] = Coded(codes, column.texts).categorical()
    return problems


def _columns_of(position: int, layout: Layout, source: Source | None) -> list[Column]:
    """The columns of ours that are made of a column of the file; none, where only rules for rows look at it."""
    columns = layout.record.columns
    if source is None or not source.columns:
        heading = layout.columns[position]
        return [columns[heading]] if heading in columns else []
    rules = source.columns.items()
    return [columns[h] for h, rule in rules if position in {place_of(name, layout.cells) for name in rule.headings}]
