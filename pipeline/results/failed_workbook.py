"""The failed file as a workbook for people: text cells only, so that no spreadsheet changes what is in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.results.workbook.colours import Colour
from pipeline.results.workbook.fit import ERROR_WIDTH
from pipeline.results.workbook.marks import marks_of
from pipeline.values.outcomes import Status
from pipeline.values.row_results import RowResult, TableReport
from pipeline.values.tables import RESULT_COLUMNS
from pipeline.xlsx.writing import CellStyle, TextCell, TextWorkbook
from schemas.vocabulary.headings import fold

ReadRows = Callable[[TableReport], Iterator[tuple[int, list[str]]]]

_PLAIN, _BOLD, _ERROR = CellStyle(), CellStyle(bold=True), CellStyle(wrapped=True)
_WRONG, _DOUBTFUL = CellStyle(fill=Colour.WRONG), CellStyle(fill=Colour.DOUBTFUL)
_OF_STATUS = {status: CellStyle(fill=Colour.of(status)) for status in Status}
_STYLES = (_PLAIN, _BOLD, _ERROR, _WRONG, _DOUBTFUL, *_OF_STATUS.values())
_NARROWEST, _WIDEST = 10, 40  # characters of a column
_EARLIER = frozenset(map(fold, RESULT_COLUMNS))  # columns that an earlier round has left
_WIDTHS = (16, 12, 17, ERROR_WIDTH, 12)  # of RESULT_COLUMNS


def write_failed_workbook(
    target: Path, reports: Sequence[TableReport], wanted: Sequence[Collection[int]], read_rows: ReadRows
) -> None:
    """Write rows of tables with their status columns, a sheet for each table that has any.

    Args:
        target: Where to write.
        reports: Of all tables of a file.
        wanted: For each of them, the rows that are written.
        read_rows: Reads the rows of a table as they are in the file: (number as Excel counts, texts).
    """
    with TextWorkbook(target, _STYLES) as book:
        for report, rows in zip(reports, wanted, strict=True):
            if rows:
                _write_sheet(book, report, sorted(rows), read_rows)


def _write_sheet(book: TextWorkbook, report: TableReport, wanted: Sequence[int], read_rows: ReadRows) -> None:
    heading_row = report.table.heading_row
    places = {row: place for place, row in enumerate(wanted, start=2)}
    rows = read_rows(report)
    headings = next((texts for row, texts in rows if row == heading_row), [])
    own = [at for at, text in enumerate(headings) if fold(text) not in _EARLIER]
    columns = {fold(headings[at]): place for place, at in reversed(list(enumerate(own, start=1)))}
    marks = marks_of(report.problems, columns, heading_row, places)
    widths = [min(max(len(headings[at]) + 3, _NARROWEST), _WIDEST) for at in own]
    key = report.row_keys()
    with book.sheet(report.table.sheet or report.table.record.name, [*widths, *_WIDTHS], filtered=1) as sheet:
        sheet.add(_heading([headings[at] for at in own], marks.get(heading_row, {})))
        for row, texts in rows:
            if row in places:
                cells = _cells([texts[at] if at < len(texts) else "" for at in own], marks.get(row, {}))
                statuses = _status_cells(report.results.get(row), key(row), places)
                # What stands beyond the headings, in a row that could not be split, must not get lost.
                sheet.add([*cells, *statuses, *_surplus(texts[len(headings) :])])


def _heading(texts: Sequence[str], marks: Mapping[int, object]) -> list[TextCell | None]:
    style = dict.fromkeys(marks, _DOUBTFUL)
    return [TextCell(text, style.get(at, _BOLD)) for at, text in enumerate((*texts, *RESULT_COLUMNS), start=1)]


def _cells(texts: Sequence[str], marks: Mapping[int, object]) -> list[TextCell | None]:
    cells: list[TextCell | None] = []
    for at, text in enumerate(texts, start=1):
        mark = marks.get(at)
        cells.append(TextCell(text, _PLAIN if mark is None else _WRONG) if text or mark is not None else None)
    return cells


def _status_cells(result: RowResult | None, key: str, places: Mapping[int, int]) -> list[TextCell | None]:
    if result is None:
        return [None] * len(RESULT_COLUMNS)
    ids = (str(each) if each is not None else "" for each in (result.clarus_id, result.line_id))
    error = result.error_at(places)
    return [
        TextCell(result.status.value, _OF_STATUS[result.status]),
        *(TextCell(text) for text in ids),
        TextCell(error, _ERROR),
        TextCell(key),
    ]


def _surplus(texts: Sequence[str]) -> list[TextCell | None]:
    return [TextCell(text) if text else None for text in texts]
