"""Cells that show one thing and hold another: a column of texts takes what they show, others what they hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.config.source_blocks import Source
from pipeline.extract.sources.headings import place_of
from pipeline.values.problems import Problem, shortened
from pipeline.xlsx.reading.cells import Row
from pipeline.xlsx.reading.shown import Shows
from schemas import RecordType

_OF_NUMBERS = ("number", "integer")
_OF_VALUES = (*_OF_NUMBERS, "flag", "datetime")


def text_places(
    record: RecordType, cells: Sequence[str], columns: Sequence[str], source: Source | None = None
) -> frozenset[int]:
    """The positions of columns that are of texts or codes, not of numbers, dates or flags.

    Args:
        record: what the rows are.
        cells: the headings as the file has them.
        columns: at each position the contract's heading, if it is one.
        source: says from which headings others come.
    """
    texts = {at for at, heading in enumerate(columns) if heading in record.columns and _is_text(record, heading)}
    values = set()
    for heading, rule in (source.columns if source else {}).items():
        if heading in record.columns:
            places = {at for name in rule.headings if (at := place_of(name, cells)) is not None}
            if _is_text(record, heading):
                texts |= places
            else:
                values |= places
    return frozenset(texts - values)


def comma_places(
    record: RecordType, cells: Sequence[str], columns: Sequence[str], source: Source | None = None
) -> frozenset[int]:
    """The positions of numbers, where the source says that they are written with a decimal comma.

    A cell that holds a number has no mark of its own: it is written like the texts, which have one.
    """
    if source is None or source.decimal != ",":
        return frozenset()
    if not source.columns:
        return frozenset(
            at for at, heading in enumerate(columns) if heading in record.columns and _is_number(record, heading)
        )
    rules = (rule for name, rule in source.columns.items() if _is_number(record, name) or rule.times is not None)
    places = (place_of(heading, cells) for rule in rules for heading in rule.headings)
    return frozenset(at for at in places if at is not None)


def _is_number(record: RecordType, heading: str) -> bool:
    return record.columns[heading].kind.name in _OF_NUMBERS


def _is_text(record: RecordType, heading: str) -> bool:
    return record.columns[heading].kind.name not in _OF_VALUES


def take_shown(row: Row, texts: Collection[int]) -> list[tuple[int, Shows]]:
    """Put what the row's cells show in the place of what they hold, where columns are of texts.

    Returns:
        The positions of cells that keep what they hold, for nothing else can be said, and what they show.
    """
    unclear = []
    for at, shows in (row.shown or {}).items():
        if at not in texts:
            continue
        if shows.is_value and shows.text is not None:
            row.cells[at] = shows.text
        elif shows.text != row.cells[at]:
            unclear.append((at, shows))
    return unclear


def unclear(row: int, heading: str, held: str, shows: Shows) -> Problem:
    """Say that a cell shows what cannot be its value."""
    hint = "format the cell as Text and type what it should be"
    seen = shortened(shows.text) if shows.text else "nothing"
    if shows.text is None:
        seen = "a time or a date" if shows.moment else f"its number by the format {shows.code}, which cannot be read"
    return Problem(row, heading, held, f"the cell shows {seen}, and holds {shortened(held)}", hint)
