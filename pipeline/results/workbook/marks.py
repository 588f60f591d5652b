"""Which cells are wrong, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.problems import Problem, Severity
from schemas.headings import fold


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be seen on one cell."""

    wrong: bool  # else it is only doubtful
    reason: str


Marks = Mapping[int, Mapping[int, Mark]]  # by row and column number


def marks_of(problems: Iterable[Problem], columns: Mapping[str, int], heading_row: int) -> Marks:
    """Find the cells that problems speak of; a problem of a whole column marks its heading.

    Args:
        problems: Of one sheet.
        columns: Folded heading -> column number.
        heading_row: Its number.
    """
    told = defaultdict[int, dict[int, list[Problem]]](lambda: defaultdict(list))
    for problem in problems:
        column = columns.get(fold(problem.column)) if problem.column else None
        if column is not None:
            told[problem.row or heading_row][column].append(problem)
    return {row: {column: _mark(told) for column, told in cells.items()} for row, cells in told.items()}


def _mark(problems: list[Problem]) -> Mark:
    reasons = (f"{told.message} ({told.hint})" if told.hint else told.message for told in problems)
    wrong = any(problem.severity is Severity.ERROR for problem in problems)
    return Mark(wrong, "\n".join(dict.fromkeys(reasons)))
