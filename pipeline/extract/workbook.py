"""Workbooks (.xlsx) read into a table for each sheet that holds data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, takewhile
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pyarrow as pa

from pipeline.config.source_blocks import Source
from pipeline.errors import UnreadableFile
from pipeline.extract.blanks import column_letters
from pipeline.extract.columns import Columns
from pipeline.extract.headings import (
    WIDEST,
    Layout,
    find_headings,
    last_heading_row,
    nothing_recognised,
    titles_skipped,
)
from pipeline.extract.merged_cells import hide, merged_below, spread
from pipeline.extract.options import Options
from pipeline.extract.record_type import misfit, not_ignored
from pipeline.extract.shown_cells import comma_places, take_shown, text_places, unclear
from pipeline.values.problem_sheets import is_problem_sheet
from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Table
from pipeline.xlsx.reading.cells import Context, Row, read_rows
from pipeline.xlsx.reading.open import open_workbook
from pipeline.xlsx.reading.parts import Sheet, check_others, damage_reported, read_parts

_BLOCK = 8192  # rows
_CHANCE = 2  # known headings that a sheet of notes may hold by chance


def read_workbook(path: Path, options: Options) -> list[Table]:
    """Read a workbook as `extract` promises."""
    with damage_reported(), open_workbook(path) as package:
        parts = read_parts(package)
        previews = [_preview(package, sheet, parts.context, options.for_sheet(sheet.name)) for sheet in parts.sheets]
        _must_have_sheets(options, [sheet.name for sheet in parts.sheets])
        data = _choose(previews, options)
        read = {
            preview.sheet.part: _read(path, package, preview, parts.context, options.for_sheet(preview.sheet.name))
            for preview in data
        }
        tables = _proven(data, read)
        check_others(package, set(read))
    # What was skipped concerns the file: the first table speaks for it.
    taken = {table.sheet for table in tables}
    left = (preview for preview in previews if preview.sheet.name not in taken and preview.is_of_use)
    skipped = tuple(_skipped(preview, read.get(preview.sheet.part)) for preview in left)
    return [replace(tables[0], problems=(*skipped, *tables[0].problems)), *tables[1:]]


def table_rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Read the filled rows of a table's sheet again: their numbers, and their texts as the table has them."""
    ours = {heading: name for name, heading in table.headings.items()}
    rows = _rows_of_sheet(table.path, table.sheet)
    heading = next((row for row in rows if row.number == table.heading_row), Row(table.heading_row, False, {0: ""}))
    cells = [cell.strip() for cell in _in_line(heading, WIDEST)]
    columns = [ours.get(cell, "") for cell in cells]
    texts = text_places(table.record, cells, columns, table.source)
    commas = comma_places(table.record, cells, columns, table.source)
    for row in _rows_of_sheet(table.path, table.sheet, commas):
        if row.number >= table.heading_row:
            take_shown(row, texts)
        yield row.number, _in_line(row, max(row.cells) + 1)


def _rows_of_sheet(path: Path, sheet: str, commas: frozenset[int] = frozenset()) -> Iterator[Row]:
    with damage_reported(), open_workbook(path) as package:
        parts = read_parts(package)
        part = next(each.part for each in parts.sheets if each.name == sheet)
        with package.open(part) as file:
            yield from read_rows(file, parts.context, commas_at=commas)


@dataclass(frozen=True, slots=True)
class _Preview:
    """The first rows of a sheet."""

    sheet: Sheet
    rows: dict[int, list[str]]  # by number
    headings: tuple[int, Layout] | None

    @property
    def is_of_use(self) -> bool:
        """Whether it holds anything that we have not written there for people to read."""
        return bool(self.rows) and not is_problem_sheet(self.rows.get(1, ()))

    @property
    def is_data(self) -> bool:
        return self.headings is not None and not self.headings[1].fault

    @property
    def is_meant_as_data(self) -> bool:
        """Whether so many headings are known that a fault in them is a mistake, not a sheet of notes."""
        return self.headings is not None and self.headings[1].known > _CHANCE


def _preview(package: ZipFile, sheet: Sheet, context: Context, options: Options) -> _Preview:
    last = last_heading_row(options)
    with package.open(sheet.part) as file:
        first = list(takewhile(lambda row: row.number <= last, read_rows(file, context)))
    rows = {row.number: _in_line(row, WIDEST) for row in first}
    return _Preview(sheet, rows, find_headings(rows.items(), options))


def _in_line(row: Row, limit: int) -> list[str]:
    width = min(max(row.cells) + 1, limit)
    return [row.cells.get(position, "") for position in range(width)]


def _must_have_sheets(options: Options, names: Sequence[str]) -> None:
    """Refuse a workbook without the sheets that its sources name."""
    for own in options.by_sheet:
        if own.source and not any(map(own.is_for_sheet, names)):
            raise UnreadableFile(f'has no sheet "{own.source.sheet}", which {own.source.where} names')


def _choose(previews: list[_Preview], options: Options) -> list[_Preview]:
    """The sheets to read.

    Raises:
        UnreadableFile: there is none, or one is meant as data and cannot be read.
    """
    visible = [preview for preview in previews if not preview.sheet.hidden]
    data = [preview for preview in visible if preview.is_data]
    for preview in visible:
        if preview.headings and preview.headings[1].fault and (preview.is_meant_as_data or not data):
            raise UnreadableFile(f"sheet {preview.sheet.name}: {preview.headings[1].fault}")
    if data:
        return data
    if hidden := next((preview for preview in previews if preview.is_data), None):
        raise UnreadableFile(
            f"the only sheet with data, {hidden.sheet.name}, is hidden; show it, and send the file again"
        )
    if not any(preview.rows for preview in visible):
        raise UnreadableFile("has no filled cell")
    raise UnreadableFile(
        nothing_recognised(chain.from_iterable(preview.rows.values() for preview in visible), options.source)
    )


