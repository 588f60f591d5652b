"""A workbook with what became of its rows, values only: for those that hold what `write` does not understand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell

from pipeline.results.workbook.exact import is_exact_in_excel
from pipeline.values.row_results import RowResult, TableReport
from pipeline.values.tables import RESULT_COLUMNS, is_result_column


def write_plain_workbook(
    source: Path, target: Path, reports: Sequence[TableReport], only: Sequence[Sequence[int]] | None = None
) -> None:
    """Write the values of the sheets that hold data, with status columns; arguments as in `write_workbook`."""
    original = openpyxl.load_workbook(source, read_only=True, data_only=True)
    written = openpyxl.Workbook(write_only=True)
    for number, report in enumerate(reports):
        sheet = written.create_sheet(report.table.sheet)
        for row in _rows(original[report.table.sheet], report, None if only is None else only[number]):
            sheet.append([_cell(sheet, value) for value in row])
    original.close()
    written.save(target)


def _rows(sheet: Any, report: TableReport, only: Sequence[int] | None) -> Iterator[list[Any]]:
    sheet.reset_dimensions()  # what a writer says of them need not be so
    heading_row = report.table.heading_row
    places = None if only is None else {row: place for place, row in enumerate(only, start=heading_row + 1)}
    earlier: set[int] = set()
    width, key = 0, report.row_keys()
    for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if row == heading_row:
            earlier = {at for at, value in enumerate(values) if is_result_column(str(value))}
            width = len(values)
            told: Sequence[Any] = RESULT_COLUMNS
        elif row > heading_row and places is not None and row not in places:
            continue
        else:
            result = report.results.get(row) if row > heading_row else None
            told = () if result is None else (*_told(result, places), key(row) or None)
        own = [*values, *[None] * (width - len(values))]
        yield [*(value for at, value in enumerate(own) if at not in earlier), *told]


def _told(result: RowResult, places: dict[int, int] | None) -> Sequence[Any]:
    error = result.error if places is None else result.error_at(places)
    ids = (_exact(number) for number in (result.clarus_id, result.line_id))
    return result.status.value, *ids, error or None


def _exact(number: int | None) -> int | str | None:
    return number if number is None or is_exact_in_excel(number) else str(number)


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # whatever it begins with
    return cell
