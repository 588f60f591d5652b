"""Results of text files."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from pipeline.results.atomic_write import replacing
from pipeline.results.formula_guard import guarded
from pipeline.values.row_results import RowResult, TableReport
from pipeline.values.tables import RESULT_COLUMNS, Dialect, is_result_column

_LINE_END = "\r\n"
_SPECIAL = re.compile(r'["\r\n]|^\s|\s$')  # what a writer of CSV puts into quotes, and what lies at the ends

# Written back with quotes closed and fields filled up, a row that could not be split would pass for a good one when the
# file is dropped in again uncorrected. One cell too many keeps it from that.
_KEEPS_REFUSED = "correct this row, then delete this cell"

Field = str | int | None
Record = list[str] | str  # the cells; or the whole row as it is written, which the delimiter alone divides into cells
ReadRecords = Callable[[Path, Dialect], Iterator[tuple[int, Record]]]


def write_delimited(
    source: Path, targets: Sequence[Path], report: TableReport, read_records: ReadRecords, owed: Collection[int]
) -> None:
    """Write the source's records with the status columns behind the input's own, in one pass.

    Args:
        source: The input file.
        targets: The results file and, if it is wanted, the failed file.
        report: What became of the rows.
        read_records: Reads the records of a file as they are: (number as Excel counts, record), blank ones included.
        owed: The rows below the heading that the failed file has.
    """
    dialect = report.table.dialect
    if dialect is None:
        raise ValueError(f"{source.name} is no text file")
    rows = _Rows(report, dialect)
    places = {row: place for place, row in enumerate(sorted(owed), start=rows.heading_row + 1)}
    with ExitStack() as files:
        everything, *failed = [files.enter_context(_writer(target, dialect)) for target in targets]
        for row, record in read_records(source, dialect):
            if row not in places and (line := rows.whole_line(row, record)) is not None:
                everything.write(line)
                continue
            fields, told, surplus = rows.fields(row, record)
            everything.writerow([*fields, *told, *surplus])
            if row in places or row <= rows.heading_row:
                there = rows.told_at(row, places) or told
                for writer in failed:
                    writer.writerow([*fields, *there, *surplus])


class _Target:
    """A file of records, written field by field, or a line at a time as it is."""

    def __init__(self, file: TextIO, dialect: Dialect) -> None:
        self.write = file.write
        self._delimiter = dialect.delimiter
        escapes = dialect.quoting == "backslash"
        writer = csv.writer(
            file,
            delimiter=dialect.delimiter,
            lineterminator=_LINE_END,
            doublequote=not escapes,
            escapechar="\\" if escapes else None,
        )
        self.writerow = self._write_bare if dialect.quoting == "none" else writer.writerow

    def _write_bare(self, fields: Sequence[Field]) -> None:
        """Write a row of a file in which quotes are ordinary: only our own texts can hold what divides cells."""
        breaks = str.maketrans(dict.fromkeys((self._delimiter, "\r", "\n"), " "))
        cells = ("" if field is None else str(field).translate(breaks) for field in fields)
        self.write(self._delimiter.join(cells) + _LINE_END)


@contextmanager
def _writer(target: Path, dialect: Dialect) -> Iterator[_Target]:
    # Excel takes UTF-8 for ANSI unless the file starts with a BOM. Bytes that the reader could not decode, and carried
    # as surrogates, go back as they came.
    with (
        replacing(target) as temporary,
        temporary.open("w", encoding="utf-8-sig", errors="surrogateescape", newline="") as file,
    ):
        yield _Target(file, dialect)


class _Rows:
    """Puts the results of a table behind its rows, which come in their order."""

    def __init__(self, report: TableReport, dialect: Dialect) -> None:
        self.heading_row = report.table.heading_row
        self._result, self._broken, self._delimiter = report.results.get, report.table.broken, dialect.delimiter
        self._escapes = dialect.quoting == "backslash"
        self._key = report.row_keys()
        self._width = 0  # of the heading
        self._earlier: list[int] = []  # where an earlier round left its columns

    def whole_line(self, row: int, record: Record) -> str | None:
        """The whole line of a row, where it can stay as it is written and so can what is told of it: nearly always.

        To split the cells of a line and to join them again takes six times as long.
        """
        if not isinstance(record, str) or row <= self.heading_row or self._earlier or self._escapes:
            return None
        result, between = self._result(row), self._delimiter
        if result is None or row in self._broken or record.count(between) + 1 != self._width:
            return None
        if (error := _as_it_is(result.error, between)) is None:
            return None
        ids = f"{result.clarus_id or ''}{between}{result.line_id or ''}"
        told = f"{result.status.value}{between}{ids}{between}{error}{between}{self._key(row)}"
        return f"{record}{between}{told}{_LINE_END}"

    def fields(self, row: int, record: Record) -> tuple[list[str], Sequence[Field], list[str]]:
        """The row's own fields, its status columns, and what stands behind those."""
        fields = record.split(self._delimiter) if isinstance(record, str) else record
        if row == self.heading_row:
            self._width = len(fields)
            self._earlier = [at for at, field in enumerate(fields) if is_result_column(field)]
            return self._own(fields), RESULT_COLUMNS, []
        if row < self.heading_row:
            return fields, (), []
        if (result := self._result(row)) is None:
            return self._own(fields), (), []
        width = self._width
        if row in self._broken and not any(map(str.strip, fields[width:])):
            fields = [*fields, *[""] * (width - len(fields)), _KEEPS_REFUSED]
        # Surplus fields go behind the status columns: those stay in their columns, and the row is refused again when
        # the file is dropped in again.
        own, surplus = fields[:width], fields[width:]
        own += [""] * (width - len(own))
        return self._own(own), (*_told(result), self._key(row)), surplus

    def told_at(self, row: int, places: Mapping[int, int]) -> Sequence[Field]:
        """The status columns of a row in a file where rows have moved; none of a row without a result."""
        result = self._result(row) if row > self.heading_row else None
        return (*_told(result, places), self._key(row)) if result is not None else ()

    def _own(self, fields: list[str]) -> list[str]:
        """Without what an earlier round left."""
        return [field for at, field in enumerate(fields) if at not in self._earlier] if self._earlier else fields


@lru_cache(maxsize=64)  # a run that stops says the same of a million rows
def _as_it_is(error: str, delimiter: str) -> str | None:
    """The cell of an error that needs no quotes."""
    cell = guarded(error)
    return None if delimiter in cell or _SPECIAL.search(cell) else cell


def _told(result: RowResult, places: Mapping[int, int] | None = None) -> Sequence[Field]:
    error = result.error if places is None else result.error_at(places)
    return result.status.value, result.clarus_id, result.line_id, guarded(error)
