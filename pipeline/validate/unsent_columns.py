"""Columns that Clarus's templates have and its API does not: never dropped silently."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Table
from schemas import Column, Level
from schemas.vocabulary.headings import fold_word

_NAMED = 3  # columns that a sentence names


def unsent_columns(table: Table, policy: str, dropped: Collection[str] = ()) -> Iterator[Problem]:
    """Report what is in the file and will not be in Clarus: a warning for each column, or an error for each cell.

    What makes a document another one without it holds the whole file, unless the configuration has its key among those
    that are `dropped`; and so do words that say that the row belongs elsewhere.
    """
    yield from _held_columns(table, dropped)
    yield from _rows_of_others(table)
    if policy == "ignore":
        return
    why = "not sent: Clarus's API has no such attribute"
    for column in table.record.at(Level.UNSENT):
        if column.heading not in table.frame or _holds(column, dropped):
            continue
        shown, filled = table.headings[column.heading], table.frame[column.heading].notna()
        if policy == "error":
            values = table.frame.loc[filled, column.heading].astype(str)
            hint = "empty the cell, or set unsent_columns to warn"
            yield from (Problem(row, shown, value, why, hint) for row, value in zip(values.index, values, strict=True))
        elif filled.any():
            yield Problem(0, shown, "", why, column.note, Severity.WARNING, int(filled.sum()))


def _holds(column: Column, dropped: Collection[str]) -> bool:
    return column.unless_dropped not in ("", *dropped)


def _held_columns(table: Table, dropped: Collection[str]) -> Iterator[Problem]:
    """Hold the file whose documents have lines, where Clarus's API makes such records without."""
    filled: dict[str, list[str]] = {}
    for column in table.record.at(Level.UNSENT):
        if _holds(column, dropped) and column.heading in table.frame and table.frame[column.heading].notna().any():
            filled.setdefault(column.unless_dropped, []).append(table.headings[column.heading])
    for key, shown in filled.items():
        more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
        named, noun = ", ".join(shown[:_NAMED]) + more, table.record.noun
        message = f"Clarus's API makes a {noun} without lines ({named}): no row of the file is sent"
        hint = f'import the file in Clarus, or set {key} = "drop" to send the headers alone'
        yield Problem(0, shown[0], "", message, hint)


def _rows_of_others(table: Table) -> Iterator[Problem]:
    """Hold the file with rows that say that they are records of another type."""
    for column in table.record.at(Level.UNSENT):
        if not column.elsewhere or column.heading not in table.frame:
            continue
        cells = table.frame[column.heading].dropna().astype(str)
        for word, record in column.elsewhere.items():
            rows = cells.index[cells.map(fold_word) == word].tolist()
            if rows:
                where = f"row {rows[0]}" if len(rows) == 1 else f"row {rows[0]} and {len(rows) - 1} more"
                verb = "is" if len(rows) == 1 else "are"
                message = f"{where} {verb} {word}, not {table.record.name}: no row of the file is sent"
                hint = f"put such rows into a file of {record}: clarus-batch template {record}"
                yield Problem(0, table.headings[column.heading], word, message, hint)
