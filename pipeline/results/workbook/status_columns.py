"""Where the columns of a sheet are, and where the status columns go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from pipeline.values.tables import RESULT_COLUMNS, is_result_column
from pipeline.xlsx.editing import markup
from pipeline.xlsx.editing.archive import Archive
from pipeline.xlsx.editing.rows import Row, SheetStream, cells_of
from schemas.vocabulary.headings import fold

_TEXT = re.compile(r"<t\b[^>]*>(.*?)</t>", re.DOTALL)
_VALUE = re.compile(r"<v\b[^>]*>(.*?)</v>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a sheet, by number."""

    headings: dict[str, int]  # folded heading -> its first column
    statuses: tuple[int, ...]  # where RESULT_COLUMNS go
    earlier: frozenset[int]  # columns of an earlier round, whose cells are left out
    last: int  # of the columns that hold anything, status columns included
    last_row: int  # that holds anything
    head: str  # the sheet's XML before its rows
    tail: str  # and behind them


def read_layout(package: Archive, part: str, heading_row: int) -> Layout:
    """Read the heading of a sheet, and how far its rows reach.

    Status columns of an earlier round are filled anew where they stand, so that columns which the user added behind
    them, and formulas, keep their places. Missing ones go behind everything else: rows may be wider than the heading.
    """
    heading: dict[int, str] = {}
    widest, last_row = 0, heading_row
    with package.stream(part) as stream:
        sheet = SheetStream(stream)
        for row in sheet.rows():
            if row.number == heading_row:
                heading = cells_of(row)
            width = _width(row, widest)
            widest = max(widest, width)
            if row.cells:
                last_row = max(last_row, row.number)
    texts = _texts(package, heading)
    headings: dict[str, int] = {}
    for column in sorted(texts):
        headings.setdefault(fold(texts[column]), column)
    earlier = frozenset(column for column, text in texts.items() if is_result_column(text))
    statuses = []
    for name in RESULT_COLUMNS:
        if fold(name) not in headings:
            widest += 1
        statuses.append(headings.get(fold(name), widest))
    return Layout(headings, tuple(statuses), earlier, widest, last_row, sheet.head, sheet.tail)


def first_texts(package: Archive, part: str) -> list[str]:
    """The texts of the first row of a sheet."""
    with package.stream(part) as stream:
        cells = next((cells_of(row) for row in SheetStream(stream).rows()), {})
    texts = _texts(package, cells)
    return [texts[column] for column in sorted(texts)]


def _width(row: Row, known: int) -> int:
    """The last column in which the row holds anything, or `known`, when it is not beyond."""
    last = row.cells.rfind("<c ")
    if last >= 0:
        reference = markup.attribute(row.cells[last : row.cells.find(">", last) + 1], "r")
        if reference and markup.place(reference)[1] <= known:
            return known
    filled = (column for column, cell in cells_of(row).items() if "<v" in cell or "<is" in cell or "<f" in cell)
    return max(filled, default=known)


def _texts(package: Archive, heading: dict[int, str]) -> dict[int, str]:
    shared: dict[int, int] = {}
    texts = {}
    for column, cell in heading.items():
        if markup.attribute(markup.opening(cell), "t") == "inlineStr":
            texts[column] = unescape("".join(_TEXT.findall(cell)))
        elif value := _VALUE.search(cell):
            texts[column] = unescape(value[1])
            if markup.attribute(markup.opening(cell), "t") == "s":
                shared[column] = int(value[1])
    strings = package.shared_strings(set(shared.values()))
    return texts | {column: strings.get(number, "") for column, number in shared.items()}
