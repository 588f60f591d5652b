"""issues.csv: one line per problem."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.results.atomic_write import replacing
from pipeline.results.formula_guard import guarded, unguarded
from pipeline.values.problems import Problem, Severity

if TYPE_CHECKING:
    from pipeline.values.row_results import RowResult, TableReport

ISSUES = "issues.csv"
_COLUMNS = ("file", "sheet", "row", "column", "value", "severity", "message", "hint")


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem and the place where it stands."""

    file: str
    sheet: str
    problem: Problem
    is_held: bool = False  # nothing is wrong with the row itself: another row of its document holds it


def write_issues(folder: Path, reports: Sequence[TableReport], extra: Iterable[tuple[str, Problem]] = ()) -> Path:
    """Write issues.csv of a run: UTF-8 with BOM, ordered by file, sheet and row.

    Args:
        folder: The run's folder.
        reports: Of all tables of the run.
        extra: Files that could not be read: name of the file, what is wrong.

    Texts that a spreadsheet would take for a formula have an apostrophe before them.
    """
    issues = [Issue(file, "", problem) for file, problem in extra]
    for report in reports:
        issues.extend(issues_of(report))
    issues.sort(key=lambda issue: (issue.file, issue.sheet, issue.problem.row))  # stable: reading order within a row
    target = folder / ISSUES
    with (
        replacing(target) as temporary,
        temporary.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        writer.writerows(map(_line, issues))
    return target


def read_issues(folder: Path) -> dict[tuple[str, str], list[Problem]]:
    """Read back the problems of single cells, by file and sheet; none from a file that somebody has changed."""
    problems = defaultdict[tuple[str, str], list[Problem]](list)
    for issue in read_all_issues(folder):
        if issue.problem.row and issue.problem.column:
            problems[issue.file, issue.sheet].append(issue.problem)
    return problems


def read_all_issues(folder: Path) -> Iterator[Issue]:
    """Read back every problem of a run; a line that somebody has changed is left out."""
    # Saved by Excel it may be no UTF-8 any more: that costs some letters, not the run.
    with (folder / ISSUES).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for line in csv.DictReader(file):
            file_name, sheet, row, *texts = (unguarded(line.get(name) or "") for name in _COLUMNS)
            column, value, severity, message, hint = texts
            if (row.isdigit() or not row) and severity in set(Severity):
                problem = Problem(int(row or 0), column, value, message, hint, Severity(severity))
                yield Issue(file_name, sheet, problem)


def issues_of(report: TableReport) -> Iterator[Issue]:
    """All problems of a table; for a row that has an error and no problem of its own, the error is one.

    Those are the rows that Clarus refused, that wait for another document, or whose document is held by another row.
    """
    file, sheet = report.table.path.name, report.table.sheet
    told = defaultdict[int, list[Problem]](list)
    for problem in report.problems:
        yield Issue(file, sheet, problem)
        told[problem.row].append(problem)
    if report.is_unread:
        yield Issue(
            file, sheet, Problem(0, "", "", f"not looked at before the run stopped: {len(report.results):,} rows")
        )
        return
    for row in report.results.with_error():
        result = report.results.get(row)
        if result is not None and not any(_tells(problem, result) for problem in told.get(row, ())):
            severity = Severity.WARNING if result.status.done else Severity.ERROR
            yield Issue(file, sheet, Problem(row, "", "", result.error, severity=severity), bool(result.held_by))


def _tells(problem: Problem, result: RowResult) -> bool:
    return problem.severity is Severity.ERROR or problem.sentence in result.error


def _line(issue: Issue) -> list[str]:
    problem = issue.problem
    row = str(problem.row) if problem.row else ""
    where = issue.file, issue.sheet, row, problem.column
    texts = *where, problem.value, problem.severity, problem.full_message, problem.hint
    return [guarded(text) for text in texts]
