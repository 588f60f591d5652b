"""The row of headings, found among the first rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.extract.blanks import stripped
from pipeline.extract.options import Options
from pipeline.extract.record_type import WIDEST, Layout, recognise
from pipeline.values.problems import Problem, Severity
from schemas import RECORD_TYPES
from schemas.vocabulary.headings import nearest

__all__ = ["LAST_HEADING_ROW", "WIDEST", "Layout", "find_headings", "nothing_recognised", "recognise", "titles_skipped"]

LAST_HEADING_ROW = 20  # how far down titles may push the headings
_SHORT = 4  # characters; so few look like a heading by chance
_SHOWN = 50  # cells of a row that are compared with known headings for a hint


def find_headings(rows: Iterable[tuple[int, Sequence[str]]], options: Options) -> tuple[int, Layout] | None:
    """Find the row of headings among the first rows of a table.

    Returns:
        Its number and what it means: the first row without a fault, else the first that names a record type at all;
        None where no row does.
    """
    faulty = None
    for row, cells in rows:
        layout = recognise(cells, options)
        if layout and not layout.fault:
            return row, layout
        if layout and faulty is None:
            faulty = row, layout
    return faulty


def nothing_recognised(rows: Iterable[Sequence[str]]) -> str:
    """Say that no row names a record type, and which known headings its cells look like."""
    cells = [stripped(cell) for cell in max(rows, key=lambda row: sum(map(bool, row)), default=())[:_SHOWN]]
    keys = {record.reference: name for name, record in RECORD_TYPES.items()}
    known = [heading for record in RECORD_TYPES.values() for heading in record.columns]
    needed = ", ".join(f"{key} ({name})" for key, name in keys.items())
    # The heading that names the document decides; any other only shows what was meant.
    alike = [(cell, near) for cell in cells if (near := nearest(cell, keys))]
    alike = alike or [(cell, near) for cell in cells if len(cell) > _SHORT and (near := nearest(cell, known))][:3]
    seen = "; " + ", ".join(f'"{cell}" looks like {near}' for cell, near in alike) if alike else ""
    hint = "; map the file's own headings in [columns] or [[sources]] of the configuration"
    return f"no heading of a known record type{seen}; one of these is needed: {needed}{hint}"


def titles_skipped(row: int) -> Problem:
    """Say that rows above the headings were not read."""
    above = "row 1 above them is" if row == 2 else f"rows 1 to {row - 1} above them are"
    return Problem(0, "", "", f"the headings are in row {row}: {above} not read", "", Severity.WARNING)
