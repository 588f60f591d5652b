"""Columns that are in the file and will not be in Clarus: never dropped silently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Table
from schemas import Level
from schemas.vocabulary.headings import nearest


def unsent_columns(table: Table, rows: np.ndarray[tuple[int], np.dtype[np.int64]], policy: str) -> Iterator[Problem]:
    """Report what is in the file and will not be in Clarus: never dropped silently."""
    why = "not sent: Clarus's API has no such attribute"
    for column in table.record.at(Level.UNSENT):
        if column.heading not in table.frame or policy == "ignore":
            continue
        shown, filled = table.headings[column.heading], table.frame[column.heading].notna()
        if policy == "error":
            values = table.frame.loc[filled, column.heading].astype(str)
            hint = "empty the cell, or set unsent_columns to warn"
            yield from (Problem(row, shown, value, why, hint) for row, value in zip(values.index, values, strict=True))
        elif filled.any():
            yield _column_warning(shown, why, int(filled.sum()), column.note)
    for heading, count in table.unknown.items():
        likely = nearest(heading, _headings(table))
        hint = f"did you mean {likely}?" if likely else "remove it, or name what it stands for in [columns]"
        if count and (likely or policy != "ignore"):  # what looks misspelt is told in any case
            yield _column_warning(heading, "not sent: no such column is known", count, hint)


def _headings(table: Table) -> Iterable[str]:
    """The columns that the file does not have yet."""
    return [heading for heading in table.record.columns if heading not in table.headings]


def _column_warning(heading: str, why: str, filled: int, hint: str) -> Problem:
    return Problem(0, heading, "", why, hint, Severity.WARNING, filled)
