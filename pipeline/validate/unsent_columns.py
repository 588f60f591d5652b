"""Columns that Clarus's templates have and its API does not: never dropped silently."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Table
from schemas import Level


def unsent_columns(table: Table, policy: str) -> Iterator[Problem]:
    """Report what is in the file and will not be in Clarus: a warning for each column, or an error for each cell."""
    if policy == "ignore":
        return
    why = "not sent: Clarus's API has no such attribute"
    for column in table.record.at(Level.UNSENT):
        if column.heading not in table.frame:
            continue
        shown, filled = table.headings[column.heading], table.frame[column.heading].notna()
        if policy == "error":
            values = table.frame.loc[filled, column.heading].astype(str)
            hint = "empty the cell, or set unsent_columns to warn"
            yield from (Problem(row, shown, value, why, hint) for row, value in zip(values.index, values, strict=True))
        elif filled.any():
            yield Problem(0, shown, "", why, column.note, Severity.WARNING, int(filled.sum()))
