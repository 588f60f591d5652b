"""The beginning of a file that nothing is known of: its rows, and how a text file is divided into cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.errors import UnreadableFile
from pipeline.extract.blanks import stripped
from pipeline.extract.blocks import blocks
from pipeline.extract.careful_split import decoded, split
from pipeline.extract.encoding import find_encoding
from pipeline.extract.quoting import requoted
from pipeline.values.problem_sheets import is_problem_sheet

_ROWS = 2_000  # that are looked at
_DELIMITERS = (",", ";", "\t", "|")
_QUOTINGS = ("double", "none", "backslash")
# Bytes that are no UTF-8 are letters of some code page: for the look at a file any of them will do.
_ANY_CODE_PAGE = "cp1252"


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first rows of a text file, or of a sheet; each with its number as people see it."""

    rows: Sequence[tuple[int, tuple[str, ...]]]
    delimiter: str = ""  # of a text file
    quoting: str = ""  # "" where quotes enclose cells, as nearly everywhere
    is_unicode: bool = True
    sheet: str = ""  # of a workbook that has more than one


def beginnings_of(path: Path) -> list[Beginning]:
    """Read the beginning of a text file, or of each visible sheet of a workbook that holds anything.

    Raises:
        UnreadableFile: there is nothing to read.
    """
    found = _of_workbook(path) if path.suffix.lower() in (".xlsx", ".xlsm") else [_of_text(path)]
    found = [each for each in found if any(any(cells) for _, cells in each.rows)]
    if not found:
        raise UnreadableFile("has no filled cell")
    return found


def _of_text(path: Path) -> Beginning:
    encoding = find_encoding(path, _ANY_CODE_PAGE)
    block = next(blocks(path, encoding), b"")
    candidates = [_divided(block, mark, quoting) for quoting in _QUOTINGS for mark in _DELIMITERS]
    # The first of those that are as even: a comma and ordinary quotes, unless another way divides more rows alike.
    rows, delimiter, quoting = max(candidates, key=lambda each: _evenness(each[0]))
    return Beginning(
        [(number, tuple(map(stripped, cells))) for number, cells in enumerate(rows, start=1)],
        delimiter,
        "" if quoting == "double" else quoting,
        encoding.startswith("utf"),
    )


def _divided(block: bytes, delimiter: str, quoting: str) -> tuple[list[list[str]], str, str]:
    if quoting != "double" and (b'"' not in block or (quoting == "backslash" and b'\\"' not in block)):
        return [], delimiter, quoting
    try:
        text = decoded(b"".join(requoted([block], delimiter, quoting)))
    except UnreadableFile:
        return [], delimiter, quoting
    found = split(text, delimiter, limit=_ROWS)
    faults = set(found.faults)
    return [cells if place not in faults else [] for place, cells in enumerate(found.cells)], delimiter, quoting


def _evenness(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many rows have as many cells as most have, and how many cells that is."""
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return 0, 0
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    return widths.count(usual) * usual, usual


def _of_workbook(path: Path) -> list[Beginning]:
    from pipeline.xlsx.reading.cells import read_rows
    from pipeline.xlsx.reading.open import open_workbook
    from pipeline.xlsx.reading.parts import damage_reported, read_parts

    found = []
    with damage_reported(), open_workbook(path) as package:
        parts = read_parts(package)
        visible = [sheet for sheet in parts.sheets if not sheet.hidden]
        for sheet in visible:
            with package.open(sheet.part) as file:
                rows = list(islice(read_rows(file, parts.context), _ROWS))
            if not rows or is_problem_sheet([*rows[0].cells.values()]):
                continue
            width = max((max(row.cells, default=-1) + 1 for row in rows), default=0)
            cells = [(row.number, tuple(stripped(row.cells.get(at, "")) for at in range(width))) for row in rows]
            found.append(Beginning(cells, sheet=sheet.name if len(visible) > 1 else ""))
    return found
