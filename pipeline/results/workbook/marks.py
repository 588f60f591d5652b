"""Which cells are wrong, and why."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.values.problems import Problem, Severity
from pipeline.xlsx.editing.markup import Cell
from schemas.vocabulary.headings import fold

_LAST_ROW = 1_048_576  # of any sheet


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be seen on one cell."""

    wrong: bool  # else it is only doubtful
    reason: str


Marks = Mapping[int, Mapping[int, Mark]]  # by row and column number


def marks_of(
    problems: Iterable[Problem],
    columns: Mapping[str, int],
    heading_row: int,
    places: Mapping[int, int] | None = None,
) -> Marks:
    """Find the cells that problems speak of; a problem of a whole column marks its heading.

    Args:
        problems: Of one sheet.
        columns: Folded heading -> column number.
        heading_row: Its number.
        places: The numbers of rows in the file written, where they have moved; reasons name rows by these.
    """
    told = defaultdict[int, dict[int, list[Problem]]](lambda: defaultdict(list))
    for problem in problems:
        column = columns.get(fold(problem.column)) if problem.column else None
        if column is not None:
            told[problem.row or heading_row][column].append(problem)
    return {row: {column: _mark(told, places) for column, told in cells.items()} for row, cells in told.items()}


def on_merged_cells(marks: Marks, merged: Sequence[tuple[Cell, Cell]]) -> Marks:
    """Move marks from cells that are merged with others to the first one, which alone is to be seen."""
    if not merged:
        return marks
    moved = defaultdict[int, dict[int, Mark]](dict)
    by_column: dict[int, list[tuple[int, int, int]]] = {}
    for column in {column for cells in marks.values() for column in cells}:
        spans = ((top, bottom, left) for (top, left), (bottom, right) in merged if left <= column <= right)
        by_column[column] = sorted(spans)
    for row, cells in sorted(marks.items()):
        for column, mark in cells.items():
            spans_here = by_column[column]
            at = bisect_right(spans_here, (row, _LAST_ROW, 0)) - 1
            top, left = row, column
            if at >= 0 and row <= spans_here[at][1]:
                top, _, left = spans_here[at]
            moved[top][left] = _joined(moved[top].get(left), mark, "" if top == row else f"row {row}: ")
    return moved


def _joined(before: Mark | None, mark: Mark, where: str) -> Mark:
    reason = f"{where}{mark.reason}"
    return Mark(before.wrong or mark.wrong, f"{before.reason}\n{reason}") if before else Mark(mark.wrong, reason)


def _mark(problems: list[Problem], places: Mapping[int, int] | None) -> Mark:
    reasons = (f"{told.message_at(places)}{f' ({told.hint})' if told.hint else ''}" for told in problems)
    wrong = any(problem.severity is Severity.ERROR for problem in problems)
    return Mark(wrong, "\n".join(dict.fromkeys(reasons)))
