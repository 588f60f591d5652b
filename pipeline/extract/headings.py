"""Which record type a row of headings means, and which column each heading is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.extract.blanks import column_letters, stripped
from pipeline.extract.options import Options
from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import RESULT_COLUMNS
from schemas import RECORD_TYPES, RecordType
from schemas.vocabulary.headings import fold, nearest

WIDEST = 1000  # columns that headings may take; the widest contract has 134
LAST_HEADING_ROW = 20  # how far down titles may push the headings
_SHORT = 4  # characters; so few look like a heading by chance
_SHOWN = 50  # cells of a row that are compared with known headings for a hint


@dataclass(frozen=True, slots=True)
class Layout:
    """A row of headings, understood."""

    record: RecordType
    cells: tuple[str, ...]  # as the file has them, stripped
    columns: tuple[str, ...]  # at each position the contract's heading or a result column; "" where neither is known
    fault: str = ""  # why the rows below cannot be read under these headings

    @property
    def known(self) -> int:
        """How many columns of the contract the row names."""
        return len(set(self.columns).intersection(self.record.columns))

    @property
    def required(self) -> int:
        """How many of the columns that every row needs the row names."""
        return sum(column.required for column in self.record.columns.values() if column.heading in self.columns)

    @property
    def headings(self) -> dict[str, str]:
        """The file's heading of each known column."""
        return {column: cell for column, cell in zip(self.columns, self.cells, strict=True) if column}


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


def recognise(cells: Sequence[str], options: Options) -> Layout | None:
    """Decide what a row means as headings; None where it names no record type, or is too wide for headings."""
    cells = tuple(map(stripped, cells))
    if len(cells) > WIDEST:  # a stray cell far to the right makes a spreadsheet write all delimiters up to it
        cells = cells[: max((at for at, cell in enumerate(cells, start=1) if cell), default=0)]
    if len(cells) > WIDEST:
        return None
    layouts = [layout for record in RECORD_TYPES.values() if (layout := _as_record(record, cells, options))]
    if not layouts:
        return None
    best, *others = sorted(layouts, key=_fit, reverse=True)
    if others and _fit(others[0]) == _fit(best):
        fault = (
            f"the headings fit {best.record.name} and {others[0].record.name} equally well; "
            f"add a heading that only one of them has"
        )
    else:
        fault = _doubled(best) or _missing(best, options)
    return Layout(best.record, best.cells, best.columns, fault)


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
    hint = "; other names of headings can be told in [columns] of the configuration"
    return f"no heading of a known record type{seen}; one of these is needed: {needed}{hint}"


def titles_skipped(row: int) -> Problem:
    """Say that rows above the headings were not read."""
    above = "row 1 above them is" if row == 2 else f"rows 1 to {row - 1} above them are"
    return Problem(0, "", "", f"the headings are in row {row}: {above} not read", "", Severity.WARNING)


def _as_record(record: RecordType, cells: tuple[str, ...], options: Options) -> Layout | None:
    known = {fold(heading): heading for heading in record.columns}
    known |= {heading: heading for heading in RESULT_COLUMNS}
    known |= options.columns.get(record.name, {})
    columns = tuple(known.get(fold(cell), "") for cell in cells)
    return Layout(record, cells, columns) if {record.reference, *record.identified_by} <= set(columns) else None


def _fit(layout: Layout) -> tuple[int, int]:
    return layout.known, layout.required


def _doubled(layout: Layout) -> str:
    places: dict[str, list[str]] = {}
    for position, (column, cell) in enumerate(zip(layout.columns, layout.cells, strict=True)):
        if column:
            places.setdefault(column, []).append(f'column {column_letters(position)} ("{cell}")')
    for column, found in places.items():
        if len(found) > 1:
            return f"{' and '.join(found)} both stand for {column}; remove or rename one of them"
    return ""


def _missing(layout: Layout, options: Options) -> str:
    spared = {*layout.columns, *options.defaulted.get(layout.record.name, ())}
    missing = [
        column.heading
        for column in layout.record.columns.values()
        if column.required and not column.default and not column.fallback and column.heading not in spared
    ]
    if not missing:
        return ""
    strangers = [cell for cell, column in zip(layout.cells, layout.columns, strict=True) if cell and not column]
    alike = [f'"{near}" looks like {heading}' for heading in missing if (near := nearest(heading, strangers))]
    # A short form such as "qty" looks like nothing: then what is there is at least named.
    strange = ", ".join(f'"{cell}"' for cell in strangers[:3])
    hint = f"; {', '.join(alike)}" if alike else f"; not known: {strange}" if strangers else ""
    noun, verb = ("heading", "is") if len(missing) == 1 else ("headings", "are")
    return f"the {noun} {', '.join(missing)} that {layout.record.name} need {verb} missing{hint}"
