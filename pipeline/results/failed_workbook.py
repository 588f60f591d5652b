"""The failed file as a workbook for people: what is wrong on the first sheet, and the rows as texts on the others.

All cells are text cells, so that no spreadsheet changes what is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.results.problem_lines import ProblemLine, problem_lines
from pipeline.results.workbook.colours import Colour
from pipeline.results.workbook.fit import ERROR_WIDTH
from pipeline.results.workbook.marks import marks_of
from pipeline.values.outcomes import Status
from pipeline.values.problem_sheets import PROBLEM_HEADINGS, SHEET_NAME
from pipeline.values.row_results import RowResult, TableReport
from pipeline.values.tables import RESULT_COLUMNS
from pipeline.xlsx.editing.markup import letters
from pipeline.xlsx.writing import CellStyle, TextCell, TextWorkbook
from schemas.vocabulary.headings import fold

ReadRows = Callable[[TableReport], Iterator[tuple[int, list[str]]]]

_PLAIN, _BOLD, _ERROR = CellStyle(), CellStyle(bold=True), CellStyle(wrapped=True)
_WRONG, _DOUBTFUL = CellStyle(fill=Colour.WRONG), CellStyle(fill=Colour.DOUBTFUL)
_OF_STATUS = {status: CellStyle(fill=Colour.of(status)) for status in Status}
_LINK = CellStyle(link=True)
_STYLES = (_PLAIN, _BOLD, _ERROR, _LINK, _WRONG, _DOUBTFUL, *_OF_STATUS.values())
_NARROWEST, _WIDEST = 10, 40  # characters of a column
_EARLIER = frozenset(map(fold, RESULT_COLUMNS))  # columns that an earlier round has left
_PROBLEM_WIDTHS = (16, 8, 24, 24, 60, 60)
_MOST_LINKS = 60_000  # on a sheet; Excel allows 65,530
_WIDTHS = (16, 12, 17, ERROR_WIDTH, 12)  # of RESULT_COLUMNS


def write_failed_workbook(
    target: Path, reports: Sequence[TableReport], wanted: Sequence[Collection[int]], read_rows: ReadRows
) -> None:
    """Write what is to be corrected, then rows of tables with their status columns, a sheet for each that has any.

    Args:
        target: Where to write.
        reports: Of all tables of a file.
        wanted: For each of them, the rows that are written.
        read_rows: Reads the rows of a table as they are in the file: (number as Excel counts, texts).
    """
    shown = [(report, sorted(rows)) for report, rows in zip(reports, wanted, strict=True) if rows]
    with TextWorkbook(target, _STYLES) as book:
        _write_problems(book, shown, read_rows)
        for report, rows in shown:
            _write_sheet(book, report, rows, read_rows)


def _write_problems(book: TextWorkbook, shown: Sequence[tuple[TableReport, list[int]]], read_rows: ReadRows) -> None:
    names = [_name(report) for report, _ in shown]
    taken = {name.casefold() for name in names}
    own = SHEET_NAME if SHEET_NAME.casefold() not in taken else f"{SHEET_NAME} (clarus-batch)"
    links = 0
    with book.sheet(own, _PROBLEM_WIDTHS) as sheet:
        sheet.add([TextCell(heading, _BOLD) for heading in PROBLEM_HEADINGS])
        for (report, rows), name in zip(shown, names, strict=True):
            headings, own_columns = _headings(report, read_rows(report))
            places = _places(rows)
            for line in problem_lines(report, places, _columns(headings, own_columns), 1):
                links += 1
                sheet.add(_problem_cells(line, book.name_for(name), is_linked=links <= _MOST_LINKS))


def _problem_cells(line: ProblemLine, sheet: str, *, is_linked: bool) -> list[TextCell | None]:
    cell = f"{letters(line.column)}{line.row}"
    quoted = sheet.replace("'", "''")
    go = TextCell(f"{sheet}!{cell}", _LINK, f"'{quoted}'!{cell}" if is_linked else "")
    texts = (line.heading, line.value, line.message, line.hint)
    return [go, TextCell(str(line.row)), *(TextCell(text, _ERROR) if text else None for text in texts)]


def _name(report: TableReport) -> str:
    return report.table.sheet or report.table.record.name


def _places(wanted: Sequence[int]) -> dict[int, int]:
    return {row: place for place, row in enumerate(wanted, start=2)}


def _headings(report: TableReport, rows: Iterator[tuple[int, list[str]]]) -> tuple[list[str], list[int]]:
    """The headings, and the positions of those that are not of our own columns."""
    headings = next((texts for row, texts in rows if row == report.table.heading_row), [])
    return headings, [at for at, text in enumerate(headings) if fold(text) not in _EARLIER]


def _columns(headings: Sequence[str], own: Sequence[int]) -> dict[str, int]:
    return {fold(headings[at]): place for place, at in reversed(list(enumerate(own, start=1)))}


def _write_sheet(book: TextWorkbook, report: TableReport, wanted: Sequence[int], read_rows: ReadRows) -> None:
    heading_row = report.table.heading_row
    places = _places(wanted)
    rows = read_rows(report)
    headings, own = _headings(report, rows)
    marks = marks_of(report.problems, _columns(headings, own), heading_row, places)
    widths = [min(max(len(headings[at]) + 3, _NARROWEST), _WIDEST) for at in own]
    key = report.row_keys()
    with book.sheet(_name(report), [*widths, *_WIDTHS], filtered=1) as sheet:
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
