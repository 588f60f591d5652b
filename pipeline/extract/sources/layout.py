"""A row of headings as a source reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.config.source_blocks import Source
from pipeline.extract.sources.headings import OWN, claimed, place_of
from pipeline.values.tables import RESULT_COLUMNS
from schemas.vocabulary.headings import fold

if TYPE_CHECKING:
    from pipeline.extract.record_type import Layout

_RESULTS = {fold(heading): heading for heading in RESULT_COLUMNS}


def own_columns(cells: Sequence[str], source: Source) -> tuple[str, ...]:
    """At each position what its cells are called until the rules of the source were applied; "": they are not read."""
    wanted = claimed(source.headings, cells)
    return tuple(
        f"{OWN}{at}" if at in wanted else _RESULTS.get(fold(cell), "") if cell else "" for at, cell in enumerate(cells)
    )


def with_rule_columns(layout: Layout, source: Source) -> Layout:
    """A recognised row of headings, in which columns that only rules name are read as well."""
    wanted = claimed(source.headings, layout.cells)
    columns = tuple(column or (f"{OWN}{at}" if at in wanted else "") for at, column in enumerate(layout.columns))
    return replace(layout, columns=columns, spared=layout.spared | wanted)


def missing_in(cells: Sequence[str], source: Source) -> list[str]:
    """The headings that the source names and a row of headings does not have."""
    return [name for name in source.headings if place_of(name, cells) is None]


def best_row(rows: Iterable[tuple[int, Sequence[str]]], source: Source) -> tuple[int, tuple[str, ...]] | None:
    """The row of headings for a source that maps columns: the first with all that it names, else that with most.

    None where no row has any.
    """
    best: tuple[int, int, tuple[str, ...]] | None = None
    size = len(source.headings)
    for row, cells in rows:
        if source.heading_row and row != source.heading_row:
            continue
        found = size - len(missing_in(cells, source))
        if best is None or found > best[0]:
            best = found, row, tuple(cells)
        if found == size:
            break
    # Fewer than half say that this is another file, or a sheet of something else.
    return (best[1], best[2]) if best and 2 * best[0] >= size else None
