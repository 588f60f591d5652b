"""What somebody has to correct in the rows of a file, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.values.outcomes import TO_CORRECT
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import TableReport
from schemas.vocabulary.headings import fold


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One thing to correct; row and column are numbers in the file written."""

    row: int
    column: int  # 1 where the whole row is meant
    heading: str  # "": the whole row
    value: str
    message: str
    hint: str = ""


def problem_lines(
    report: TableReport, places: Mapping[int, int], columns: Mapping[str, int], heading_row: int
) -> Iterator[ProblemLine]:
    """Find what is to be corrected, in the order of the rows.

    Args:
        report: Of the table.
        places: The rows that are in the file written, and their numbers there.
        columns: Folded heading -> column number there.
        heading_row: The number of the headings there.
    """
    by_row: dict[int, list[Problem]] = {}
    for problem in report.problems:
        if problem.severity is Severity.ERROR and (problem.row in places or not problem.row):
            by_row.setdefault(problem.row, []).append(problem)
    for problem in by_row.pop(0, []):
        yield _line(problem, heading_row, places, columns)
    documents: set[int] = set()  # of which a line was made: what Clarus refused is told at the first row
    for row in sorted(places):
        document = int(report.document_of[row]) if row < len(report.document_of) else -1
        result = report.results.get(row)
        for problem in by_row.get(row, []):
            yield _line(problem, places[row], places, columns)
        if row in by_row or result is None or result.status not in TO_CORRECT or result.held_by:
            continue
        if result.error and (document < 0 or document not in documents):
            documents.add(document)
            yield ProblemLine(places[row], 1, "", "", result.error_at(places))


def _line(problem: Problem, row: int, places: Mapping[int, int], columns: Mapping[str, int]) -> ProblemLine:
    column = columns.get(fold(problem.column), 1) if problem.column else 1
    return ProblemLine(row, column, problem.column, problem.value, problem.message_at(places), problem.hint)
