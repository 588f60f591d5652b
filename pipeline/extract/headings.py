"""The row of headings, found among the first rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.config.source_blocks import Source
from pipeline.extract.blanks import stripped
from pipeline.extract.options import Options
from pipeline.extract.record_type import WIDEST, Layout, recognise
from pipeline.extract.sources.layout import best_row, missing_in, own_columns, with_rule_columns
from pipeline.values.problem_sheets import SHEET_NAME, is_problem_sheet
from pipeline.values.problems import Problem, Severity
from schemas import RECORD_TYPES
from schemas.vocabulary.headings import fold, nearest

__all__ = [
    "WIDEST",
    "Layout",
    "find_headings",
    "last_heading_row",
    "nothing_recognised",
    "recognise",
    "titles_skipped",
]

LAST_HEADING_ROW = 20  # how far down titles may push the headings
_SHORT = 4  # characters; so few look like a heading by chance
_NAMED = 5  # missing headings that a sentence names
_SHOWN = 50  # cells of a row that are compared with known headings for a hint


def last_heading_row(options: Options) -> int:
    """How far down the headings may stand."""
    return max(LAST_HEADING_ROW, options.source.heading_row if options.source else 0)


def find_headings(rows: Iterable[tuple[int, Sequence[str]]], options: Options) -> tuple[int, Layout] | None:
    """Find the row of headings among the first rows of a table.

    Returns:
        Its number and what it means: the first row without a fault, else the first that names a record type at all;
        None where no row does.
    """
    source = options.source
    if source is not None and source.columns:
        found = best_row(((row, [*map(stripped, cells)]) for row, cells in rows), source)
        return (found[0], _of_source(found[1], source)) if found else None
    if source is not None and source.heading_row:
        rows = ((row, cells) for row, cells in rows if row == source.heading_row)
    faulty = None
    for row, cells in rows:
        layout = recognise(cells, options)
        if layout and not layout.fault:
            return row, with_rule_columns(layout, source) if source else layout
        if layout and faulty is None:
            faulty = row, layout
    return faulty


def nothing_recognised(rows: Iterable[Sequence[str]], source: Source | None = None) -> str:
    """Say that no row names a record type, and which known headings its cells look like."""
    if source is not None and source.columns:
        return _nothing_of_source(rows, source)
    rows = list(rows)
    if rows and is_problem_sheet([*map(stripped, rows[0])]):
        return f"this is the sheet {SHEET_NAME} of a failed file: save the sheet beside it, which has the rows"
    cells = [stripped(cell) for cell in max(rows, key=lambda row: sum(map(bool, row)), default=())[:_SHOWN]]
    keys: dict[str, list[str]] = {}
    for name, record in RECORD_TYPES.items():
        keys.setdefault(record.reference, []).append(name)
    known = [heading for record in RECORD_TYPES.values() for heading in record.columns]
    needed = ", ".join(f"{key} ({' or '.join(names)})" for key, names in keys.items())
    if half := _half_identified(cells):
        return f"no record type is known by these headings: {half}; add what is missing, or map it in [columns]"
    # The heading that names the document decides; any other only shows what was meant.
    alike = [(cell, near) for cell in cells if (near := nearest(cell, keys))]
    alike = alike or [(cell, near) for cell in cells if len(cell) > _SHORT and (near := nearest(cell, known))][:3]
    seen = "; " + ", ".join(f'"{cell}" looks like {near}' for cell, near in alike) if alike else ""
    hint = "; map the file's own headings in [columns] or [[sources]] of the configuration"
    return f"no heading of a known record type{seen}; one of these is needed: {needed}{hint}"


def _half_identified(cells: Sequence[str]) -> str:
    """Name a record type of which one of several headings that make it known is there, and what is missing."""
    there = {fold(cell) for cell in cells}
    for record in RECORD_TYPES.values():
        marks = (record.reference, *record.identified_by)
        found = [mark for mark in marks if fold(mark) in there]
        if 0 < len(found) < len(marks):
            missing = ", ".join(mark for mark in marks if mark not in found)
            return f"{record.name} need {missing} beside {found[0]}"
    return ""


def _of_source(cells: Sequence[str], source: Source) -> Layout:
    """The layout of a source that maps columns: what it does not name is not read."""
    return Layout(RECORD_TYPES[source.type], tuple(cells), own_columns(cells, source), is_said=True)


def _nothing_of_source(rows: Iterable[Sequence[str]], source: Source) -> str:
    best = min(([*map(stripped, row)] for row in rows), key=lambda row: len(missing_in(row, source)), default=[])
    missing = ", ".join(f'"{name}"' for name in missing_in(best, source)[:_NAMED])
    if not missing:
        return f"the headings are not in row {source.heading_row}, where {source.where} says that they are"
    where = f"row {source.heading_row} lacks" if source.heading_row else f"no row of the first {LAST_HEADING_ROW} has"
    return f"{where} the headings that {source.where} names; missing: {missing}"


def titles_skipped(row: int) -> Problem:
    """Say that rows above the headings were not read."""
    above = "row 1 above them is" if row == 2 else f"rows 1 to {row - 1} above them are"
    return Problem(0, "", "", f"the headings are in row {row}: {above} not read", "", Severity.WARNING)
