"""The end of a run: the books are closed and everything is told in files."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import Stopped, Unfinished
from pipeline.extract import raw_records, rows_of
from pipeline.results.atomic_write import noting_second_names
from pipeline.results.causes import summarise
from pipeline.results.issues import write_issues
from pipeline.results.names import all_result_names
from pipeline.results.report import write_report
from pipeline.results.row_accounts import RowAccounts
from pipeline.results.summary import SCHEMA, write_summary
from pipeline.results.write import write_results
from pipeline.runs.reading import ReadFile
from pipeline.values.outcomes import Status
from pipeline.values.problems import Problem
from pipeline.values.row_results import TableReport, any_of, count_statuses
from schemas import RECORD_TYPES
from schemas.vocabulary.digest import contract_digest

NOT_READ = "not read before the run stopped: the next run reads it"


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended."""

    folder: Path
    failed: tuple[str, ...]  # names of the files with what somebody has to correct
    reports: tuple[TableReport, ...]
    unreadable: tuple[tuple[str, Problem], ...]  # file name, what is wrong with it
    stopped: Unfinished | None
    summary: Mapping[str, Any]

    @property
    def exit_code(self) -> int:
        """0: every row is in Clarus; 1: some need someone; 3: the run could not finish."""
        return int(self.summary["exit_code"])


@dataclass(slots=True)
class Watch:
    """What a run says of itself in its summary: its times, in seconds since it began, and figures."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    laps: dict[str, float] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # what else the summary says of the run
    _started: float = field(default_factory=time.monotonic)
    _lap: float = field(default_factory=time.monotonic)

    def lap(self, name: str) -> None:
        """What was done since the last lap was this."""
        now = time.monotonic()
        self.laps[name] = round(now - self._lap, 3)
        self._lap = now

    def also(self, more: Mapping[str, Any]) -> Watch:
        """Add what else the summary says."""
        self.more.update(more)
        return self

    @property
    def seconds(self) -> dict[str, float]:
        """The laps, and the time of all."""
        return {**self.laps, "all": round(time.monotonic() - self._started, 3)}


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """Where results are written, and whether what is to be corrected comes as a workbook of texts."""

    path: Path
    failed_as_workbook: bool


def finish(
    target: ResultsFolder,
    files: Sequence[ReadFile],
    books: Sequence[RowAccounts],
    stopped: Unfinished | None,
    watch: Watch,
    within: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Finished:
    """Close the books and write the results, the issues and the summary into the run folder.

    Args:
        target: the folder of the run.
        files: those of the run, wherever they lie.
        books: of all tables of the files.
        stopped: why the run did not go to its end.
        watch: its times, and what else the summary says.
        within: what bounds the time in which the results of a file are written; those that it breaks off with `Stopped`
            are told as not read.

    Raises:
        Exception: what kept the results of a file from being written; those of the others are.
    """
    reports = [each.close(stopped is not None) for each in books]
    faults, broken_off = list[Exception](), set[Path]()
    failed: list[str] = []
    folder, failed_rows = target.path, rows_of if target.failed_as_workbook else None
    names = all_result_names([file.path.name for file in files], ".xlsx" if failed_rows else "")
    of_file: dict[Path, list[TableReport]] = {}
    for report in reports:
        of_file.setdefault(report.table.path, []).append(report)
    with noting_second_names() as second_names:
        for file in files:
            if own := of_file.get(file.path):
                try:
                    with within():
                        written = write_results(file.path, folder, own, raw_records, names[file.path.name], failed_rows)
                    failed += [second_names.get(path.name, path.name) for path in written[1:]]
                except Stopped:
                    broken_off.add(file.path)
                except Exception as fault:  # of this program or of the disk: it must not cost the other files theirs
                    faults.append(fault)
        reports = [report for report in reports if report.table.path not in broken_off]
        troubles = {file.path: NOT_READ if file.path in broken_off else file.trouble for file in files}
        unreadable = tuple((path.name, Problem(0, "", "", trouble)) for path, trouble in troubles.items() if trouble)
        write_issues(folder, reports, unreadable)
    if faults:
        raise faults[0]
    watch.lap("results")
    summary = {
        "schema": SCHEMA,
        "contract": contract_digest(RECORD_TYPES.values()),
        "run": folder.name,
        "began": watch.began.isoformat(timespec="seconds"),
        "exit_code": _exit_code(reports, unreadable, stopped),
        "stopped": str(stopped) if stopped else None,
        "rows": sum(len(report.results) for report in reports),
        "statuses": count_statuses(reports),
        "files": [*_files(reports), *({"file": name, "error": p.message} for name, p in unreadable)],
        "causes": [cause.as_json for cause in summarise(reports, unreadable)],
        **({"second_names": second_names} if second_names else {}),  # of files that another program had open
        **watch.more,
        "seconds": watch.seconds,
    }
    write_summary(folder, summary)
    write_report(folder)
    return Finished(folder, tuple(failed), tuple(reports), unreadable, stopped, summary)


def settled(finished: Finished, closed: Collection[tuple[str, int]]) -> Finished:
    """A run of which rows have come back since, and are settled there: they no longer count in its exit code."""
    reports = [
        replace(report, closed=report.closed.union(row for checksum, row in closed if checksum == report.key.checksum))
        for report in finished.reports
    ]
    summary = {**finished.summary, "exit_code": _exit_code(reports, finished.unreadable, finished.stopped)}
    write_summary(finished.folder, summary)
    write_report(finished.folder)
    return replace(finished, reports=tuple(reports), summary=summary)


def _exit_code(
    reports: Sequence[TableReport], unreadable: Sequence[tuple[str, Problem]], stopped: Unfinished | None
) -> int:
    if stopped is not None:
        return stopped.exit_code
    waiting = any_of(reports, [status for status in Status if status.needs_someone])
    return 1 if waiting or unreadable or any(report.faulty for report in reports) else 0


def _files(reports: Sequence[TableReport]) -> list[dict[str, Any]]:
    return [
        {
            "file": report.table.path.name,
            "sheet": report.table.sheet,
            "record_type": report.table.record.name,
            "rows": len(report.results),
            "statuses": {status: rows for status, rows in report.results.counts().items() if rows},
        }
        for report in reports
    ]
