"""The cells of one sheet, read from its XML as it streams by.

openpyxl and pandas make objects of all cells, the blank ones too, and hide whether a formula has ever been calculated.
This reads the filled cells only, several times as fast.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import IO

from pipeline.errors import UnreadableFile
from pipeline.xlsx.reading.number_formats import LOST_DIGITS, Shown, number_text
from pipeline.xlsx.reading.shared_texts import new_parser, unescaped
from pipeline.xlsx.reading.shown import Shows, shows_number, shows_words

_CHUNK = 2**16  # bytes
_LONGEST_TOKEN = 2**24  # bytes without a single element or text: no cell is as long
_MOST_PIECES = 1000  # of text in a cell, some 8 kB each; Excel allows 32,767 characters
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_EVERYWHERE = range(_LAST_COLUMN)
_MOST_KEPT = 100_000  # texts of numbers


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell's number is shown."""

    code: str = "General"
    shown: Shown = Shown.NUMBER
    changes_texts: bool = False  # a cell with a text shows another


@dataclass(frozen=True, slots=True)
class Context:
    """What the cells of all sheets refer to."""

    texts: list[str]  # shared
    styles: list[Style]
    from_1904: bool = False
    uncalculated: bool = False  # a program wrote it that expects Excel to calculate; its formulas hold 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that holds no data."""

    position: int
    value: str
    message: str
    hint: str


@dataclass(slots=True)
class Row:
    """A row that holds anything."""

    number: int
    hidden: bool
    cells: dict[int, str] = field(default_factory=dict)  # by position: what each holds
    shown: dict[int, Shows] | None = None  # by position: what those show that show something else
    troubles: list[Trouble] = field(default_factory=list)


def read_rows(
    sheet: IO[bytes],
    context: Context,
    merged: list[str] | None = None,
    shown_at: Container[int] = _EVERYWHERE,
    commas_at: Container[int] = frozenset(),
) -> Iterator[Row]:
    """Read the filled rows of a sheet's XML.

    Args:
        sheet: the XML.
        context: what the cells refer to.
        merged: takes the ranges of merged cells, which stand behind the rows.
        shown_at: the positions of which it matters what cells show; to note it takes time.
        commas_at: the positions where numbers come with a decimal comma, as texts beside them are written.

    Raises:
        UnreadableFile: it has rows or columns where no sheet has any.
        expat.ExpatError, ValueError, LookupError: it is damaged.
    """
    cells = _Cells(context, shown_at, commas_at)
    fed = 0
    while chunk := sheet.read(_CHUNK):
        cells.parser.Parse(chunk, False)
        fed += len(chunk)
        if fed - cells.parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise ValueError("endless token")
        yield from cells.rows
        cells.rows.clear()
    cells.parser.Parse(b"", True)
    yield from cells.rows
    if merged is not None:
        merged += cells.merged


