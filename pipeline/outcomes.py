"""How each row ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipeline.problems import Problem
from pipeline.tables import Table


class Status(StrEnum):
    """The end of a document, and so of its rows."""

    CREATED = "created"
    UPDATED = "updated"
    EXISTS = "exists"
    NOTED = "noted"
    INVALID = "invalid"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    PENDING = "pending"
    READY = "ready"

    @property
    def done(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self in DONE

    @property
    def needs_someone(self) -> bool:
        """Whether it stands in the way of exit code 0: neither done nor, in a rehearsal, ready to be."""
        return self not in DONE and self is not Status.READY


DONE = frozenset((Status.CREATED, Status.UPDATED, Status.EXISTS, Status.NOTED))
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
