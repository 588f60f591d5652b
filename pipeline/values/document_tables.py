"""A table whose rows are grouped into documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.values.clean_tables import CleanTable, Codes
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import RowResult, because_of_problems
from schemas import RECORD_TYPES
from schemas.vocabulary.kinds import Json

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The documents of a table, numbered in order of first appearance.

    `ids` has the document of each row of the frame, -1 for a row without a reference; `order` the rows' positions,
    document by document; those of document g are `order[starts[g]:starts[g + 1]]`.
    """

    ids: Codes
    count: int
    order: Positions
    starts: Positions
    problems: list[Problem]
    held: dict[int, int]  # documents that must wait for a row of another document (or of none) -> that row

    @property
    def firsts(self) -> Positions:
        """The position of each document's first row."""
        return self.order[self.starts[:-1]]


@dataclass(frozen=True, slots=True, eq=False)
class DocumentTable:
    """The documents of a table, and what is wrong with those that cannot be sent."""

    clean: CleanTable
    groups: Groups
    first: Mapping[str, Positions]  # by heading of a header column: the position of its first filled cell, or -1
    addresses: Mapping[int, Mapping[str, Json]]  # by document: the address that its code stands for
    problems: list[Problem]
    held: Mapping[int, RowResult]  # documents that are not sent, with the reason as their good rows tell it
    unaddressed: frozenset[int] = frozenset()  # those of them that lack no more than an address
    parts: tuple[DocumentTable, ...] = ()  # records of their own that the same rows describe
    variants: frozenset[int] = frozenset()  # documents that become records of another type
    supplements: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)  # what other tables say, by reference

    def refused_rows(self) -> Iterator[tuple[int, RowResult]]:
        """Yield the result of every row that does not go on."""
        errors: dict[int, list[Problem]] = {}
        for problem in self.problems:
            if problem.severity is Severity.ERROR and problem.row:
                errors.setdefault(problem.row, []).append(problem)
        for row in self.clean.table.broken:
            own = errors.get(row) or [Problem(row, "", "", "the row could not be read")]
            yield row, because_of_problems(Status.INVALID, own)
        for row, document in zip(self.clean.rows.tolist(), self.groups.ids.tolist(), strict=True):
            if row in errors:
                yield row, because_of_problems(Status.INVALID, errors[row])
            elif document in self.held:
                yield row, self.held[document]

    def waiting(self) -> Iterator[Problem]:
        """Yield, on the first row of each, what blocks documents in which nothing is wrong."""
        for document, result in self.held.items():
            if result.status is Status.BLOCKED:
                yield Problem(int(self.clean.rows[self.groups.firsts[document]]), "", "", result.error)

    @property
    def going(self) -> int:
        """How many documents go on."""
        return self.groups.count - len(self.held)

    def held_keys(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the key of every document that is not sent, with its first row."""
        return (self._key(document) for document in self.held)

    def without_address(self) -> Iterator[tuple[tuple[str, ...], list[int]]]:
        """Yield the key and the rows of every document in which only the address of its code is missing or wrong."""
        for document in self.unaddressed:
            places = self.groups.order[self.groups.starts[document] : self.groups.starts[document + 1]]
            yield self._key(document)[0], self.clean.rows[places].tolist()

    def document_keys(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the key of every document, in order of first appearance, with its first row."""
        return map(self._key, range(self.groups.count))

    def _key(self, document: int) -> tuple[tuple[str, ...], int]:
        key = self.clean.table.record.key
        values = (value_at(self.clean, heading, place_of(self.first, heading, document)) for heading in key)
        return tuple(values), int(self.clean.rows[self.groups.firsts[document]])

    def ledger_name(self, document: int) -> tuple[tuple[str, ...], str]:
        """The key of a document, and what the ledger calls such records."""
        record, key = self.clean.table.record, self._key(document)[0]
        if document in self.variants and record.variant is not None:
            record = RECORD_TYPES[record.variant.record]
        return key[-len(record.key) :], record.ledger_name

    @property
    def document_of(self) -> Codes:
        """The document of each row number, -1 for a row of none."""
        last = max([int(self.clean.rows.max(initial=0)), *self.clean.table.broken])
        numbers = np.full(last + 1, -1, dtype=np.int32)
        numbers[self.clean.rows] = self.groups.ids
        return numbers


def place_of(first: Mapping[str, Positions], heading: str, document: int) -> int:
    return int(first[heading][document]) if heading in first else -1


def value_at(clean: CleanTable, heading: str, at: int) -> str:
    """What stands at a place, the default where there is none; a wrong value as it is written."""
    if at < 0:
        return str(clean.defaults.get(heading, ""))
    cells = clean.columns[heading]
    code = cells.codes[at]
    return cells.texts[code] if cells.values[code] is None else str(cells.values[code])
