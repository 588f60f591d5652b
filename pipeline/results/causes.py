"""One cause repeated a thousand times, told once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from pipeline.results.issues import Issue, issues_of
from pipeline.values.problems import Problem, Severity, filled_in

if TYPE_CHECKING:
    from pipeline.values.row_results import TableReport

_ALIKE = 3  # up to so many messages that differ in nothing but the value are told one by one
_EXAMPLES = 3
_ROWS = 5
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Cause:
    """What went wrong the same way in one or many rows."""

    file: str  # "" for the last one, which counts what the others leave out
    sheet: str
    column: str
    message: str
    hint: str
    severity: Severity
    rows: int  # how many it concerns
    first_rows: tuple[int, ...]  # 0: the whole file or column
    examples: tuple[str, ...] = ()  # values, where the message stands for several
    filled: int = 0  # of a column: in how many rows it holds anything
    loud: bool = False  # a warning that -q does not keep back

    @property
    def as_json(self) -> dict[str, Any]:
        """The cause as summary.json tells it; what concerns a whole file or column has no rows."""
        told = {**asdict(self), "message": f"{self.message}{filled_in(self.filled)}"}
        del told["filled"], told["loud"]
        return {**told, "rows": 0, "first_rows": []} if self.first_rows == (0,) else told

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """The cause that summary.json tells."""
        rows = {"first_rows": tuple(told["first_rows"]) or (0,), "examples": tuple(told["examples"])}
        return cls(**{**told, **rows, "severity": Severity(told["severity"])})

    @property
    def sentence(self) -> str:
        """The cause as the screen shows it: `orders.csv row 14, priority: 2000 is not between 1 and 99`."""
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        column = f", {self.column}" if self.column else ""
        where = f"{self.file}{sheet}{self._which_rows()}{column}: " if self.file else ""
        examples = f", for example {', '.join(self.examples)}" if self.examples else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{filled_in(self.filled)}{examples}{hint}"

    def _which_rows(self) -> str:
        if self.first_rows == (0,):
            return ""
        if self.rows == 1:
            return f" row {self.first_rows[0]}"
        *most, last = map(str, self.first_rows)
        if self.rows > len(self.first_rows):
            return f" rows {', '.join((*most, last))} and {self.rows - len(self.first_rows):,} more"
        return f" rows {', '.join(most)} and {last}"


def summarise(reports: Sequence[TableReport], extra: Iterable[tuple[str, Problem]] = (), most: int = 20) -> list[Cause]:
    """Group the problems of a run: errors first, the frequent ones before the rare.

    Rows that nothing is wrong with but another row of their document are no cause of their own.

    Args:
        reports: Of all tables of the run.
        extra: Files that could not be read: name of the file, what is wrong.
        most: When there are more causes, the last one given counts the rest.
    """
    issues = [Issue(file, "", problem) for file, problem in extra]
    for report in reports:
        issues.extend(issue for issue in issues_of(report) if not (issue.is_held or issue.problem.is_change))
    causes = causes_of(issues)
    if len(causes) <= most:
        return causes
    return [*causes[: most - 1], _rest(causes[most - 1 :])]


def changes_in(reports: Sequence[TableReport]) -> list[Cause]:
    """Old and new of everything that is changed, or would be, one by one."""
    return each_alone(issue for report in reports for issue in issues_of(report) if issue.problem.is_change)


def causes_of(issues: Iterable[Issue]) -> list[Cause]:
    """Group issues: errors first, the frequent ones before the rare.

    They are one cause when file, sheet, column and message are the same; or, where more than a few messages differ
    only in the value or in numbers, when they are the same but for those.
    """
    alike = defaultdict[tuple[str, ...], dict[str, list[Issue]]](lambda: defaultdict(list))
    for issue in issues:
        problem = issue.problem
        key = issue.file, issue.sheet, problem.column, problem.severity, _pattern(problem)
        alike[key][problem.message].append(issue)
    places = {table: place for place, table in enumerate(dict.fromkeys((file, sheet) for file, sheet, *_ in alike))}
    return sorted(
        _causes(alike.values()),
        key=lambda cause: (cause.severity, -cause.rows, places[cause.file, cause.sheet], cause.first_rows),
    )


def each_alone(issues: Iterable[Issue]) -> list[Cause]:
    """One cause for each issue: nothing is grouped, errors first, then by place."""
    places = dict[tuple[str, str], int]()
    alone = [_cause([issue], issue.problem.message) for issue in issues]
    for cause in alone:
        places.setdefault((cause.file, cause.sheet), len(places))
    return sorted(alone, key=lambda cause: (cause.severity, places[cause.file, cause.sheet], cause.first_rows))


def _pattern(problem: Problem) -> str:
    """The message without what differs from row to row."""
    message = problem.message
    if problem.value:
        message = message.replace(problem.value, "…")
    return _NUMBERS.sub("…", message) if message == problem.message else message


def _causes(alike: Iterable[dict[str, list[Issue]]]) -> Iterator[Cause]:
    for by_message in alike:
        if len(by_message) <= _ALIKE:
            yield from (_cause(issues, message) for message, issues in by_message.items())
        else:
            issues = [issue for several in by_message.values() for issue in several]
            examples = dict.fromkeys(issue.problem.value for issue in issues if issue.problem.value)
            yield _cause(issues, _pattern(issues[0].problem), tuple(examples)[:_EXAMPLES])


def _cause(issues: list[Issue], message: str, examples: tuple[str, ...] = ()) -> Cause:
    first = issues[0]
    rows = sorted({issue.problem.row for issue in issues})
    hints = {issue.problem.hint for issue in issues}
    return Cause(
        file=first.file,
        sheet=first.sheet,
        column=first.problem.column,
        message=message,
        hint=first.problem.hint if len(hints) == 1 else "",  # each value may have a hint of its own
        severity=first.problem.severity,
        rows=len(rows),
        first_rows=tuple(rows[:_ROWS]),
        examples=examples,
        filled=first.problem.filled,
        loud=any(issue.problem.loud for issue in issues),
    )


def _rest(causes: Sequence[Cause]) -> Cause:
    rows = sum(cause.rows for cause in causes)
    message = f"{len(causes)} other causes in {rows:,} rows"
    return Cause("", "", "", message, "", causes[0].severity, rows, ())
