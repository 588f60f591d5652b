"""The XML of a sheet, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from pipeline.errors import UnreadableFile
from pipeline.xlsx.editing import markup

_PIECE = 1 << 20  # characters read at once
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c\s*>)", re.DOTALL)
_END_OF_ROW = re.compile(r"</row\s*>")
_ASIDE = {"<!--": "-->", "<?": "?>"}  # comments and instructions may stand between rows


class Row(NamedTuple):
    """One row: its number, its first tag, and its cells as XML."""

    number: int
    tag: str
    cells: str


class SheetStream:
    """A sheet that is read from front to back: `head`, then `rows()`, then `tail`."""

    def __init__(self, stream: TextIO) -> None:
        self._pieces = _whole_tags(stream)
        self._ahead = ""
        while (start := self._ahead.find("<sheetData")) < 0 or self._ahead.find(">", start) < 0:
            self._read_on()
        end = self._ahead.find(">", start) + 1
        self.head = self._ahead[:start]
        self.tail = ""
        self._empty = self._ahead[end - 2] == "/"
        self._ahead = self._ahead[end:]

    def rows(self) -> Iterator[Row]:
        """The rows; numbers that a writer left out are counted."""
        number = 0
        at = 0
        while not self._empty:
            row = self._next_row(at)
            if row is None:
                break
            start, opened, end = row
            tag = self._ahead[start:opened]
            given = markup.attribute(tag, "r")
            number = int(given) if given else number + 1
            closed = self._ahead.rfind("</", opened, end) if opened < end else opened
            yield Row(number, tag, self._ahead[opened:closed])
            at = end
            if at > _PIECE:
                self._ahead = self._ahead[at:]
                at = 0
        rest = self._ahead[at:] + "".join(self._pieces)
        self.tail = rest if self._empty else rest[rest.index(">", rest.index("</sheetData")) + 1 :]

    def _next_row(self, at: int) -> tuple[int, int, int] | None:
        """Where the next row starts, its first tag ends, and the row ends."""
        while True:
            start = self._ahead.find("<", at)
            if start >= 0 and self._ahead.startswith("</sheetData", start):
                return None
            if start >= 0 and (close := next((c for o, c in _ASIDE.items() if self._ahead.startswith(o, start)), "")):
                if (end := self._ahead.find(close, start)) >= 0:
                    at = end + len(close)
                else:
                    self._read_on()
                continue
            opened = self._ahead.find(">", start) + 1 if start >= 0 else 0
            if opened and self._ahead[opened - 2] == "/":
                return start, opened, opened
            if opened and (end_of_row := _END_OF_ROW.search(self._ahead, opened)):
                return start, opened, end_of_row.end()
            self._read_on()

    def _read_on(self) -> None:
        piece = next(self._pieces, "")
        if not piece:
            raise UnreadableFile("the workbook is cut off in the middle of a sheet; export it again")
        self._ahead += piece


def cells_of(row: Row) -> dict[int, str]:
    """The cells of a row as XML, by column number; places that a writer left out are counted and filled in."""
    found = {}
    column = 0
    for match in _CELL.finditer(row.cells):
        reference = markup.attribute(match[0][: match.end(1) - match.start()], "r")
        column = markup.place(reference)[1] if reference else column + 1
        named = match[0] if reference else markup.with_attribute(match[0], "r", f"{markup.letters(column)}{row.number}")
        found[column] = named
    return found


def _whole_tags(stream: TextIO) -> Iterator[str]:
    """Pieces of the text that end before a tag begins, freed of the prefix that the writer may have set."""
    carried = stream.read(_PIECE)
    prefix = markup.prefix_of(carried)
    carried = markup.declared_utf8(carried)
    while piece := stream.read(_PIECE):
        carried += piece
        if (cut := carried.rfind("<")) > 0:
            yield markup.without_prefix(carried[:cut], prefix)
            carried = carried[cut:]
    yield markup.without_prefix(carried, prefix)
