"""Results of text files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.outcomes import RowResult, TableReport
from pipeline.results.guard import guarded
from pipeline.results.moved import with_rows_moved
from pipeline.results.replacing import replacing
from pipeline.tables import RESULT_COLUMNS, Dialect
from schemas.headings import fold

if TYPE_CHECKING:
    from _csv import Writer

# Written back with quotes closed and fields filled up, a row that could not be split would pass for a good one when the
# file is dropped in again unmended. One cell too many keeps it from that.
_KEEPS_REFUSED = "mend this row, then delete this cell"

Field = str | int | None
ReadRecords = Callable[[Path, Dialect], Iterator[tuple[int, list[str]]]]


def write_delimited(
    source: Path, targets: Sequence[Path], report: TableReport, read_records: ReadRecords, owed: Collection[int]
) -> None:
    """Write the source's records with the status columns behind the input's own, in one pass.

    Args:
        source: The input file.
        targets: The results file and, if it is wanted, the failed file.
        report: What became of the rows.
        read_records: Reads the records of a file as they are: (number as Excel counts, fields), blank ones included.
        owed: The rows below the heading that the failed file has.
    """
    dialect = report.table.dialect
    if dialect is None:
        raise ValueError(f"{source.name} is no text file")
    heading_row = report.table.heading_row
    places = {row: place for place, row in enumerate(sorted(owed), start=heading_row + 1)}
    with ExitStack() as files:
        everything, *failed = [files.enter_context(_writer(target, dialect.delimiter)) for target in targets]
        for row, fields, told, surplus in _with_results(read_records(source, dialect), report):
            everything.writerow([*fields, *told, *surplus])
            if row in places or row <= heading_row:
                for writer in failed:
                    writer.writerow([*fields, *_moved(told, places), *surplus])


@contextmanager
def _writer(target: Path, delimiter: str) -> Iterator[Writer]:
    # Excel takes UTF-8 for ANSI unless the file starts with a BOM. Bytes that the reader could not decode, and carried
    # as surrogates, go back as they came.
    with (
        replacing(target) as temporary,
        temporary.open("w", encoding="utf-8-sig", errors="surrogateescape", newline="") as file,
    ):
        yield csv.writer(file, delimiter=delimiter, lineterminator="\r\n")


def _with_results(
    records: Iterable[tuple[int, list[str]]], report: TableReport
) -> Iterator[tuple[int, list[str], Sequence[Field], list[str]]]:
    """Yield each row's number, the input's own fields, the status columns, and what stands behind those."""
    heading_row, get = report.table.heading_row, report.results.get
    width, earlier = 0, list[int]()  # of the heading; where an earlier round left its columns
    for row, fields in records:
        if row == heading_row:
            width = len(fields)
            earlier = [at for at, field in enumerate(fields) if fold(field) in RESULT_COLUMNS]
            yield row, _without(earlier, fields), RESULT_COLUMNS, []
        elif row < heading_row:
            yield row, fields, (), []
        elif (result := get(row)) is None:
            yield row, _without(earlier, fields), (), []
        else:
            if row in report.table.broken and not any(map(str.strip, fields[width:])):
                fields = [*fields, *[""] * (width - len(fields)), _KEEPS_REFUSED]
            # Surplus fields go behind the status columns: those stay in their columns, and the row is refused again
            # when the file is dropped in again.
            own, surplus = fields[:width], fields[width:]
            own += [""] * (width - len(own))
            yield row, _without(earlier, own), _told(result), surplus


def _told(result: RowResult) -> Sequence[Field]:
    return result.status.value, result.clarus_id, result.line_id, guarded(result.error)


def _moved(told: Sequence[Field], places: Mapping[int, int]) -> Sequence[Field]:
    return [with_rows_moved(field, places) if isinstance(field, str) else field for field in told]


def _without(earlier: list[int], fields: list[str]) -> list[str]:
    return [field for at, field in enumerate(fields) if at not in earlier] if earlier else fields
