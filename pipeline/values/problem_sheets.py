"""The sheet of problems that a workbook of ours begins with: what says that a sheet is one."""

from __future__ import annotations

from collections.abc import Sequence

SHEET_NAME = "Problems"
PROBLEM_HEADINGS = ("Cell", "Row", "Column", "Value", "What is wrong", "What to do")


def is_problem_sheet(first_row: Sequence[str]) -> bool:
    """Whether a sheet that begins with this row is one that we have made: it holds no data."""
    return tuple(first_row[: len(PROBLEM_HEADINGS)]) == PROBLEM_HEADINGS and not any(first_row[len(PROBLEM_HEADINGS) :])
