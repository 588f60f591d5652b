"""One run: the files of a run folder, from reading to results."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.bookkeeping import Books
from pipeline.clarus.client import Clarus
from pipeline.clarus.lists import Lists
from pipeline.config import Settings
from pipeline.documents import Document
from pipeline.earlier import EarlierResults
from pipeline.errors import Unfinished
from pipeline.extract import raw_records
from pipeline.ledger import Ledger
from pipeline.load import Delivery, Loader, Outcome
from pipeline.outcomes import Status, TableReport
from pipeline.problems import Problem
from pipeline.progress import Progress
from pipeline.reading import ReadFile, documents_of, read
from pipeline.resolve import Resolver
from pipeline.results import summarise, write_issues, write_results, write_summary
from pipeline.transform import Transformed
from schemas import RecordType, in_load_order

# What a run tries again by itself; `retry` also tries what was refused or had to wait for something else.
OWED = frozenset((Status.PENDING, Status.UNKNOWN))
RETRIED = OWED | {Status.REJECTED, Status.BLOCKED}


@dataclass(slots=True)
class Stopping:
    """Lets somebody stop the run from outside, also before there is anything to stop."""

    reason: Unfinished | None = None
    loader: Loader | None = None

    def stop(self, reason: Unfinished) -> None:
        """Send nothing more."""
        self.reason = self.reason or reason
        if self.loader is not None:
            self.loader.stop(reason)


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
    line = _Line(folder.name, settings, clarus, ledger, progress, stopping, again, send_unknown)
    await line.load(files, EarlierResults(folder, names, settings))
    reports = [books.close() for books in line.books.values()]
    load_seconds = time.monotonic() - started - read_seconds
    unreadable = tuple((file.path.name, Problem(0, "", "", file.trouble)) for file in files if file.trouble)
    for file in files:
        own = [books for books in reports if books.table.path == file.path]
        if own:
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
        "causes": [cause.sentence for cause in summarise(reports, unreadable)],
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


@dataclass(slots=True)
class _Line:
    """The second half of the line: documents to outcomes."""

    run: str
    settings: Settings
    clarus: Clarus
    ledger: Ledger
    progress: Progress
    stopping: Stopping
    again: Collection[Status]
    send_unknown: bool
    books: dict[int, Books] = field(default_factory=dict)  # by the identity of the transformed table

    async def load(self, files: Sequence[ReadFile], earlier: EarlierResults) -> None:
        """Load every table, record type by record type."""
        own = self.settings.clarus
        lists = Lists(self.clarus, own.lookup_batch, own.page_size)
        resolver = Resolver(lists, own.storage_unit_field)
        tables = documents_of(files, self.settings)
        for transformed in tables:
            table = transformed.clean.table
            books = Books(table, self.run, earlier.of(table), self.again)
            books.opened(transformed)
            self.books[id(transformed)] = books
        for record in in_load_order():
            of_type = [transformed for transformed in tables if transformed.clean.table.record is record]
            if of_type:
                await self._load_type(record, of_type, resolver, lists)

    async def _load_type(
        self, record: RecordType, tables: Sequence[Transformed], resolver: Resolver, lists: Lists
    ) -> None:
        for transformed in tables:
            for key, row in transformed.held_keys():
                if record.listed is not None:
                    resolver.fail(record.listed, key, Status.INVALID, f"{transformed.clean.table.name} row {row}")
        origin: dict[int, Books] = {}

        def report(document: Document, outcome: Outcome) -> None:
            books = origin.pop(id(document))
            books.ended(document, outcome)
            self.progress.ended(outcome.status)
            if record.listed is None:
                return
            if outcome.status.done and outcome.clarus_id is not None:
                resolver.learn(record.listed, document.key, outcome.clarus_id)
            else:
                culprit = f"{books.table.name} row {document.rows[0]}"
                resolver.fail(record.listed, document.key, outcome.status, culprit)

        def documents() -> Iterator[Document]:
            for transformed in tables:
                books = self.books[id(transformed)]
                for document in transformed.documents():
                    if not books.stands(document):
                        origin[id(document)] = books
                        yield document

        self.progress.begin(record.name, sum(transformed.going for transformed in tables))
        if not record.resource:
            for document in documents():
                report(document, Outcome(Status.NOTED))
            return
        delivery = Delivery(
            self.clarus,
            lists,
            self.ledger,
            self.run,
            self.settings.clarus.read_settle_seconds,
            self.settings.clarus.reconcile_attempts,
        )
        loader = Loader(
            delivery,
            self.ledger,
            resolver.resolve,
            report,
            self.clarus.tenant,
            self.settings.clarus.concurrency,
            self.send_unknown,
            self.stopping.reason,
        )
        self.stopping.loader = loader
        await loader.load(documents())
        self.stopping.loader = None
        self.stopping.reason = self.stopping.reason or loader.stopped


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
