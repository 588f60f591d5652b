"""The rows of a sheet, with their status cells and colours, as they pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.results.workbook.colours import Colour
from pipeline.results.workbook.exact import is_exact_in_excel
from pipeline.results.workbook.fit import ERROR_WIDTH
from pipeline.results.workbook.marks import Mark, Marks
from pipeline.results.workbook.status_columns import Layout
from pipeline.values.outcomes import Status
from pipeline.values.row_results import RowResult, RowResults
from pipeline.values.tables import RESULT_COLUMNS
from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.rows import Row, cells_of
from pipeline.xlsx.editing.styles import Styles

_LINE_HEIGHT = 15  # points, of a line in the usual size
_LETTERS_IN_LINE = ERROR_WIDTH + 10  # a width counts digits, and most letters are narrower
_CELL_ROW = re.compile(r'(<c\b[^>]*?\br="[A-Z]+)\d+')
_FORMULA = re.compile(r"<f\b[^>]*?/>|<f\b[^>]*>.*?</f>", re.DOTALL)
_UNCALCULATED = re.compile(
    r"(?P<tag><c\b[^>]*(?<!/)>)\s*<f\b[^>]*(?<!/)>(?P<formula>[^<]+)</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_HIDDEN = re.compile(r"""\s(?:hidden|collapsed)=["'][^"']*["']""")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written on one sheet."""

    layout: Layout
    marks: Marks
    results: RowResults
    heading_row: int
    places: Mapping[int, int] | None  # where rows below the heading go; None: all stay
    column_styles: Mapping[int, int]  # of cells that are not there yet
    key_of: Callable[[int], str] = lambda row: ""  # by which a row is known again

    def place_of(self, row: int) -> int | None:
        """The row's number in the file written, or None: it is left out."""
        if self.places is None or row <= self.heading_row:
            return row
        return self.places.get(row)


def written_rows(rows: Iterator[Row], sheet: Sheet, styles: Styles) -> Iterator[str]:
    """The XML of the rows that are kept."""
    marked = styles.marked((Colour.WRONG, Colour.DOUBTFUL))  # by an earlier round
    # One search a row, where a look at each cell would take ten times as long.
    marked_cell = re.compile(rf'(<c\b[^>]*?\bs=")({"|".join(map(str, marked))})"') if marked else None
    earlier = _first_of(sheet.layout)
    status_cells = _StatusCells(sheet.layout, styles)
    for row in rows:
        place = sheet.place_of(row.number)
        if place is None:
            continue
        if marked_cell is not None:
            cleared = marked_cell.sub(lambda cell: f'{cell[1]}{marked[int(cell[2])]}"', row.cells)
            row = row._replace(cells=cleared)
        if earlier is not None and row.number >= sheet.heading_row and (found := earlier.search(row.cells)):
            row = row._replace(cells=row.cells[: found.start()])
        if row.number == sheet.heading_row:
            yield _heading(row, sheet, styles)
        elif row.number < sheet.heading_row:
            yield _joined(row.tag, row.cells)
        else:
            number = row.number
            result, marks = sheet.results.get(number), sheet.marks.get(number, {})
            if sheet.places is not None:
                row = _moved(row, place)
                result = result and replace(result, error=result.error_at(sheet.places))
            added = status_cells.of(place, result, sheet.key_of(number)) if result else {}
            yield _body(_with_height(row, result, again=bool(sheet.layout.earlier)), sheet, styles, marks, added)


def _first_of(layout: Layout) -> re.Pattern[str] | None:
    """Finds where in a row the columns of an earlier round begin, when nothing stands behind them."""
    if not layout.earlier or layout.last - min(layout.earlier) >= len(layout.earlier):
        return None
    return re.compile(rf'<c r="(?:{"|".join(map(markup.letters, layout.earlier))})\d')


def _body(row: Row, sheet: Sheet, styles: Styles, marks: Mapping[int, Mark], added: Mapping[int, str]) -> str:
    layout = sheet.layout
    tag = markup.without_attribute(row.tag, "spans") if added else row.tag
    if not marks and _ends_before(row, min(layout.statuses)):
        return _joined(tag, row.cells + "".join(added.values()))
    cells = {column: cell for column, cell in cells_of(row).items() if column not in layout.earlier}
    for column, mark in marks.items():
        cell = cells.get(column) or _blank(row, column, sheet.column_styles)
        cells[column] = markup.with_attribute(cell, "s", _marked(styles, _style_of(cell), mark))
    cells |= added
    return _joined(tag, "".join(cells[column] for column in sorted(cells)))


