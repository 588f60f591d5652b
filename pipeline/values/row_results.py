"""How each row of a table ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from pipeline.values.outcomes import Status
from pipeline.values.problems import NamedRows, Problem
from pipeline.values.row_keys import TableKey, table_key, written_key
from pipeline.values.tables import Table

_NUMBER = {status: number for number, status in enumerate(Status, start=1)}


_STATUS = (None, *Status)


Words = Sequence[str | NamedRows]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What the results file says of one row."""

    status: Status
    clarus_id: int | None = None
    line_id: int | None = None
    error: str = ""
    words: Words = field(default=(), compare=False)  # of which the error is made, where it names rows of its table
    held_by: tuple[int, ...] = field(default=(), compare=False)  # nothing is wrong with the row itself, but with these

    def error_at(self, places: Mapping[int, int]) -> str:
        """The error in a file where rows have moved: `places` has their numbers there."""
        return joined(self.words, places) if self.words else self.error


def joined(words: Words, places: Mapping[int, int] | None = None) -> str:
    """One error of several sentences."""
    texts = (each if isinstance(each, str) else each.text(places) for each in words)
    return "; ".join(filter(None, texts))


def because_of_problems(status: Status, problems: Iterable[Problem]) -> RowResult:
    """The result of a row with problems of its own."""
    words = words_of(problems)
    return RowResult(status, error=joined(words), words=words)


def words_of(problems: Iterable[Problem]) -> Words:
    """The sentences of problems; those that name rows keep them as facts."""
    return tuple(_sentence(problem) for problem in problems)


def _sentence(problem: Problem) -> str | NamedRows:
    if problem.named is None:
        return problem.sentence
    where = f"{problem.column}: " if problem.column else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return NamedRows(f"{where}{problem.named.before}", problem.named.rows, f"{problem.named.after}{hint}")


def held_because_of(rows: Sequence[int], noun: str, status: Status = Status.INVALID) -> RowResult:
    """The result of a good row whose document is held by other rows."""
    words = (NamedRows("not sent because of", tuple(rows), f": the {noun} goes whole or not at all"),)
    return RowResult(status, error=joined(words), words=words, held_by=tuple(rows))


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
        self._named: dict[int, tuple[Words, tuple[int, ...]]] = {}  # words and held_by, of errors that have any

    def record(self, row: int, result: RowResult) -> None:
        """Set the result of a row, replacing an earlier one."""
        self._status[row] = _NUMBER[result.status]
        self._ids[row] = result.clarus_id or 0
        self._line_ids[row] = result.line_id or 0
        self._errors.pop(row, None)
        self._named.pop(row, None)
        if result.error:
            self._errors[row] = result.error
        if result.words:
            self._named[row] = result.words, result.held_by

    def get(self, row: int) -> RowResult | None:
        """The result of a row, or None: a blank row, or one that has not ended yet."""
        if row >= len(self._status):
            return None
        status = _STATUS[self._status[row]]
        if status is None:
            return None
        ids = int(self._ids[row]) or None, int(self._line_ids[row]) or None
        return RowResult(status, *ids, self._errors.get(row, ""), *self._named.get(row, ()))

    def counts(self) -> dict[Status, int]:
        """How many rows ended in each status; every status is a key."""
        numbers = np.bincount(self._status[self._rows], minlength=len(_STATUS))
        return {status: int(numbers[number]) for status, number in _NUMBER.items()}

    @property
    def last(self) -> int:
        """The number of the last row."""
        return len(self._status) - 1

    def unrecorded(self) -> list[int]:
        """The rows that have no result."""
        return [int(row) for row in self._rows if self._status[row] == 0]

    def among(self, statuses: Collection[Status]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The rows in one of these statuses, in the order of the file."""
        wanted = np.zeros(len(_STATUS), dtype=bool)
        wanted[[_NUMBER[status] for status in statuses]] = True
        return self._rows[wanted[self._status[self._rows]]]

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
    run: str = ""  # in whose folder the input lies; "": rows get no key
    closed: frozenset[int] = frozenset()  # rows that came back in a later run, and are settled there
    faulty: frozenset[int] = frozenset()  # rows of records with which an audit found something wrong
    document_keys: Callable[[], Iterable[tuple[str, ...]]] = tuple  # by the numbers of `document_of`
    is_unread: bool = False  # the run was stopped before it had looked at the rows

    @property
    def key(self) -> TableKey:
        """What names the table in the keys of its rows."""
        return table_key(self.run, self.table.path.name, self.table.sheet)

    def row_keys(self) -> Callable[[int], str]:
        """Give the key of a row, by which it is known again when the results are dropped in."""
        if not self.run:
            return lambda row: ""
        return partial(written_key, self.key)


def any_of(reports: Sequence[TableReport], statuses: Collection[Status]) -> bool:
    """Whether any row ended in one of these statuses, and has not come back since."""
    return any(not report.closed.issuperset(report.results.among(statuses).tolist()) for report in reports)


def count_statuses(reports: Sequence[TableReport]) -> dict[Status, int]:
    """How many rows of all tables ended in each status; every status is a key."""
    counts = dict.fromkeys(Status, 0)
    for report in reports:
        for status, rows in report.results.counts().items():
            counts[status] += rows
    return counts
