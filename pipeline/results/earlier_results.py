"""What the results of an earlier attempt at a run say, as far as they still speak of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from pipeline.errors import UnreadableFile
from pipeline.results.issues import ISSUES, read_issues
from pipeline.results.names import all_result_names
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
from pipeline.values.row_results import RowResult
from pipeline.values.tables import RESULT_COLUMNS, Table

ReadTables = Callable[[Path], list[Table]]  # may raise UnreadableFile


class EarlierResults:
    """The results that lie in a run folder, by table and row; none where the run died before it wrote them."""

    def __init__(self, folder: Path, names: Sequence[str], read_tables: ReadTables) -> None:
        self._problems = read_issues(folder) if (folder / ISSUES).exists() else {}
        self._tables: dict[tuple[str, str], Table] = {}
        for name, made in all_result_names(names).items():
            path = folder / made.results
            if path.exists():
                for table in _tables(path, read_tables):
                    self._tables[name, table.sheet] = table

    def of(self, table: Table) -> dict[int, RowResult]:
        """The earlier results of a table.

        Rows that somebody has edited or moved since have none: they are done again, and the ledger knows what was sent.
        """
        before = self._tables.get((table.path.name, table.sheet))
        if before is None:
            return {}
        unchanged = _unchanged_rows(before.frame, table.frame)
        return {row: result for row, result in _by_row(before).items() if row in unchanged}

    def problems_of(self, table: Table) -> list[Problem]:
        """What was told of single cells of a table."""
        return self._problems.get((table.path.name, table.sheet), [])


def _tables(path: Path, read_tables: ReadTables) -> list[Table]:
    try:
        return read_tables(path)
    except UnreadableFile:
        return []  # somebody has changed it: the run is done again, and the ledger knows what was sent


def _unchanged_rows(before: pd.DataFrame, now: pd.DataFrame) -> set[int]:
    rows = before.index.intersection(now.index)
    unchanged = pd.Series(True, index=rows)
    for column in before.columns.union(now.columns).difference([*RESULT_COLUMNS]):
        unchanged &= _texts(before, column, rows) == _texts(now, column, rows)
    return set(rows[unchanged])


def _texts(frame: pd.DataFrame, column: str, rows: pd.Index[int]) -> pd.Series[str]:
    """A column's cells in these rows, blank ones as ""."""
    if column not in frame:
        return pd.Series("", index=rows, dtype="str")
    return frame[column].astype("str").reindex(rows).fillna("")


def _by_row(table: Table) -> dict[int, RowResult]:
    """Read the status columns; a row whose status is no status any more counts as one without."""
    columns = [
        table.frame[name].astype(object).where(table.frame[name].notna(), "").tolist()
        if name in table.frame
        else [""] * len(table.frame)
        for name in RESULT_COLUMNS
    ]
    results = {}
    for row, status, record, line, error, _ in zip(table.frame.index.tolist(), *columns, strict=True):
        if status in set(Status):
            results[row] = RowResult(Status(status), _id(record), _id(line), error)
    return results


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() else None
