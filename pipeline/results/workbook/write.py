"""A workbook with what became of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from pipeline.results.workbook.fit import fit
from pipeline.results.workbook.marks import marks_of, on_merged_cells
from pipeline.results.workbook.status_columns import Layout, first_texts, read_layout
from pipeline.results.workbook.status_rows import Sheet, written_rows
from pipeline.results.workbook.tables import widen_tables, without_tables
from pipeline.values.problem_sheets import SHEET_NAME, is_problem_sheet
from pipeline.values.row_results import TableReport
from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.archive import Archive
from pipeline.xlsx.editing.comments import write_comments
from pipeline.xlsx.editing.frame import Frame, column_styles, forget_rows, merged_cells, set_legacy_drawing
from pipeline.xlsx.editing.markup import Cell
from pipeline.xlsx.editing.rows import SheetStream
from pipeline.xlsx.editing.styles import EMPTY_STYLES, Styles
from pipeline.xlsx.part_names import with_usual_names

_COMPRESSION = 3  # takes half the time of zip's usual 6, and a tenth more room
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


def write_workbook(
    source: Path, target: Path, reports: Sequence[TableReport], only: Sequence[Sequence[int]] | None = None
) -> None:
    """Write the source with status columns, colours and reasons; all else stays as it is.

    Args:
        source: The input workbook.
        target: Where to write.
        reports: Of its sheets that hold data.
        only: For each report, the rows below the heading that are kept; the others are left out, and formulas in the
            kept ones become values. Sheets that hold no data stay: lists for choosing from stand there.
    """
    with (
        with_usual_names(ZipFile(source)) as original,
        ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive,
    ):
        package = Archive(original)
        _drop_earlier_problems(package)
        parts = dict(package.sheets())
        styles_part = _styles_part(package)
        styles = Styles(package.read(styles_part))
        for number, report in enumerate(reports):
            part = parts[report.table.sheet]
            _write_sheet(package, part, archive, report, styles, None if only is None else only[number])
        package.change(styles_part, str(styles))
        _forget_calculation_order(package)
        package.forget_macros()
        package.write_rest(archive, {parts[report.table.sheet] for report in reports})


def _write_sheet(
    package: Archive, part: str, archive: ZipFile, report: TableReport, styles: Styles, only: Sequence[int] | None
) -> None:
    heading_row = report.table.heading_row
    layout = read_layout(package, part, heading_row)
    last_row = layout.last_row if only is None else heading_row + len(only)
    frame = Frame(layout.head, layout.tail)
    places = None if only is None else {row: place for place, row in enumerate(only, start=heading_row + 1)}
    marked = marks_of(report.problems, layout.headings, heading_row, places)
    marks = on_merged_cells(marked, merged_cells(frame))
    sheet = Sheet(layout, marks, report.results, heading_row, places, column_styles(frame), report.row_keys())
    reasons: dict[Cell, str] = {
        (place, column): mark.reason
        for row, cells in sorted(marks.items())
        for column, mark in sorted(cells.items())
        if (place := sheet.place_of(row)) is not None
    }
    if places is not None:
        forget_rows(frame, heading_row, sheet.place_of)
        for threads in list(package.related(part, "threadedComment")):  # name rows; the plain comments say the same
            package.drop(part, threads)
    has_table, dissolved = widen_tables(package, part, layout, heading_row, last_row)
    frame.set("tableParts", without_tables(frame["tableParts"], dissolved))
    fit(frame, layout, heading_row, last_row, has_table)
    drawing = write_comments(package, part, reasons, sheet.place_of)
    if drawing is not None:
        set_legacy_drawing(frame, drawing)
    _name_filter(package, part, layout, heading_row, last_row)
    with (
        package.stream(part) as stream,
        package.replacement(archive, part) as raw,
        TextIOWrapper(raw, "utf-8", newline="") as text,
    ):
        text.write(frame.head)
        text.writelines(written_rows(SheetStream(stream).rows(), sheet, styles))
        text.write(frame.tail)


def _drop_earlier_problems(package: Archive) -> None:
    """Leave out the sheet of problems of an earlier round: its rows have been corrected, or say themselves why not."""
    for name, part in package.sheets():
        if part and name.startswith(SHEET_NAME) and is_problem_sheet(first_texts(package, part)):
            package.drop_sheet(part)


def _styles_part(package: Archive) -> str:
    found = next(package.related(package.workbook, "styles"), None)
    if found is not None and found.target in package:
        return found.target
    part = "xl/styles.xml"  # some readers look nowhere else
    package.add(part, EMPTY_STYLES, _STYLES_TYPE)
    package.relate(package.workbook, "styles", part)
    return part


def _forget_calculation_order(package: Archive) -> None:
    """Leave out the list of cells with formulas, which Excel makes anew: one that names others is refused."""
    for relation in list(package.related(package.workbook, "calcChain")):
        package.drop(package.workbook, relation)


def _name_filter(package: Archive, part: str, layout: Layout, heading_row: int, last_row: int) -> None:
    """Let the hidden name of the sheet's filter, if there is one, reach as far as the filter."""
    number = [name for _, name in package.sheets()].index(part)
    pattern = re.compile(
        rf'(<definedName\b(?=[^>]*_xlnm\._FilterDatabase")(?=[^>]*localSheetId="{number}")[^>]*>[^<]*?:)\$[A-Z]+\$\d+(?=</)'
    )
    xml = package.read(package.workbook)
    corner = f"${markup.letters(layout.last)}${last_row}"
    package.change(package.workbook, pattern.sub(lambda name: name[1] + corner, xml))
