"""One run: the files of a run folder, from reading to results."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.bookkeeping import Books
from pipeline.clarus.client import Clarus
from pipeline.config import Settings
from pipeline.earlier import EarlierResults
from pipeline.errors import Unfinished
from pipeline.extract import raw_records
from pipeline.ledger import Ledger
from pipeline.line import Line, Stopping
from pipeline.outcomes import Status, TableReport
from pipeline.problems import Problem
from pipeline.progress import Progress
from pipeline.reading import documents_of, read
from pipeline.results import summarise, write_issues, write_results, write_summary

# What a run tries again by itself; `retry` also tries what was refused or had to wait for something else.
OWED = frozenset((Status.PENDING, Status.UNKNOWN))
RETRIED = OWED | {Status.REJECTED, Status.BLOCKED}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended."""

    folder: Path
    reports: tuple[TableReport, ...]
    unreadable: tuple[tuple[str, Problem], ...]  # file name, what is wrong with it
    stopped: Unfinished | None
    requests: int
    summary: Mapping[str, Any]

    @property
    def exit_code(self) -> int:
        """0: every row is in Clarus; 1: some need someone; 3: the run could not finish."""
        return int(self.summary["exit_code"])


async def run_folder(
    folder: Path,
    names: Sequence[str],
    settings: Settings,
    clarus: Clarus,
    ledger: Ledger,
    progress: Progress,
    stopping: Stopping,
    again: Collection[Status] = OWED,
    send_unknown: bool = False,
) -> Finished:
    """Take the files of a run folder through the whole line and write their results.

    A folder that has results already is taken up again: rows whose status is not among `again` keep what they have.
    """
    began, started = datetime.now(UTC), time.monotonic()
    requests_before = clarus.requests
    progress.begin("reading", len(names))
    files = []
    for name in names:
        files.append(read(folder / name, settings))
        progress.ended(Status.READY)
    read_seconds = time.monotonic() - started
    tables = documents_of(files, settings)
    earlier = EarlierResults(folder, names, settings)
    books = [Books(transformed, folder.name, earlier.of(transformed.clean.table), again) for transformed in tables]
    line = Line(folder.name, settings, clarus, ledger, progress, stopping, send_unknown)
    await line.load(books)
    reports = [each.close() for each in books]
    load_seconds = time.monotonic() - started - read_seconds
    unreadable = tuple((file.path.name, Problem(0, "", "", file.trouble)) for file in files if file.trouble)
    for file in files:
        if own := [report for report in reports if report.table.path == file.path]:
            write_results(file.path, folder, own, raw_records, names)
    write_issues(folder, reports, unreadable)
    stopped = stopping.reason
    summary = {
        "run": folder.name,
        "began": began.isoformat(timespec="seconds"),
        "exit_code": _exit_code(reports, unreadable, stopped),
        "stopped": str(stopped) if stopped else None,
        "rows": sum(len(report.results) for report in reports),
        "statuses": _counts(reports),
        "files": [*_files(reports), *({"file": name, "error": p.message} for name, p in unreadable)],
        "causes": [asdict(cause) for cause in summarise(reports, unreadable)],
        "requests": clarus.requests - requests_before,
        "seconds": {
            "reading": round(read_seconds, 3),
            "loading": round(load_seconds, 3),
            "all": round(time.monotonic() - started, 3),
        },
    }
    write_summary(folder, summary)
    await ledger.end_run(folder.name, _any(reports, OWED), _any(reports, RETRIED))
    return Finished(folder, tuple(reports), unreadable, stopped, clarus.requests - requests_before, summary)


def _any(reports: Sequence[TableReport], statuses: Collection[Status]) -> bool:
    counts = _counts(reports)
    return any(counts[status] for status in statuses)


def _counts(reports: Sequence[TableReport]) -> dict[Status, int]:
    counts = dict.fromkeys(Status, 0)
    for report in reports:
        for status, rows in report.results.counts().items():
            counts[status] += rows
    return counts


def _exit_code(
    reports: Sequence[TableReport], unreadable: Sequence[tuple[str, Problem]], stopped: Unfinished | None
) -> int:
    if stopped is not None:
        return stopped.exit_code
    waiting = any(rows for status, rows in _counts(reports).items() if not status.done)
    return 1 if waiting or unreadable else 0


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
