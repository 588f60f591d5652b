"""Text files (.csv, .txt, .tsv) read into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.config.source_blocks import Source
from pipeline.errors import UnreadableFile
from pipeline.extract.blanks import BLANKS, stripped
from pipeline.extract.blocks import blocks
from pipeline.extract.careful_split import (
    BLANK_BEFORE_QUOTE,
    NO_CHARACTER,
    NO_ENCODING,
    SWALLOWED,
    Fault,
    Record,
    Records,
    decoded,
    encoded,
    split,
    split_blocks,
    swallows_rows,
)
from pipeline.extract.columns import Columns
from pipeline.extract.encoding import UNNAMED, find_encoding
from pipeline.extract.fast_split import cells_of
from pipeline.extract.headings import (
    Layout,
    find_headings,
    last_heading_row,
    nothing_recognised,
    recognise,
    titles_skipped,
)
from pipeline.extract.options import Options
from pipeline.extract.quoting import requoted
from pipeline.extract.record_type import misfit, not_ignored
from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Dialect, Table

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_DELIMITERS_AS_BLANKS = str.maketrans(dict.fromkeys(_DELIMITERS, " "))


def read_text(path: Path, options: Options) -> Table:
    """Read a text file as `extract` promises."""
    said = options.source
    encoding = find_encoding(path, options.fallback_encoding, said.encoding if said else "")
    source: Iterator[bytes] = blocks(path, encoding)
    if said and said.quoting != "double":
        source = requoted(source, _delimiter_of(said), said.quoting)
    first = next(source, b"")
    head = _find_head(first, options, encoding)
    body = _Body(head, encoding)
    # A block is split when the next one is there: only the last may not end inside a record.
    waiting = encoded(split(decoded(first), head.delimiter, limit=head.row).rest)
    for block in source:
        waiting = body.take(waiting, more=True) + block
    body.take(waiting, more=False)
    frame, unknown = body.columns.frame(), body.columns.unknown
    if fault := misfit(head.layout, set(frame.columns), unknown):
        raise UnreadableFile(fault)
    return Table(
        path=path,
        sheet="",
        record=head.layout.record,
        frame=frame,
        headings=head.layout.headings,
        unknown=not_ignored(head.layout, unknown, options),
        broken=body.broken,
        problems=(*_announced(encoding, options), *head.problems, *body.columns.nameless, *body.problems),
        heading_row=head.row,
        dialect=Dialect(encoding, head.delimiter, said.quoting if said else "double"),
    )


def raw_records(path: Path, dialect: Dialect) -> Iterator[tuple[int, Record]]:
    """Read the records of a text file again, exactly as they are written, the heading and blank rows included.

    Yields:
        The number of the row that a person sees in Excel, and its cells, not stripped; or the whole row as it is
        written, where nothing but the delimiter has to be known to find its cells. A row that could not be split
        safely comes as well, split in some way; U+FFFD stands for what is no character.
    """
    row = 1
    source = requoted(blocks(path, dialect.encoding), dialect.delimiter, dialect.quoting)
    for records in split_blocks(source, dialect.delimiter):
        yield from enumerate(records, start=row)
        row += len(records)


@dataclass(frozen=True, slots=True)
class _Head:
    delimiter: str
    row: int
    layout: Layout
    problems: tuple[Problem, ...]


def _find_head(block: bytes, options: Options, encoding: str) -> _Head:
    """Find the delimiter under which most known headings are found, and their row."""
    text = decoded(block)
    splits = {delimiter: split(text, delimiter, limit=last_heading_row(options)) for delimiter in _possible(options)}
    heads = {
        delimiter: found
        for delimiter, records in splits.items()
        if (found := find_headings(enumerate(records.cells, start=1), options))
    }
    if not heads:
        if not stripped(text.translate(_DELIMITERS_AS_BLANKS)):
            raise UnreadableFile("has no filled cell")
        if _has_headings_in_one_cell(splits.get(",", Records()), options):
            raise UnreadableFile("each row stands in quotes as one cell; export it again without quotes around rows")
        widest = max(splits.values(), key=lambda records: max(map(len, records.cells), default=0))
        faults = "".join(f"; row {place + 1}: {fault.message}" for place, fault in widest.faults.items())
        raise UnreadableFile(nothing_recognised(widest.cells, options.source) + faults)
    delimiter = max(heads, key=lambda delimiter: heads[delimiter][1].known)
    (row, layout), records = heads[delimiter], splits[delimiter]
    if fault := _named(records.faults.get(row - 1), encoding):
        raise UnreadableFile(f"row {row}, the headings: {fault.message} ({fault.hint})")
    if layout.fault:
        raise UnreadableFile(layout.fault)
    titles = any(any(map(stripped, cells)) for cells in records.cells[: row - 1])
    return _Head(delimiter, row, layout, (titles_skipped(row),) if titles else ())


def _possible(options: Options) -> Sequence[str]:
    return [options.source.delimiter] if options.source and options.source.delimiter else [*_DELIMITERS]


def _delimiter_of(source: Source) -> str:
    """By what the cells of a file with quotes of its own are divided: it has to be known before they are."""
    if not source.delimiter:
        raise UnreadableFile(f'{source.where} has a quoting: add delimiter = "," or another')
    return source.delimiter


def _has_headings_in_one_cell(records: Records, options: Options) -> bool:
    alone = (cells[0] for cells in records.cells if len(cells) == 1)
    return any(recognise(cell.split(delimiter), options) for cell in alone for delimiter in _DELIMITERS)


def _announced(encoding: str, options: Options) -> list[Problem]:
    if encoding.startswith("utf") or encoding != options.fallback_encoding:
        return []
    message = f"the file is not UTF-8: read as {encoding}"
    return [Problem(0, "", "", message, "check letters such as é and ü; save it as CSV UTF-8", Severity.WARNING)]


def _named(fault: Fault | None, encoding: str) -> Fault | None:
    """What is wrong with a row whose bytes are no characters: of a file without an encoding, that."""
    return NO_ENCODING if fault is NO_CHARACTER and encoding == UNNAMED else fault


def _is_torn(cells: list[str], delimiter: str, text: str) -> Fault | None:
    """Whether a cell begins with a quote that is none to the reader, and goes on in the next one.

    Args:
        cells: of a row.
        delimiter: of the file.
        text: in which the row stands; a cell that is written in quotes may hold such a quote.
    """
    opened = False
    for cell in cells:
        if cell.count('"') % 2:
            if opened and cell.rstrip().endswith('"'):
                return BLANK_BEFORE_QUOTE
            begins = cell[0] in BLANKS and cell.strip(BLANKS).startswith('"')
            opened = opened or (begins and f"{cell}{delimiter}" in text)
    return None


class _Body:
    """The rows below the headings, block by block."""

    def __init__(self, head: _Head, encoding: str) -> None:
        self.columns = Columns(head.layout)
        self.broken: dict[int, tuple[str, ...]] = {}
        self.problems: list[Problem] = []
        self._encoding = encoding
        self._delimiter = head.delimiter
        self._width = len(head.layout.cells)
        self._named = max(position for position, cell in enumerate(head.layout.cells, start=1) if cell)
        self._row = head.row + 1  # of the next record

    def take(self, block: bytes, *, more: bool) -> bytes:
        """Read a block that begins with a record, and return what of it belongs to the next one."""
        if plain := cells_of(block, self._delimiter, self._width):
            size, cells = plain
            self.columns.add(np.arange(self._row, self._row + size), cells)
            self._row += size
            return b""
        text = decoded(block)
        found = split(text, self._delimiter, more=more)
        self._take_records(found, text)
        return encoded(found.rest)

    def _take_records(self, found: Records, text: str) -> None:
        rows, whole = [], []
        for row, (place, cells) in enumerate(enumerate(found.cells), start=self._row):
            fault = _named(found.faults.get(place), self._encoding) or self._swallowed(cells)
            fault = fault or _is_torn(cells, self._delimiter, text)
            if len(cells) == self._width and not fault:
                rows.append(row)
                whole.append(cells)
            elif fault := fault or self._misfit(cells):
                self.broken[row] = tuple(filter(None, map(stripped, filter(None, cells))))
                self.problems.append(Problem(row, "", "", fault.message, fault.hint))
            elif len(cells) >= self._named:
                rows.append(row)
                whole.append(cells[: self._width] + [""] * (self._width - len(cells)))
        self._row += len(found.cells)
        columns = [pa.array(cells, pa.string()) if any(cells) else None for cells in zip(*whole, strict=True)]
        self.columns.add(np.array(rows, dtype=np.int64), columns)

    def _swallowed(self, cells: list[str]) -> Fault | None:
        several = ((place, cell) for place, cell in enumerate(cells) if "\n" in cell)
        found = any(swallows_rows(cell, place, self._delimiter, self._width) for place, cell in several)
        return SWALLOWED if found else None

    def _misfit(self, cells: list[str]) -> Fault | None:
        """What is wrong with the number of cells.

        Nothing in a row without any value, nor where only blank cells beyond the headings, or cells under blank
        headings at the end, are too many or too few.
        """
        fields = f"{len(cells)} {'field' if len(cells) == 1 else 'fields'} where the headings have {self._width}"
        if len(cells) == 1 and (other := self._other_delimiter(cells[0])):
            own = _DELIMITERS.get(self._delimiter, repr(self._delimiter))
            return Fault(f"the row is divided by {other}, the headings by {own}", f"divide all rows by {own}")
        if len(cells) < self._named and any(map(stripped, cells)):
            return Fault(f"the row has {fields}", "write a delimiter for each blank cell too, up to the end of the row")
        if len(cells) > self._width and any(map(stripped, cells[self._width :])):
            return Fault(f"the row has {fields}", "put cells that hold the delimiter in quotes")
        return None

    def _other_delimiter(self, row: str) -> str:
        """By what a row seems to be divided instead."""
        others = (name for delimiter, name in _DELIMITERS.items() if row.count(delimiter) == self._width - 1)
        return next(others, "") if self._width > 1 else ""
