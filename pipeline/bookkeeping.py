"""The books of one table: every row gets exactly one result."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pipeline.documents import Document
from pipeline.errors import PipelineError
from pipeline.load import Outcome
from pipeline.outcomes import RowResult, RowResults, Status, TableReport
from pipeline.problems import Problem, Severity
from pipeline.tables import Table
from pipeline.transform import Transformed, not_sent_because_of

_KEPT_AS_THEY_ARE = (Status.CREATED.value, Status.UPDATED.value)


class RowsLost(PipelineError):
    """The statuses do not add up to the rows: a fault of this program, and reason to stop trusting the run."""


class Books:
    """Takes down how the rows of a table end.

    `earlier` are the results of an earlier attempt at the same run, by row; those not among `again` stand.
    """

    def __init__(self, table: Table, run: str, earlier: Mapping[int, RowResult], again: Collection[Status]) -> None:
        self.table = table
        self.problems: list[Problem] = list(table.problems)
        self.results = RowResults([*table.frame.index.tolist(), *table.broken])
        self._run = run
        self._standing = {row: result for row, result in earlier.items() if result.status not in again}
        self._claimed = _claimed_statuses(table)
        self._transformed: Transformed | None = None

    def opened(self, transformed: Transformed) -> None:
        """Take down what was found wrong before anything is sent."""
        self._transformed = transformed
        self.problems = transformed.problems
        for row, result in transformed.refused_rows():
            self.results.record(row, self._standing.get(row, result))

    def stands(self, document: Document) -> bool:
        """Whether the document's earlier result stands; if so it is taken over."""
        if not all(row in self._standing for row in document.rows):
            return False
        for row in document.rows:
            self.results.record(row, self._standing[row])
        return True

    def ended(self, document: Document, outcome: Outcome) -> None:
        """Take down how a document ended, with the problems of its rows."""
        own: dict[int, list[str]] = {}
        held = False
        for problem in outcome.problems:
            shown = self.table.headings.get(problem.column, problem.column)
            named = Problem(problem.row, shown, problem.value, problem.message, problem.hint, problem.severity)
            self.problems.append(named)
            own.setdefault(problem.row, []).append(named.sentence)
            held |= problem.severity is Severity.ERROR
        elsewhere = ""
        if held:
            elsewhere = not_sent_because_of(sorted(own), document.record.noun)
        line_ids = outcome.line_ids if document.record.has_lines else ()
        lines = {line.row: line_id for line, line_id in zip(document.lines, line_ids, strict=False)}
        for row in document.rows:
            error = "; ".join(own[row]) if row in own else elsewhere or outcome.error
            status = self._status(row, outcome)
            self.results.record(row, RowResult(status, outcome.clarus_id, lines.get(row), error))

    def close(self) -> TableReport:
        """Count the rows: what was not reached is pending, and nothing may be missing."""
        for row in self.results.unrecorded():
            self.results.record(row, RowResult(Status.PENDING, error="not reached before the run stopped"))
        if sum(self.results.counts().values()) != len(self.results):
            raise RowsLost(f"{self.table.name}: the statuses do not add up to {len(self.results)} rows")
        if self._transformed is None:
            raise RowsLost(f"{self.table.name}: the table was never opened")
        return TableReport(self.table, self.results, self.problems, self._transformed.document_of)

    def _status(self, row: int, outcome: Outcome) -> Status:
        """`exists` is told as what the row itself remembers, or as what this run did before it was interrupted."""
        if outcome.status is not Status.EXISTS or outcome.error:
            return outcome.status
        if outcome.made_in == self._run:
            return Status.CREATED
        claimed = self._claimed.get(row)
        return Status(claimed) if outcome.made_in and claimed in _KEPT_AS_THEY_ARE else outcome.status


def _claimed_statuses(table: Table) -> dict[int, str]:
    if "clarus_status" not in table.frame:
        return {}
    statuses = table.frame["clarus_status"].dropna()
    return {int(row): str(status).lower() for row, status in zip(statuses.index, statuses, strict=True)}