class _Cells:
    """Handlers of the elements of a sheet, called some ten million times for a large one: hence plain and flat."""

    def __init__(self, context: Context, shown_at: Container[int], commas_at: Container[int]) -> None:
        self._shown_at, self._commas_at = shown_at, commas_at
        self.rows: list[Row] = []
        self.merged: list[str] = []
        self.parser = new_parser()
        self.parser.StartElementHandler = self._root
        self._context = context
        self._row = Row(0, False)
        self._number = 0
        self._position = -1
        self._type = self._style = ""
        self._value: str | None = None
        self._formula: str | None = None
        self._pieces: list[str] = []
        self._inline: list[str] = []
        self._phonetic = False
        self._positions: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], str] = {}
        self._shown: dict[tuple[str, str], Shows] = {}
        self._changing = {str(number) for number, style in enumerate(context.styles) if style.changes_texts}

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        prefix, colon, local = name.rpartition(":")
        if local != "worksheet":
            raise ValueError("no worksheet")
        self._v, self._c, self._f, self._t, self._r, self._ph, self._m = (
            prefix + colon + element for element in ("v", "c", "f", "t", "row", "rPh", "mergeCell")
        )
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._pieces.clear()
        if name == self._c:
            self._position = self._place(attributes.get("r", ""))
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s") or "0"  # an empty one is the standard style
            self._value = self._formula = None
        elif name == self._r:
            number = int(attributes.get("r", self._number + 1))
            if number > _LAST_ROW:
                raise UnreadableFile(f"has a row {number}; no sheet has more than {_LAST_ROW}")
            if number <= self._number:
                raise ValueError("rows out of order")
            self._number = number
            self._position = -1
            self._row = Row(number, attributes.get("hidden") in ("1", "true"))
        elif name == self._ph:
            self._phonetic = True
        elif name == self._m:
            self.merged.append(attributes.get("ref", ""))

    def _characters(self, text: str) -> None:
        self._pieces.append(text)
        if len(self._pieces) > _MOST_PIECES:
            raise ValueError("endless text")

    def _end(self, name: str) -> None:
        if name == self._v:
            self._value = "".join(self._pieces)
        elif name == self._c:
            self._take_cell()
        elif name == self._t:
            if self._type == "inlineStr" and not self._phonetic:
                self._inline.append("".join(self._pieces))
        elif name == self._f:
            self._formula = "".join(self._pieces)
        elif name == self._r:
            if self._row.cells:
                self.rows.append(self._row)
        elif name == self._ph:
            self._phonetic = False

    def _place(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        if not letters:
            return self._position + 1
        if letters not in self._positions:
            self._positions[letters] = position_of(letters)
        return self._positions[letters]

    def _take_cell(self) -> None:
        value, kind = self._value, self._type
        if self._formula is not None and self._is_uncalculated(value):
            text = f"={self._formula}"
            self._trouble(
                text, "the formula was never calculated", "open the file in Excel, save it, and send it again"
            )
        elif kind == "s" and value:
            text = self._shared(int(value))
        elif kind == "inlineStr":
            text = unescaped("".join(self._inline))
            self._inline.clear()
        elif not value:
            return
        elif kind == "n":
            text = self._numbers.get((self._style, value)) or self._read_number(value)
            if self._position in self._shown_at and (shown := self._shown.get((self._style, value))):
                self._note_shown(shown)
            if self._position in self._commas_at:
                text = text.replace(".", ",")
        elif kind == "b":
            text = "TRUE" if value in ("1", "true") else "FALSE"
        elif kind == "e":
            text = value
            self._trouble(value, f"{value} is an error of Excel, not a value", "correct the formula, or type the value")
        elif kind == "d":
            text = value.removesuffix("T00:00:00").removesuffix("Z")
        else:
            text = unescaped(value)
        if text:
            self._row.cells[self._position] = text
            if self._changing and self._style in self._changing and kind in ("s", "inlineStr", "str"):
                self._note_shown_words(text)

    def _shared(self, number: int) -> str:
        texts = self._context.texts
        if 0 <= number < len(texts):
            return texts[number]
        text = f"(text {number})"
        self._trouble(text, f"the file lacks the text of this cell, its number {number}", "type the value again")
        return text

    def _note_shown_words(self, text: str) -> None:
        shown = shows_words(text, self._context.styles[int(self._style)].code)
        if shown is not None:
            self._note_shown(shown)

    def _note_shown(self, shown: Shows) -> None:
        if self._row.shown is None:
            self._row.shown = {}
        self._row.shown[self._position] = shown

    def _is_uncalculated(self, value: str | None) -> bool:
        if not value:
            return self._type != "str" or value is None  # a calculated text may be empty
        return value == "0" and self._context.uncalculated

    def _read_number(self, value: str) -> str:
        style = self._context.styles[int(self._style)]
        text = number_text(value, style.code, style.shown, from_1904=self._context.from_1904)
        if style.shown in (Shown.NUMBER, Shown.PADDED) and abs(float(value)) >= LOST_DIGITS:
            message = f"{text} is a number of more than 15 digits: Excel has lost the last ones"
            self._trouble(text, message, "format the cell as text and type it again")
            return text
        if len(self._numbers) >= _MOST_KEPT:  # a column of so many numbers has few twice
            self._numbers.clear()
            self._shown.clear()
        self._numbers[self._style, value] = text
        if shown := shows_number(value, text, style.code, style.shown):
            self._shown[self._style, value] = shown
        return text

    def _trouble(self, value: str, message: str, hint: str) -> None:
        self._row.troubles.append(Trouble(self._position, value, message, hint))


def position_of(letters: str) -> int:
    """Undo `column_letters`.

    Raises:
        UnreadableFile: no sheet has such a column.
        ValueError: no column is called so.
    """
    position = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError("no column")
        position = position * 26 + ord(letter) - ord("A") + 1
        if position > _LAST_COLUMN:
            raise UnreadableFile(f"has a column {letters[:8]}; no sheet has more than XFD")
    return position - 1