def _skipped(preview: _Preview, misfit: Table | str | None) -> Problem:
    """Say that a sheet is not read; one whose headings named a record type is told with -q as well."""
    fault = misfit if isinstance(misfit, str) else preview.headings[1].fault if preview.headings else ""
    if preview.sheet.hidden:
        why, hint = "is hidden: it is not read", "show it if its rows should be loaded"
    else:
        why, hint = f"is not read: {fault}" if fault else "has no headings of a known record type: it is not read", ""
    loud = bool(fault) and not preview.sheet.hidden
    return Problem(0, "", preview.sheet.name, f"sheet {preview.sheet.name} {why}", hint, Severity.WARNING, loud=loud)


def _proven(data: list[_Preview], read: Mapping[str, Table | str]) -> list[Table]:
    """The tables of the sheets whose filled columns, too, are those of a record type.

    Raises:
        UnreadableFile: there is none, or one is meant as data.
    """
    tables = [table for table in read.values() if isinstance(table, Table)]
    for preview in data:
        fault = read[preview.sheet.part]
        if isinstance(fault, str) and (preview.is_meant_as_data or not tables):
            raise UnreadableFile(f"sheet {preview.sheet.name}: {fault}")
    return tables


def _read(path: Path, package: ZipFile, preview: _Preview, context: Context, options: Options) -> Table | str:
    """Read a sheet; a text says why its rows are not those of a record type after all."""
    assert preview.headings is not None
    heading_row, layout = preview.headings
    while layout.cells and not layout.cells[-1]:
        layout = replace(layout, cells=layout.cells[:-1], columns=layout.columns[:-1])
    body = _Body(layout, options.source)
    with package.open(preview.sheet.part) as file:
        merged: list[str] = []
        rows = read_rows(file, context, merged, body.texts, body.commas)
        body.read(row for row in rows if row.number > heading_row)
    frame, unknown = body.columns.frame(), body.columns.unknown
    if fault := misfit(layout, set(frame.columns), unknown):
        return fault
    ranges = merged_below(merged, heading_row)
    unclear = [*hide(frame, ranges, layout), *spread(frame, ranges, layout, options.source)]
    titles = min(preview.rows) < heading_row
    return Table(
        path=path,
        sheet=preview.sheet.name,
        record=layout.record,
        frame=frame,
        headings=layout.headings,
        unknown=not_ignored(layout, unknown, options),
        broken={},
        problems=(
            *([titles_skipped(heading_row)] if titles else ()),
            *body.columns.nameless,
            *body.warnings,
            *body.problems,
            *unclear,
        ),
        heading_row=heading_row,
    )


class _Body:
    """The rows below the headings."""

    def __init__(self, layout: Layout, source: Source | None) -> None:
        self.columns = Columns(layout)
        self.problems: list[Problem] = []
        self._cells = layout.cells
        self.texts = text_places(layout.record, layout.cells, layout.columns, source)
        self.commas = comma_places(layout.record, layout.cells, layout.columns, source)
        self._outside = 0
        self._first_outside = ""
        self._hidden: list[int] = []

    def read(self, rows: Iterator[Row]) -> None:
        """Take in all rows."""
        while block := list(islice(rows, _BLOCK)):
            self._take(block)

    @property
    def warnings(self) -> list[Problem]:
        """What a person may not expect of the sheet."""
        found = []
        if self._outside:
            first = self._first_outside
            message = f"{self._outside} filled cells right of the last heading are not read (the first is {first})"
            if self._outside == 1:
                message = f"cell {first}, right of the last heading, is not read"
            hint = "write headings above them, or clear them"
            found.append(Problem(0, "", "", message, hint, Severity.WARNING, loud=True))
        if self._hidden:
            row, *more = self._hidden
            message = f"row {row} is hidden and read like all others"
            if more:
                message = f"{len(self._hidden)} hidden rows are read like all others (the first is row {row})"
            hint = "delete rows that should not be loaded"
            found.append(Problem(0, "", "", message, hint, Severity.WARNING))
        return found

    def _take(self, rows: list[Row]) -> None:
        width = len(self._cells)
        filled: set[int] = set()
        for row in rows:
            filled.update(row.cells)
            if row.hidden:
                self._hidden.append(row.number)
            if row.shown:
                self.problems += self._unclear(row)
            self.problems += self._problems(row)
        if outside := {position for position in filled if position >= width}:
            self._note_outside(rows, outside)
        numbers = np.array([row.number for row in rows], dtype=np.int64)
        self.columns.add(
            numbers,
            [
                pa.array([row.cells.get(position) for row in rows], pa.string()) if position in filled else None
                for position in range(width)
            ],
        )

    def _problems(self, row: Row) -> Iterable[Problem]:
        for trouble in row.troubles:
            if trouble.position < len(self._cells):
                heading = self._cells[trouble.position] or f"column {column_letters(trouble.position)}"
                yield Problem(row.number, heading, trouble.value, trouble.message, trouble.hint)

    def _unclear(self, row: Row) -> Iterable[Problem]:
        for at, shows in take_shown(row, self.texts):
            yield unclear(row.number, self._cells[at], row.cells[at], shows)

    def _note_outside(self, rows: list[Row], outside: set[int]) -> None:
        for row in rows:
            beyond = outside.intersection(row.cells)
            self._outside += len(beyond)
            if beyond and not self._first_outside:
                self._first_outside = f"{column_letters(min(beyond))}{row.number}"
