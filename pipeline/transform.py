"""Make documents of the rows of a clean table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.assembly import assemble
from pipeline.cells import CleanTable, Codes
from pipeline.documents import Document
from pipeline.grouping import Groups, Positions, first_filled, group, other_filled
from pipeline.outcomes import RowResult, Status
from pipeline.problems import Problem, Severity
from schemas import Column, Level
from schemas.kinds import Json


class AddressBook(Protocol):
    """Where documents find an address by its code."""

    def find(self, account: str, code: str) -> Mapping[str, Json] | str | None:
        """Return the attributes of an address; what is wrong with its own row, as text; None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """The documents of a table, and what is wrong with those that cannot be sent."""

    clean: CleanTable
    groups: Groups
    first: Mapping[str, Positions]  # by heading of a header column: the position of its first filled cell, or -1
    addresses: Mapping[int, Mapping[str, Json]]  # by document: the address that its code stands for
    problems: list[Problem]
    held: Mapping[int, RowResult]  # documents that are not sent, with the reason as their good rows tell it

    def documents(self) -> Iterator[Document]:
        """Yield the documents that can go on, in order of first appearance."""
        return assemble(self.clean, self.groups, self.first, self.addresses, self.held)

    def refused_rows(self) -> Iterator[tuple[int, RowResult]]:
        """Yield the result of every row that does not go on."""
        errors: dict[int, list[str]] = {}
        for problem in self.problems:
            if problem.severity is Severity.ERROR and problem.row:
                errors.setdefault(problem.row, []).append(problem.sentence)
        for row in self.clean.table.broken:
            yield row, RowResult(Status.INVALID, error="; ".join(errors.get(row, ["the row could not be read"])))
        for row, document in zip(self.clean.rows.tolist(), self.groups.ids.tolist(), strict=True):
            if row in errors:
                yield row, RowResult(Status.INVALID, error="; ".join(errors[row]))
            elif document in self.held:
                yield row, self.held[document]

    @property
    def going(self) -> int:
        """How many documents go on."""
        return self.groups.count - len(self.held)

    def held_keys(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the key of every document that is not sent, with its first row."""
        for document in self.held:
            at = int(self.groups.order[self.groups.starts[document]])
            places = ((heading, self.first.get(heading)) for heading in self.clean.table.record.key)
            filled = ((heading, -1 if first is None else int(first[document])) for heading, first in places)
            yield tuple(_value(self.clean, heading, place) for heading, place in filled), int(self.clean.rows[at])

    @property
    def document_of(self) -> Codes:
        """The document of each row number, -1 for a row of none."""
        last = max([int(self.clean.rows.max(initial=0)), *self.clean.table.broken])
        numbers = np.full(last + 1, -1, dtype=np.int32)
        numbers[self.clean.rows] = self.groups.ids
        return numbers


def transform(clean: CleanTable, book: AddressBook | None = None) -> Transformed:
    """Group rows under their headers: fill header cells down, find what is missing and what contradicts itself."""
    groups = group(clean)
    problems = [*clean.problems, *groups.problems]
    first: dict[str, Positions] = {}
    for column in clean.table.record.columns.values():
        if column.per_line or column.level is Level.UNSENT:
            problems += _blank_cells(clean, column)
            continue
        if column.heading in clean.columns:
            codes = clean.columns[column.heading].merged()
            first[column.heading] = first_filled(codes, groups)
            if column.heading not in clean.table.record.key:
                problems += _contradictions(clean, column, codes, first[column.heading], groups)
        problems += _blank_headers(clean, column, first.get(column.heading), groups)
        if column.within:
            problems += _without_outer(clean, column, first, groups)
    held = _held(clean, groups, problems)
    addresses = _from_book(clean, groups, first, book, problems, held)
    return Transformed(clean, groups, first, addresses, sorted(problems, key=lambda p: p.row), held)


def _blank_cells(clean: CleanTable, column: Column) -> Iterator[Problem]:
    """Find rows without a value that every row must have."""
    if not column.required or column.heading in clean.defaults:
        return
    cells = clean.columns.get(column.heading)
    blank = clean.rows if cells is None else clean.rows[cells.codes < 0]
    yield from _blank(clean, column, blank, "fill it: every row needs one")


def _blank_headers(clean: CleanTable, column: Column, first: Positions | None, groups: Groups) -> Iterator[Problem]:
    """Find documents without a value that every document must have."""
    if not column.required or column.heading in clean.defaults or column.heading in clean.table.record.key:
        return
    missing = np.arange(groups.count) if first is None else np.flatnonzero(first < 0)
    rows = clean.rows[groups.order[groups.starts[missing]]]
    yield from _blank(clean, column, rows, f"fill it on the first row of the {clean.table.record.noun}")


def _blank(clean: CleanTable, column: Column, rows: Positions, hint: str) -> Iterator[Problem]:
    shown = clean.table.headings.get(column.heading, column.heading)
    for row in rows.tolist():
        yield Problem(row, shown, "", "is blank", hint)


def _contradictions(
    clean: CleanTable, column: Column, codes: Codes, first: Positions, groups: Groups
) -> Iterator[Problem]:
    """Find header cells that differ from the one the document already has."""
    cells, shown = clean.columns[column.heading], clean.table.headings[column.heading]
    for at in other_filled(codes, first, groups).tolist():
        before = int(first[groups.ids[at]])
        value, expected = cells.texts[cells.codes[at]], cells.texts[cells.codes[before]]
        message = f"{value} contradicts {expected} in row {clean.rows[before]} of the same {clean.table.record.noun}"
        yield Problem(int(clean.rows[at]), shown, value, message, "make them equal, or leave the later one blank")


def _without_outer(
    clean: CleanTable, column: Column, first: Mapping[str, Positions], groups: Groups
) -> Iterator[Problem]:
    """Find codes that mean something only within another code, which is blank."""
    if column.heading not in first or column.within in clean.defaults:
        return
    outer = first.get(column.within, np.full(groups.count, -1))
    cells, shown = clean.columns[column.heading], clean.table.headings[column.heading]
    for at in first[column.heading][(first[column.heading] >= 0) & (outer < 0)].tolist():
        value = cells.texts[cells.codes[at]]
        yield Problem(int(clean.rows[at]), shown, value, f"{value} needs a {column.within}", f"fill {column.within}")


def _held(clean: CleanTable, groups: Groups, problems: list[Problem]) -> dict[int, RowResult]:
    """Hold every document with a wrong row: it is posted whole or not at all."""
    wrong = {p.row for p in problems if p.severity is Severity.ERROR}
    is_wrong = np.isin(clean.rows, np.fromiter(wrong, dtype=np.int64, count=len(wrong)))
    causes: dict[int, list[int]] = {document: [row] for document, row in groups.held.items()}
    at_fault = np.flatnonzero(is_wrong & (groups.ids >= 0))
    for row, document in zip(clean.rows[at_fault].tolist(), groups.ids[at_fault].tolist(), strict=True):
        causes.setdefault(document, []).append(row)
    return {document: _because_of(rows, clean.table.record.noun) for document, rows in causes.items()}


def not_sent_because_of(rows: list[int], noun: str) -> str:
    """Tell the good rows of a document why they were not sent."""
    several = f"rows {', '.join(map(str, rows[:5]))}{' …' if len(rows) > 5 else ''}"
    where = f"row {rows[0]}" if len(rows) == 1 else several
    return f"not sent because of {where}: the {noun} goes whole or not at all"


def _because_of(rows: list[int], noun: str) -> RowResult:
    return RowResult(Status.INVALID, error=not_sent_because_of(rows, noun))


def _from_book(
    clean: CleanTable,
    groups: Groups,
    first: Mapping[str, Positions],
    book: AddressBook | None,
    problems: list[Problem],
    held: dict[int, RowResult],
) -> dict[int, Mapping[str, Json]]:
    """Look up the address codes; adds to `problems` and `held` what cannot be found."""
    found: dict[int, Mapping[str, Json]] = {}
    column = next((c for c in clean.table.record.columns.values() if c.book and c.heading in first), None)
    if column is None:
        return found
    cells, shown = clean.columns[column.heading], clean.table.headings[column.heading]
    narrow = clean.table.record.key[0]
    for document in np.flatnonzero(first[column.heading] >= 0).tolist():
        at = int(first[column.heading][document])
        account = _value(clean, narrow, int(first[narrow][document]) if narrow in first else -1)
        code = str(cells.values[cells.codes[at]])
        match book.find(account, code) if book else None:
            case None:
                hint = "add it to an addresses file of this run, or name its file in address_book"
                problem = Problem(int(clean.rows[at]), shown, code, f"address {code} is in no addresses file", hint)
                problems.append(problem)
                held.setdefault(document, _because_of([problem.row], clean.table.record.noun))
            case str(culprit):
                held.setdefault(document, RowResult(Status.BLOCKED, error=f"its address {code} is wrong: {culprit}"))
            case attributes:
                found[document] = attributes
    return found


def _value(clean: CleanTable, heading: str, at: int) -> str:
    if at < 0:
        return str(clean.defaults.get(heading, ""))
    cells = clean.columns[heading]
    return str(cells.values[cells.codes[at]])
