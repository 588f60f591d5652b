"""Lines of text split into records, one by one: slower than `fast_split`, but it reports what is wrong and goes on."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Record = list[str] | str
"""The cells of a record; or a line as it was written, without its end, whose cells the delimiter alone divides."""

_NULS = re.compile("\0+")
_UNDECODABLE = re.compile("[\ud800-\udfff]+")
LONGEST_CELL = 131072  # characters; the limit of csv.reader
_FEWEST_TOLD = 5  # cells; a line of notes may well hold a comma or three
_LONGEST_RECORD = 4 * 2**20  # characters that one unclosed record may take before its quotes are taken for a mistake


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record cannot be trusted."""

    message: str
    hint: str


@dataclass(slots=True)
class Records:
    """What the lines of a block hold."""

    cells: list[list[str]] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)  # by place in `cells`
    rest: str = ""  # what was not split: a record that goes on in the next block, or all beyond the limit


_OPEN_QUOTE = Fault("a quote that is opened in this row is never closed", "close the quote, or remove it")
_STRAY_QUOTE = Fault("text follows a closing quote", 'write a quote inside a quoted cell twice: "5"" pipe"')
SWALLOWED = Fault(
    "a cell of it holds whole rows: a quote before them is never closed",
    "close the quote, or remove it; if the cell is right, put it in one line",
)
BLANK_BEFORE_QUOTE = Fault(
    "a blank stands before a quote, so that the delimiter inside the quotes divides the cell",
    "remove the blank before the quote, or export the file without blanks after the delimiters",
)
NO_ENCODING = Fault(
    "the row holds letters of an encoding that is not named: which letters they are would be a guess",
    'set fallback_encoding to the encoding of the file, such as "cp1252" (Western Europe), "cp1250" (Central Europe) '
    'or "cp1251" (Cyrillic), or save the file as CSV UTF-8',
)
_TOO_LONG = Fault("a cell holds more than 131072 characters", "shorten it; look for a quote that is never closed")
_NUL = Fault("the row holds a NUL character", "export the file again; it was damaged on its way")
NO_CHARACTER = Fault("the row holds bytes that are no characters", "correct the letters and save the file as CSV UTF-8")


def split_blocks(source: Iterable[bytes], delimiter: str) -> Iterator[Sequence[Record]]:
    """Split the blocks of a file into records; those of a block without anything unusual stay the lines they are."""
    waiting = b""
    for block in source:
        if waiting:
            if lines := _plain_lines(waiting):
                yield lines
                waiting = block
                continue
            found = split(decoded(waiting), delimiter, more=True)
            yield found.cells
            waiting = encoded(found.rest) + block
        else:
            waiting = block
    yield _plain_lines(waiting) or split(decoded(waiting), delimiter).cells


def _plain_lines(block: bytes) -> list[Record] | None:
    """The lines of a block that ends with a line; None where they may not be divided by the delimiter alone."""
    if b'"' in block or b"\0" in block or block.count(b"\r") != block.count(b"\r\n") or not block.endswith(b"\n"):
        return None
    try:
        lines = block.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        return None
    lines.pop()  # behind the last end of a line
    return [line or [] for line in lines] if max(map(len, lines)) <= LONGEST_CELL else None


def split(text: str, delimiter: str, *, more: bool = False, limit: int = sys.maxsize) -> Records:
    """Split whole lines into records.

    A blank line is a record without cells. After a mistake with quotes the first line of the record is a record by
    itself, with a fault, and everything after it is read anew: whether that has the right number of cells decides
    whether it can be trusted.

    Args:
        text: lone surrogates stand for undecodable bytes.
        more: the file goes on after this text, so that a record may be open at its end.
        limit: the number of records after which to stop.
    """
    found = Records()
    # Not splitlines(): a form feed or a line separator inside a cell ends no line of a file.
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    while start < len(lines) and len(found.cells) < limit:
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter, strict=True)
        first = start
        try:
            for cells in reader:
                found.cells.append(cells)
                first = start + reader.line_num
                if len(found.cells) == limit:
                    break
            found.rest = "".join(lines[first:])
            break
        except csv.Error as error:
            reached = start + reader.line_num
            if more and reached == len(lines):
                rest = "".join(lines[first:])
                if len(rest) < _LONGEST_RECORD:
                    found.rest = rest
                    break
            found.faults[len(found.cells)] = _fault(error, reached - first)
            found.cells.append(_leniently(lines[first], delimiter))
            start = first + 1
            if len(found.cells) == limit:
                found.rest = "".join(lines[start:])
    _find_damage(text, found)
    return found


def swallows_rows(cell: str, place: int, delimiter: str, width: int) -> bool:
    """Whether a cell of several lines holds what must be rows of their own: two stray quotes make one cell of them.

    The physical lines show it: each of them, or the first and the last with the cells beside this one, is as wide as
    the headings. In a narrow table a line of notes may be so by chance, but notes have a blank after a comma.

    Args:
        cell: with several lines.
        place: of the cell in its row, from 0.
        delimiter: of the file.
        width: of the headings.
    """
    first, *others = cell.split("\n")
    if width <= 1:
        return False
    whole = [line for line in others if line.count(delimiter) == width - 1]
    if first.count(delimiter) == width - 1 - place and others[-1].count(delimiter) == place:
        whole += [first, others[-1]]
    return bool(whole) and (width >= _FEWEST_TOLD or not all(_is_prose(line, delimiter) for line in whole))


def _is_prose(line: str, delimiter: str) -> bool:
    return delimiter in ",;" and line.count(delimiter) == line.count(f"{delimiter} ") + line.endswith(delimiter)


def decoded(block: bytes) -> str:
    """Decode UTF-8; lone surrogates stand for undecodable bytes."""
    return block.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """Undo `decoded`."""
    return text.encode("utf-8", "surrogateescape")


def _fault(error: csv.Error, lines: int) -> Fault:
    # The parser names its errors in words only.
    if lines == 1 and "expected after" in str(error):
        return _STRAY_QUOTE
    if lines == 1 and "limit" in str(error):
        return _TOO_LONG
    return _OPEN_QUOTE


def _leniently(line: str, delimiter: str) -> list[str]:
    line = line.rstrip("\r\n")
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return line.split(delimiter)


def _find_damage(text: str, found: Records) -> None:
    """Mark records that hold NUL characters or undecodable bytes."""
    if "\0" in text:
        _mark(found, _NUL, _NULS)
    if not text.isascii() and _UNDECODABLE.search(text):
        _mark(found, NO_CHARACTER, _UNDECODABLE)


def _mark(found: Records, fault: Fault, sign: re.Pattern[str]) -> None:
    for place, cells in enumerate(found.cells):
        if any(map(sign.search, cells)):
            found.faults[place] = fault
            found.cells[place] = [sign.sub("\ufffd", cell) for cell in cells]
