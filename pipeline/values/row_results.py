"""How each row of a table ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
from pipeline.values.tables import Table

_NUMBER = {status: number for number, status in enumerate(Status, start=1)}


_STATUS = (None, *Status)


# How the error of a good row begins whose document is held by another row.
HELD_BY = "not sent because of"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What the results file says of one row."""

    status: Status
    clarus_id: int | None = None
    line_id: int | None = None
    error: str = ""

    @property
    def is_held(self) -> bool:
        """Whether nothing is wrong with the row itself: another row of its document holds it."""
        return self.error.startswith(HELD_BY)


class RowResults:
    """The results of a table's rows; a row that was never recorded has none.

    Kept in arrays: a million rows take some 20 MB instead of some 200.
    """

    def __init__(self, rows: Iterable[int]) -> None:
        self._rows = np.fromiter(rows, dtype=np.int64)
        size = int(self._rows.max()) + 1 if self._rows.size else 1
        self._status = np.zeros(size, dtype=np.int8)
        self._ids = np.zeros(size, dtype=np.int64)  # 0: none; Clarus counts from 1
        self._line_ids = np.zeros(size, dtype=np.int64)
        self._errors: dict[int, str] = {}

    def record(self, row: int, result: RowResult) -> None:
        """Set the result of a row, replacing an earlier one."""
        self._status[row] = _NUMBER[result.status]
        self._ids[row] = result.clarus_id or 0
        self._line_ids[row] = result.line_id or 0
        if result.error:
            self._errors[row] = result.error
        else:
            self._errors.pop(row, None)

    def get(self, row: int) -> RowResult | None:
        """The result of a row, or None: a blank row, or one that has not ended yet."""
        if row >= len(self._status):
            return None
        status = _STATUS[self._status[row]]
        if status is None:
            return None
        ids = int(self._ids[row]) or None, int(self._line_ids[row]) or None
        return RowResult(status, *ids, self._errors.get(row, ""))

    def counts(self) -> dict[Status, int]:
        """How many rows ended in each status; every status is a key."""
        numbers = np.bincount(self._status[self._rows], minlength=len(_STATUS))
        return {status: int(numbers[number]) for status, number in _NUMBER.items()}

    def unrecorded(self) -> list[int]:
        """The rows that have no result."""
        return [int(row) for row in self._rows if self._status[row] == 0]

    def unfinished(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The rows that need someone, in the order of the file."""
        need = np.zeros(len(_STATUS), dtype=bool)
        need[[_NUMBER[status] for status in Status if status.needs_someone]] = True
        return self._rows[need[self._status[self._rows]]]

    def with_error(self) -> list[int]:
        """The rows that have an error, in order."""
        return sorted(self._errors)

    def __iter__(self) -> Iterator[tuple[int, RowResult]]:
        for row in self._rows.tolist():
            if (result := self.get(row)) is not None:
                yield row, result

    def __len__(self) -> int:
        return len(self._rows)


@dataclass(frozen=True, slots=True, eq=False)
class TableReport:
    """Everything that is to be told about one table."""

    table: Table
    results: RowResults
    problems: list[Problem]
    document_of: np.ndarray[tuple[int], np.dtype[np.int32]]  # by row number; -1: the row belongs to no document


def any_of(reports: Sequence[TableReport], statuses: Collection[Status]) -> bool:
    """Whether any row ended in one of these statuses."""
    counts = count_statuses(reports)
    return any(counts[status] for status in statuses)


def count_statuses(reports: Sequence[TableReport]) -> dict[Status, int]:
    """How many rows of all tables ended in each status; every status is a key."""
    counts = dict.fromkeys(Status, 0)
    for report in reports:
        for status, rows in report.results.counts().items():
            counts[status] += rows
    return counts


def not_sent_because_of(rows: list[int], noun: str) -> str:
    """Tell the good rows of a document why they were not sent."""
    several = f"rows {', '.join(map(str, rows[:5]))}{' …' if len(rows) > 5 else ''}"
    where = f"row {rows[0]}" if len(rows) == 1 else several
    return f"{HELD_BY} {where}: the {noun} goes whole or not at all"


def held_because_of(rows: list[int], noun: str) -> RowResult:
    return RowResult(Status.INVALID, error=not_sent_because_of(rows, noun))
