"""The beginning of a file that nothing is known of: headings, and the cells below them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.errors import UnreadableFile
from pipeline.extract.blanks import stripped
from pipeline.extract.blocks import blocks
from pipeline.extract.careful_split import decoded, split
from pipeline.extract.encoding import find_encoding
from pipeline.values.problem_sheets import is_problem_sheet

_ROWS = 500  # that are looked at
_HEADING_ROWS = 20
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first rows of a file."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heading_row: int
    delimiter: str = ""
    encoding: str = ""  # where the file is not Unicode


def beginning_of(path: Path) -> Beginning:
    """Read the beginning of a text file, or of the first sheet of a workbook that holds anything.

    Raises:
        UnreadableFile: there is nothing to read.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _from_rows(_of_workbook(path))
    encoding = find_encoding(path, None)
    text = decoded(next(blocks(path, encoding), b""))
    found = {mark: split(text, mark, limit=_ROWS).cells for mark in _DELIMITERS}
    delimiter = max(
        found, key=lambda mark: sum(len(row) > 1 for row in found[mark]) + max(map(len, found[mark]), default=0)
    )
    return _from_rows(
        list(enumerate(found[delimiter], start=1)), delimiter, "" if encoding.startswith("utf") else "cp1252"
    )


def _of_workbook(path: Path) -> list[tuple[int, list[str]]]:
    from pipeline.xlsx.reading.cells import read_rows
    from pipeline.xlsx.reading.open import open_workbook
    from pipeline.xlsx.reading.parts import damage_reported, read_parts

    with damage_reported(), open_workbook(path) as package:
        parts = read_parts(package)
        for sheet in parts.sheets:
            with package.open(sheet.part) as file:
                rows = list(islice(read_rows(file, parts.context), _ROWS))
            if rows and not sheet.hidden and not is_problem_sheet([*rows[0].cells.values()]):
                width = max(max(row.cells) + 1 for row in rows[:_HEADING_ROWS])
                return [(row.number, [row.cells.get(at, "") for at in range(width)]) for row in rows]
    return []


def _from_rows(rows: list[tuple[int, list[str]]], delimiter: str = "", encoding: str = "") -> Beginning:
    cells = [(row, tuple(map(stripped, each))) for row, each in rows]
    filled = [(row, each, sum(map(bool, each))) for row, each in cells if any(each)]
    if not filled:
        raise UnreadableFile("has no filled cell")
    most = max(count for _, _, count in filled[:_HEADING_ROWS])
    # Titles above a table fill a cell or two; the headings nearly all.
    heading_row, headings = next((row, each) for row, each, count in filled if count >= 0.8 * most)
    below = [each for row, each, _ in filled if row > heading_row]
    padded = (each[: len(headings)] + ("",) * (len(headings) - len(each)) for each in below)
    return Beginning(headings, tuple(padded), heading_row, delimiter, encoding)
