"""Cells merged over several rows: the file has their value in the first row only, a person sees it in all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.extract.headings import Layout
from pipeline.values.problems import NamedRows, Problem, Severity, shortened
from pipeline.xlsx.reading.cells import position_of

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


def spread(frame: pd.DataFrame, ranges: Iterable[Merged], layout: Layout) -> list[Problem]:
    """Give each row of a merged cell its value, in place, where a value may hold for several rows.

    Returns:
        A problem for each row of other columns: whether each line has the quantity, or all together, is not said.
    """
    problems: list[Problem] = []
    rows = frame.index.to_numpy(np.int64)
    by_column: dict[str, list[Merged]] = {}
    for merged in ranges:
        if merged.first == merged.last:
            continue
        heading = layout.columns[merged.position] if merged.position < len(layout.columns) else ""
        if heading in frame and heading in layout.record.columns:
            by_column.setdefault(heading, []).append(merged)
    for heading, own in by_column.items():
        codes = frame[heading].cat.codes.to_numpy(np.int32, copy=True)
        for merged in own:
            first, second, end = np.searchsorted(rows, [merged.first, merged.first + 1, merged.last + 1])
            if second == first or codes[first] < 0:
                continue  # without a value
            if not layout.record.columns[heading].per_line:
                codes[second:end] = codes[first]
                continue
            named = NamedRows("is merged with", (merged.first,), ", which alone has the value")
            hint = "unmerge the cells and fill each row"
            cell = layout.cells[merged.position]
            problems += (Problem.naming(row, cell, "", named, hint) for row in rows[second:end].tolist())
        frame[heading] = pd.Categorical.from_codes(codes, categories=frame[heading].cat.categories, validate=False)
    return problems
