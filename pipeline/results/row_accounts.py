"""The books of one table: every row gets exactly one result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from pipeline.errors import RowsLost
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Document
from pipeline.values.outcomes import DONE, Outcome, Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.row_results import (
    RowResult,
    RowResults,
    TableReport,
    because_of_problems,
    held_because_of,
    joined,
    words_of,
)
from pipeline.values.tables import Table

# Of several follow-ups of one row, the status that wants a person's attention most is told.
_GRAVEST_FIRST = (
    *(Status.REJECTED, Status.INVALID, Status.DIFFERS, Status.GONE, Status.BLOCKED, Status.UNKNOWN),
    *(Status.PENDING, Status.READY),
    *(Status.CREATED, Status.UPDATED, Status.EXISTS, Status.NOTED),
)
_NOT_REACHED = RowResult(Status.PENDING, error="not reached before the run stopped")
_KEPT_AS_THEY_ARE = (Status.CREATED.value, Status.UPDATED.value)


class RowAccounts:
    """Takes down how the rows of a table end.

    `earlier` are the results of an earlier attempt at the same run, by row, and `told` its problems; those not among
    `again` stand, and so do those of rows that are `closed`: they came back in a later run, and are settled there.
    """

    def __init__(
        self,
        transformed: DocumentTable,
        run: str,
        earlier: Mapping[int, RowResult],
        again: Collection[Status],
        told: Collection[Problem] = (),
        closed: Collection[int] = (),
    ) -> None:
        self.transformed = transformed
        self.table = transformed.clean.table
        self.problems = transformed.problems
        rows = self.table.frame.index.to_numpy(np.int64)
        left_out = [each.rows for each in self.table.skipped]
        broken = np.fromiter(self.table.broken, dtype=np.int64)
        self.results = RowResults(np.sort(np.concatenate([rows, broken, *left_out])))
        self._run = run
        self._in_doubt = {row: result for row, result in earlier.items() if result.status is Status.UNKNOWN}
        self._closed, self._faulty = frozenset(closed), set[int]()
        self._is_unread = False
        self._standing = {
            row: result for row, result in earlier.items() if result.status not in again or row in self._closed
        }
        self._told = defaultdict[int, list[Problem]](list)
        known = {(problem.row, problem.column, problem.message) for problem in self.problems} if told else ()
        for problem in told:
            if (problem.row, problem.column, problem.message) not in known:
                self._told[problem.row].append(problem)
        self._claimed = _claimed(self.table, "clarus_status")
        lines = _claimed(self.table, "clarus_line_id").items()
        self._claimed_lines = {row: int(line) for row, line in lines if line.isdigit()}
        # Follow-ups of each row that are not in Clarus yet.
        last = int(rows.max(initial=0))
        self._outstanding = np.zeros(last + 1, dtype=np.int8)
        self._there = np.zeros(last + 1, dtype=bool)  # rows whose own document is in Clarus, or would be
        for part in transformed.parts:
            self._outstanding[part.clean.rows[part.groups.ids >= 0]] += 1
        for each in self.table.skipped:
            noted = RowResult(Status.NOTED, error=f"not sent: {each.rule}, which the source of the file skips")
            for row in each.rows.tolist():
                self.results.record(row, noted)
        self._refused = set[int]()
        for row, result in transformed.refused_rows():
            self._refused.add(row)
            standing = self._standing.get(row, result)
            self.results.record(row, result if standing == result else standing)  # which knows the rows that it names

    def stands(self, document: Document) -> bool:
        """Whether the document's earlier result stands; if so it is taken over, else none of its rows stands."""
        if not self._standing:
            return False
        if not all(row in self._standing for row in document.rows):
            for row in document.rows:
                self._standing.pop(row, None)
            return False
        wrong = [row for row in document.rows if any(p.severity is Severity.ERROR for p in self._told.get(row, ()))]
        held = held_because_of(wrong, document.record.noun) if wrong else None
        for row in document.rows:
            standing = self._standing[row]
            self.results.record(row, held if standing == held else standing)  # which knows the rows that it names
            self.problems += self._told.get(row, ())
        return True

    def refused_though_done(self) -> dict[int, int]:
        """Rows that cannot be read as they are now, but say that they are in Clarus, each with its id there."""
        ids = _claimed(self.table, "clarus_id") if self._refused else {}
        rows = (row for row in self._refused if self._claimed.get(row) in DONE and row not in self._standing)
        return {row: int(ids[row]) for row in rows if ids.get(row, "").isdigit()}

    def reference_of(self, row: int) -> str:
        """What a row calls its document, as it is written."""
        reference = self.transformed.clean.columns.get(self.table.record.reference)
        if reference is None:
            return ""
        code = reference.codes[np.searchsorted(self.transformed.clean.rows, row)]
        return reference.texts[code] if code >= 0 else ""

    def keep(self, ids: Mapping[int, int]) -> None:
        """Leave rows as they say they are, whatever a spreadsheet has made of their cells since they were sent."""
        for row, clarus_id in ids.items():
            self.results.record(row, RowResult(Status(self._claimed[row]), clarus_id, self._claimed_lines.get(row)))
            self._outstanding[row] = 0
        self._only_warn_of(ids)

    def made_before(self, rows: Collection[int], clarus_id: int | None, run: str) -> None:
        """Take down that a document is in Clarus although its address cannot be found now: it needs none any more."""
        for row in rows:
            claimed = self._claimed.get(row)
            kept = Status(claimed) if claimed in _KEPT_AS_THEY_ARE else Status.EXISTS
            status = Status.CREATED if run == self._run else kept
            self.results.record(row, RowResult(status, clarus_id, self._claimed_lines.get(row)))
        self._only_warn_of(rows)

    def has_standing(self, row: int) -> bool:
        """Whether the row keeps the result of an earlier attempt."""
        return row in self._standing

    def may_follow(self, document: Document) -> bool:
        """Whether a follow-up may go now: what it belongs to is in Clarus, and has no earlier result that stands."""
        return bool(self._there[list(document.rows)].any())

    def followed(self, document: Document, outcome: Outcome) -> None:
        """Take down how a follow-up ended: its rows are done only if it is in Clarus as well."""
        own = self._named_problems(outcome)
        name = f"{document.record.noun} {'/'.join(filter(None, document.key[1:]))}"
        for row in document.rows:
            self._outstanding[row] -= 1
            before = self.results.get(row)
            if before is None:
                continue
            status = before.status if outcome.status.done else outcome.status
            status = min((status, before.status), key=_GRAVEST_FIRST.index)
            said = joined(words_of(own.get(row, ()))) or outcome.error
            words = (*(before.words or (before.error,)), f"{name}: {said}" if said else "")
            self.results.record(row, replace(before, status=status, error=joined(words), words=words))

    def ended(self, document: Document, outcome: Outcome) -> None:
        """Take down how a document ended, with the problems of its rows."""
        own = self._named_problems(outcome)
        held = any(problem.severity is Severity.ERROR for problem in outcome.problems)
        elsewhere = held_because_of(sorted(own), document.record.noun) if held else None
        line_ids = outcome.line_ids if document.record.has_lines else ()
        lines = {line.row: line_id for line, line_id in zip(document.lines, line_ids, strict=False)}
        for row in document.rows:
            status = self._status(row, outcome)
            self._there[row] = status.done or status is Status.READY
            if row in own:
                result = because_of_problems(status, own[row])
            else:
                result = elsewhere or RowResult(status, error=outcome.error)
            result = replace(result, status=status, clarus_id=outcome.clarus_id, line_id=lines.get(row))
            self.results.record(row, result)

    def _only_warn_of(self, rows: Collection[int]) -> None:
        self.problems[:] = [replace(p, severity=Severity.WARNING) if p.row in rows else p for p in self.problems]

    def _named_problems(self, outcome: Outcome) -> dict[int, list[Problem]]:
        """Take down the problems of an outcome under the file's own headings; return them by row."""
        own: dict[int, list[Problem]] = {}
        for problem in outcome.problems:
            shown = self.table.headings.get(problem.column, problem.column)
            named = replace(problem, column=shown)
            self.problems.append(named)
            if not problem.is_change:
                own.setdefault(problem.row, []).append(named)
        return own

    def leave_unreached(self) -> None:
        """Rows that were not reached are pending; those in doubt stay in doubt."""
        for row in self.results.unrecorded():
            self.results.record(row, self._in_doubt.get(row, _NOT_REACHED))

    def leave_unread(self) -> None:
        """Nothing of the table was looked at: every row is pending, also one that cannot be read."""
        self._is_unread = True
        for row, result in self.results:
            if result.status is not Status.NOTED:
                self.results.record(row, _NOT_REACHED)

    def found_fault(self, rows: Collection[int], problem: Problem, gone: bool) -> None:
        """Take down what an audit found: a record that is gone, or is in Clarus several times."""
        for row in rows:
            if (before := self.results.get(row)) is not None:
                status = Status.GONE if gone else before.status
                words = (*(before.words or (before.error,)), *words_of([problem]))
                self.results.record(row, replace(before, status=status, error=joined(words), words=words))
        self.problems.append(problem)
        self._faulty.update(rows)

    def close(self, stopped: bool) -> TableReport:
        """Count the rows: what a run that was stopped did not reach is pending; else nothing may be missing."""
        left = self.results.unrecorded()
        if left and not stopped:
            raise RowsLost(f"{self.table.name}: no result for row {', '.join(map(str, left[:5]))}")
        self.leave_unreached()
        for row in np.flatnonzero(self._outstanding).tolist():
            result = self.results.get(row)
            if result is not None and result.status.done and row not in self._standing:
                error = "in Clarus, but what belongs to it was not reached before the run stopped"
                self.results.record(row, replace(result, status=Status.PENDING, error=error))
        if sum(self.results.counts().values()) != len(self.results):
            raise RowsLost(f"{self.table.name}: the statuses do not add up to {len(self.results)} rows")
        return TableReport(
            self.table,
            self.results,
            self.problems,
            self.transformed.document_of,
            self._run,
            self._closed,
            frozenset(self._faulty),
            lambda: (key for key, _ in self.transformed.document_keys()),
            is_unread=self._is_unread,
        )

    def _status(self, row: int, outcome: Outcome) -> Status:
        """`exists` is told as what the row itself remembers, or as what this run did before it was interrupted."""
        if outcome.status is not Status.EXISTS or outcome.error:
            return outcome.status
        if outcome.made_in == self._run:
            return outcome.made_as or Status.CREATED
        claimed = self._claimed.get(row)
        return Status(claimed) if outcome.made_in and claimed in _KEPT_AS_THEY_ARE else outcome.status


def _claimed(table: Table, column: str) -> dict[int, str]:
    """What the rows of a results file that was dropped in again say of themselves."""
    if column not in table.frame:
        return {}
    texts = table.frame[column].dropna()
    return {int(row): str(text).lower() for row, text in zip(texts.index, texts, strict=True)}
