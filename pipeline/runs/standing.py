"""What is outstanding in an outbox now: rows that need someone, and what goes on by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.ledger.calls import CallLine
from pipeline.ledger.open_rows import UNREADABLE, OpenRow, select
from pipeline.results.causes import Cause, causes_of
from pipeline.results.issues import ISSUES, Issue, read_all_issues
from pipeline.results.summary import read_summary
from pipeline.runs.history import history
from pipeline.runs.hold import Hold
from pipeline.runs.outbox import begun_at
from pipeline.values.problems import Severity

_CALLS = 5
_OWED = ("pending", "unknown")

Table = tuple[str, str]  # file and sheet


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file of a run with rows that need someone."""

    run: str
    file: str
    sheet: str
    record: str
    rows: int
    statuses: dict[str, int]
    since: datetime  # of the row that has waited longest
    causes: Sequence[Cause]

    def days(self, now: datetime) -> int:
        """For how many whole days it has waited."""
        return (now - self.since).days


@dataclass(frozen=True, slots=True)
class OwedRun:
    """A run that the next one goes on with."""

    run: str
    tenant: str
    rows: int | None  # pending or unknown; None: it died before it had results
    statuses: dict[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an outbox stands."""

    files: Sequence[OpenFile]
    owed: Sequence[OwedRun]
    calls: Sequence[CallLine]  # the latest ones
    now: datetime

    @property
    def rows(self) -> int:
        """How many rows need someone."""
        return sum(file.rows for file in self.files)

    @property
    def exit_code(self) -> int:
        """0: nothing is outstanding."""
        return 1 if self.files or self.owed else 0


async def standing(place: Hold, calls: int = _CALLS, in_short: bool = False) -> Standing:
    """Find out what is outstanding, from the ledger; why, from the files of the runs that it names.

    `in_short`: why, only as far as the summaries of the runs tell, which takes no time however many rows there are.

    Raises:
        UsageError: the outbox holds runs, and no ledger that knows them.
        LedgerUnusable: it cannot be read.
    """
    ledger, outbox = place.read_ledger(thoroughly=False), place.outbox
    try:
        rows = await ledger.ask(select)
        unsettled = await ledger.unsettled_runs()
    finally:
        await ledger.close()
    files: list[OpenFile] = []
    for run, own in groupby(rows, key=lambda row: row.run):
        of_run = [*own]
        causes = _told(outbox / run, of_run) if in_short else _causes(outbox / run, of_run)
        files += _files(run, of_run, causes)
    owed = [_owed(outbox / run, tenant) for run, tenant in unsettled]
    return Standing(files, owed, await history(place, calls), datetime.now(UTC))


def _files(run: str, rows: Sequence[OpenRow], causes: Mapping[Table, Sequence[Cause]]) -> Iterator[OpenFile]:
    for table, group in groupby(rows, key=_table):
        own = [*group]
        statuses = dict(Counter(row.status for row in own))
        since = datetime.fromisoformat(min(row.since for row in own))
        yield OpenFile(run, *table, own[0].record, len(own), statuses, since, causes.get(table, ()))


def _causes(folder: Path, rows: Iterable[OpenRow]) -> dict[Table, list[Cause]]:
    """What issues.csv says of these rows; of those that another row of their document holds, that row says it."""
    wanted = {(row.file, row.sheet, row.row): row for row in rows if not row.held}
    found: dict[Table, list[Issue]] = {}
    for issue in read_all_issues(folder) if (folder / ISSUES).exists() else ():
        row = wanted.get((issue.file, issue.sheet, issue.problem.row))
        if row is None or issue.problem.severity is not Severity.ERROR:
            continue
        if issue.problem.row or row.status == UNREADABLE:
            found.setdefault(_table(row), []).append(issue)
    return {table: causes_of(issues) for table, issues in found.items()}


def _told(folder: Path, rows: Iterable[OpenRow]) -> dict[Table, list[Cause]]:
    """The causes that the summary of a run tells, without those of which all rows that it names are corrected."""
    still = {(row.file, row.sheet, row.row) for row in rows}
    found: dict[Table, list[Cause]] = {}
    for told in read_summary(folder).get("causes", ()):
        cause = Cause.of_json(told)
        named = {(cause.file, cause.sheet, row) for row in cause.first_rows}
        if cause.severity is Severity.ERROR and (cause.rows > len(cause.first_rows) or not named.isdisjoint(still)):
            found.setdefault((cause.file, cause.sheet), []).append(cause)
    return found


def _table(row: OpenRow) -> Table:
    return row.file, row.sheet


def _owed(folder: Path, tenant: str) -> OwedRun:
    told = read_summary(folder).get("statuses")
    statuses = {status: int(told[status]) for status in _OWED if told.get(status)} if told else {}
    return OwedRun(folder.name, tenant, sum(statuses.values()) if told else None, statuses)


def as_json(outstanding: Standing) -> dict[str, Any]:
    """The same for other programs."""
    return {
        "exit_code": outstanding.exit_code,
        "rows": outstanding.rows,
        "files": [
            {
                "run": file.run,
                "file": file.file,
                "sheet": file.sheet,
                "record_type": file.record,
                "rows": file.rows,
                "statuses": file.statuses,
                "since": file.since.isoformat(timespec="seconds"),
                "days": file.days(outstanding.now),
                "causes": [cause.as_json for cause in file.causes],
            }
            for file in outstanding.files
        ],
        "unfinished": [
            {
                "run": run.run,
                "tenant": run.tenant,
                "since": begun_at(run.run).isoformat(timespec="seconds"),
                "rows": run.rows,
                "statuses": run.statuses,
            }
            for run in outstanding.owed
        ],
        "last_calls": [call_json(call) for call in outstanding.calls],
    }


def call_json(call: CallLine) -> dict[str, Any]:
    """A line of the history for other programs."""
    return {
        "command": call.command,
        "began": call.began.isoformat(timespec="seconds"),
        "ended": call.ended.isoformat(timespec="seconds") if call.ended else None,
        "seconds": round((call.ended - call.began).total_seconds(), 3) if call.ended else None,
        "exit_code": call.exit_code,
        **call.facts,
    }
