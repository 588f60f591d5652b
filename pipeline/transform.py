"""Make documents of the rows of a clean table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from pipeline.assembly import assemble
from pipeline.cells import CleanTable, Codes
from pipeline.documents import Document
from pipeline.grouping import Groups, Positions, blank_cells, first_filled, group, other_filled
from pipeline.outcomes import HELD_BY, RowResult, Status
from pipeline.parts import part_tables, parts_half_said
from pipeline.problems import Problem, Severity, shortened
from schemas import Column, Level
from schemas.kinds import Json


class AddressBook(Protocol):
    """Where documents find an address by its code."""

    def elsewhere(self, code: str) -> str:
        """Where the code stands for an address that a document of another account, or none, may take; "" nowhere."""

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
    unaddressed: frozenset[int] = frozenset()  # those of them that lack no more than an address
    parts: tuple[Transformed, ...] = ()  # records of their own that the same rows describe
    supplements: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)  # what other tables say, by reference

    def documents(self) -> Iterator[Document]:
        """Yield the documents that can go on, in order of first appearance."""
        return assemble(self.clean, self.groups, self.first, self.addresses, self.held, self.supplements)

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
        values = (_value(self.clean, heading, _place(self.first, heading, document)) for heading in key)
        return tuple(values), int(self.clean.rows[self.groups.firsts[document]])

    @property
    def document_of(self) -> Codes:
        """The document of each row number, -1 for a row of none."""
        last = max([int(self.clean.rows.max(initial=0)), *self.clean.table.broken])
        numbers = np.full(last + 1, -1, dtype=np.int32)
        numbers[self.clean.rows] = self.groups.ids
        return numbers


def transform(clean: CleanTable, book: AddressBook | None = None) -> Transformed:
    """Group rows under their headers: fill header cells down, find what is missing and what contradicts itself."""
    parts = tuple(transform(table) for table in part_tables(clean))
    groups = group(clean)
    problems = [
        *clean.problems,
        *groups.problems,
        *parts_half_said(clean),
        *(p for part in parts for p in part.problems),
    ]
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
    wrong_themselves = frozenset(held)
    addresses = _from_book(clean, groups, first, book, problems, held)
    return Transformed(
        clean=clean,
        groups=groups,
        first=first,
        addresses=addresses,
        problems=_as_they_are_read(problems, clean),
        held=held,
        unaddressed=frozenset(held.keys() - wrong_themselves),
        parts=parts,
    )


def _as_they_are_read(problems: list[Problem], clean: CleanTable) -> list[Problem]:
    """Row by row, and in a row from the left to the right."""
    places = {heading: place for place, heading in enumerate(clean.table.headings.values())}
    return sorted(problems, key=lambda p: (p.row, places.get(p.column, -1)))


def _blank_cells(clean: CleanTable, column: Column) -> Iterator[Problem]:
    """Find rows without a value that every row must have."""
    if not column.required or column.heading in clean.defaults:
        return
    cells = clean.columns.get(column.heading)
    blank = clean.rows if cells is None else clean.rows[cells.codes < 0]
    yield from blank_cells(clean, column.heading, blank, "fill it: every row needs one")


def _blank_headers(clean: CleanTable, column: Column, first: Positions | None, groups: Groups) -> Iterator[Problem]:
    """Find documents without a value that every document must have."""
    if not column.required or column.heading in clean.defaults or column.heading in clean.table.record.key:
        return
    missing = np.arange(groups.count) if first is None else np.flatnonzero(first < 0)
    hint = f"fill it on the first row of the {clean.table.record.noun}"
    yield from blank_cells(clean, column.heading, clean.rows[groups.firsts[missing]], hint)


def _contradictions(
    clean: CleanTable, column: Column, codes: Codes, first: Positions, groups: Groups
) -> Iterator[Problem]:
    """Find header cells that differ from the one the document already has."""
    cells, shown = clean.columns[column.heading], clean.table.headings[column.heading]
    for at in other_filled(codes, first, groups).tolist():
        references = clean.columns[clean.table.record.reference]
        if references.values[references.codes[at]] is None:
            continue  # a reference that Excel has shortened may stand for many documents
        before = int(first[groups.ids[at]])
        value, expected = cells.texts[cells.codes[at]], cells.texts[cells.codes[before]]
        told, noun = f"{shortened(value)} contradicts {shortened(expected)}", clean.table.record.noun
        message = f"{told} in row {clean.rows[before]} of the same {noun}"
        yield Problem(int(clean.rows[at]), shown, value, message, "make them equal, or leave the later one blank")


def _without_outer(
    clean: CleanTable, column: Column, first: Mapping[str, Positions], groups: Groups
) -> Iterator[Problem]:
    """Find codes that mean something only within another code, which is blank."""
    missing = first.get(column.within, np.full(groups.count, -1)) < 0
    if column.within in clean.defaults or (column.heading not in first and column.heading not in clean.defaults):
        return
    shown, needed = (clean.table.headings.get(heading, heading) for heading in (column.heading, column.within))
    for document in np.flatnonzero(missing).tolist():
        place = _place(first, column.heading, document)
        if value := _value(clean, column.heading, place):
            row = int(clean.rows[groups.firsts[document] if place < 0 else place])
            yield Problem(row, shown, value, f"{value} needs a {needed}", f"fill {needed}")


def _held(clean: CleanTable, groups: Groups, problems: list[Problem]) -> dict[int, RowResult]:
    """Hold every document with a wrong row: it is posted whole or not at all."""
    wrong = {p.row for p in problems if p.severity is Severity.ERROR}
    is_wrong = np.isin(clean.rows, np.fromiter(wrong, dtype=np.int64, count=len(wrong)))
    causes: dict[int, list[int]] = {document: [row] for document, row in groups.held.items()}
    at_fault = np.flatnonzero(is_wrong & (groups.ids >= 0))
    for row, document in zip(clean.rows[at_fault].tolist(), groups.ids[at_fault].tolist(), strict=True):
        causes.setdefault(document, []).append(row)
    return {document: _because_of(sorted(rows), clean.table.record.noun) for document, rows in causes.items()}


def not_sent_because_of(rows: list[int], noun: str) -> str:
    """Tell the good rows of a document why they were not sent."""
    several = f"rows {', '.join(map(str, rows[:5]))}{' …' if len(rows) > 5 else ''}"
    where = f"row {rows[0]}" if len(rows) == 1 else several
    return f"{HELD_BY} {where}: the {noun} goes whole or not at all"


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
    record = clean.table.record
    column = next((c for c in record.columns.values() if c.book), None)
    if column is None or (column.heading not in first and column.heading not in clean.defaults):
        return found
    cells, shown = clean.columns.get(column.heading), clean.table.headings.get(column.heading, column.heading)
    for document, at in enumerate(groups.firsts.tolist()):
        place = _place(first, column.heading, document)
        code = _value(clean, column.heading, place)
        wrong = cells is not None and place >= 0 and cells.values[cells.codes[place]] is None
        if wrong or not code:
            continue
        account = _value(clean, record.key[0], _place(first, record.key[0], document))
        match book.find(account, code) if book else None:
            case None:
                row = int(clean.rows[at if place < 0 else place])
                if book and (elsewhere := book.elsewhere(code)):
                    message, hint = f"address {code} is not for this: {elsewhere}", "correct it, here or there"
                else:
                    message = f"address {code} is in no addresses file"
                    hint = "add it to an addresses file of this run, or name its file in address_book"
                problems.append(Problem(row, shown, code, message, hint))
                held.setdefault(document, _because_of([row], record.noun))
            case str(culprit):
                held.setdefault(document, RowResult(Status.BLOCKED, error=f"its address {code} is wrong: {culprit}"))
            case attributes:
                found[document] = attributes
    return found


def _place(first: Mapping[str, Positions], heading: str, document: int) -> int:
    return int(first[heading][document]) if heading in first else -1


def _value(clean: CleanTable, heading: str, at: int) -> str:
    """What stands at a place, the default where there is none; a wrong value as it is written."""
    if at < 0:
        return str(clean.defaults.get(heading, ""))
    cells = clean.columns[heading]
    code = cells.codes[at]
    return cells.texts[code] if cells.values[code] is None else str(cells.values[code])