def _heading(row: Row, sheet: Sheet, styles: Styles) -> str:
    cells = {}
    style = 0
    for column, cell in cells_of(row).items():
        if column in sheet.layout.earlier:
            continue
        style = styles.bold(_style_of(cell))
        mark = sheet.marks.get(row.number, {}).get(column)
        cells[column] = markup.with_attribute(cell, "s", _marked(styles, style, mark) if mark else style)
    for column, name in zip(sheet.layout.statuses, RESULT_COLUMNS, strict=True):
        cells[column] = _text_cell(column, row.number, style, name)  # looks like the heading beside it
    tag = markup.without_attribute(row.tag, "spans")
    return _joined(tag, "".join(cells[column] for column in sorted(cells)))


def _with_height(row: Row, result: RowResult | None, *, again: bool) -> Row:
    """Make the row as high as its error needs, unless somebody has chosen a height.

    Excel finds heights by itself when it opens the file, other programs do not.
    """
    tag = row.tag
    if not again and (result is None or not result.error):
        return row
    if markup.attribute(tag, "customHeight") in ("1", "true"):
        return row
    lines = -(-len(result.error) // _LETTERS_IN_LINE) if result else 0
    if lines > 1:
        height = max(lines * _LINE_HEIGHT, float(markup.attribute(tag, "ht") or 0) if not again else 0)
        tag = markup.with_attribute(tag, "ht", f"{height:g}")
    elif again:  # the error that made it high may be gone
        tag = markup.without_attribute(tag, "ht")
    return row._replace(tag=tag)


def _style_of(cell: str) -> int:
    return int(markup.attribute(markup.opening(cell), "s") or 0)


def _marked(styles: Styles, style: int, mark: Mark) -> int:
    return styles.filled(style, Colour.WRONG if mark.wrong else Colour.DOUBTFUL)


class _StatusCells:
    """Makes the cells of the status columns."""

    def __init__(self, layout: Layout, styles: Styles) -> None:
        self._columns = layout.statuses
        self._status_style = {status: styles.filled(0, Colour.of(status)) for status in Status}
        self._error_style = styles.wrapped(0)

    def of(self, row: int, result: RowResult, row_key: str) -> dict[int, str]:
        status, clarus_id, line_id, error, key = self._columns
        cells = {status: _text_cell(status, row, self._status_style[result.status], result.status)}
        if result.clarus_id is not None:
            cells[clarus_id] = _id_cell(clarus_id, row, result.clarus_id)
        if result.line_id is not None:
            cells[line_id] = _id_cell(line_id, row, result.line_id)
        if result.error:
            cells[error] = _text_cell(error, row, self._error_style, result.error)
        if row_key:
            cells[key] = _text_cell(key, row, 0, row_key)
        return cells


def _id_cell(column: int, row: int, number: int) -> str:
    if is_exact_in_excel(number):
        return f'<c r="{markup.letters(column)}{row}"><v>{number}</v></c>'
    return _text_cell(column, row, 0, str(number))


def _text_cell(column: int, row: int, style: int, text: str) -> str:
    # An inline text is a text whatever it begins with: `=HYPERLINK(…)` stays to be read.
    text = markup.content(text)
    return (
        f'<c r="{markup.letters(column)}{row}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{text}</t></is></c>'
    )


def _blank(row: Row, column: int, column_styles: Mapping[int, int]) -> str:
    # What the user types there is to look, and be read, like the rest of the column: text stays text.
    style = markup.attribute(row.tag, "s") or column_styles.get(column, 0)
    return f'<c r="{markup.letters(column)}{row.number}" s="{style}"/>'


def _moved(row: Row, place: int) -> Row:
    """The row in another place, with values for formulas, which would point at the wrong cells there."""
    tag = _HIDDEN.sub("", markup.with_attribute(row.tag, "r", place))
    cells = _CELL_ROW.sub(rf"\g<1>{place}", row.cells)
    if "<f" in cells:
        # One that was never calculated has no value: it is shown, or nobody could tell what was there.
        cells = _FORMULA.sub("", _UNCALCULATED.sub(_shown, cells))
    return Row(place, tag, cells)


def _shown(cell: re.Match[str]) -> str:
    tag = markup.with_attribute(cell["tag"], "t", "inlineStr")
    return f'{tag}<is><t xml:space="preserve">={cell["formula"]}</t></is></c>'


def _ends_before(row: Row, column: int) -> bool:
    last = row.cells.rfind("<c ")
    if last < 0:
        return not row.cells.strip()
    reference = markup.attribute(row.cells[last : row.cells.find(">", last) + 1], "r")
    return reference is not None and markup.place(reference)[1] < column


def _joined(tag: str, cells: str) -> str:
    if not cells:
        return tag if tag.endswith("/>") else f"{tag}</row>"
    return f"{tag.rstrip('/>')}>{cells}</row>"
