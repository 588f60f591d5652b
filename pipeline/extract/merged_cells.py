"""Cells merged over several rows: the file has their value in the first row only, a person sees it in all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.extract.headings import Layout
from pipeline.values.problems import NamedRows, Problem
from pipeline.xlsx.reading.cells import position_of

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+):\$?[A-Z]{1,3}\$?(\d+)")


@dataclass(frozen=True, slots=True)
class Merged:
    """A column's cells that are one on the screen; `first` is the row that has the value."""

    position: int
    first: int
    last: int


def merged_downwards(references: Iterable[str], heading_row: int) -> Iterator[Merged]:
    """Find which of a sheet's merged ranges (`A2:A4`) reach over several rows below the headings."""
    for reference in references:
        if match := _RANGE.fullmatch(reference):
            first, last = int(match[2]), int(match[3])
            if heading_row < first < last:
                yield Merged(position_of(match[1]), first, last)


def spread(frame: pd.DataFrame, ranges: Iterable[Merged], layout: Layout) -> list[Problem]:
    """Give each row of a merged cell its value, in place, where a value may hold for several rows.

    Returns:
        A problem for each row of other columns: whether each line has the quantity, or all together, is not said.
    """
    problems: list[Problem] = []
    rows = frame.index.to_numpy(np.int64)
    by_column: dict[str, list[Merged]] = {}
    for merged in ranges:
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
