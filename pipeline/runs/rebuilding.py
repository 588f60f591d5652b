"""A ledger made from the results files of an outbox, for one that is lost or damaged."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import LedgerUnusable
from pipeline.ledger import Entry, Ledger, Left, RunFile, State
from pipeline.ledger.calls import newest, written
from pipeline.ledger.tracking import seen, tracked
from pipeline.load import digests, identity_of, whole
from pipeline.results.earlier_results import EarlierResults
from pipeline.results.summary import SUMMARY
from pipeline.runs.open_rows import Ended, note_rows
from pipeline.runs.outbox import LEDGER, begun_at, run_folders
from pipeline.runs.reading import StageOptions, configured_book, extract_file, validate_files
from pipeline.runs.returning import KeptInputs
from pipeline.transform import all_documents, document_at
from pipeline.values.document_tables import DocumentTable
from pipeline.values.documents import Document
from pipeline.values.outcomes import OWED, RETRIED, Status
from pipeline.values.row_results import RowResult, RowResults, TableReport

_STATES = {
    Status.CREATED: State.CREATED,
    Status.UPDATED: State.UPDATED,
    Status.GONE: State.GONE,
    Status.UNKNOWN: State.SENT,
}


@dataclass(slots=True)
class Rebuilt:
    """What was found in the results files."""

    counts: dict[str, int] = field(default_factory=lambda: {"runs": 0, "documents": 0, "unfinished": 0})
    kept_as: str = ""  # the name of the old ledger

    @property
    def sentence(self) -> str:
        """The same in words."""
        kept = f"; the old one is kept as {self.kept_as}" if self.kept_as else ""
        runs, documents, left = self.counts.values()
        return f"A new ledger knows {documents:,} documents of {runs:,} runs, {left:,} of them unfinished{kept}"


@dataclass(frozen=True, slots=True)
class _Making:
    tenant: str
    told: Rebuilt


async def rebuild(settings: Settings, tenant: str) -> Rebuilt:
    """Make a ledger of what results files say: reference, id and status of each document, run by run.

    A run without results is unfinished: every document of its input counts as sent without an answer, and is looked up
    by the next run. The old ledger stays under another name.
    """
    outbox, told = settings.outbox, Rebuilt()
    target = outbox / LEDGER
    made = outbox / f".{LEDGER}.new"
    for old in outbox.glob(f".{LEDGER}.new*"):
        old.unlink()
    ledger = Ledger.open(made)
    try:
        for folder in run_folders(outbox):
            await _add_run(folder, settings, ledger, _Making(tenant, told))
    finally:
        await ledger.close()
    await _keep_afterwards(target, made, tenant)
    if target.exists():
        told.kept_as = f"{LEDGER}.{datetime.now(UTC):%Y%m%d-%H%M%S}.old"
        target.rename(outbox / told.kept_as)
    for left in (f"{LEDGER}-wal", f"{LEDGER}-shm"):
        (outbox / left).unlink(missing_ok=True)
    made.replace(target)
    return told


async def _keep_afterwards(old: Path, new: Path, tenant: str) -> None:
    """Take along what results files do not say, where it can still be read: the history, and what became of records."""
    with suppress(LedgerUnusable):
        before = Ledger.open_to_read(old, thoroughly=False)
        try:
            lines = await before.ask(lambda database: newest(database, sys.maxsize))
            looks = await before.ask(lambda database: tracked(database, tenant))
        finally:
            await before.close()
        ledger = Ledger.open(new)
        try:
            await ledger.write_all(lambda database: [written(database, line) for line in lines])
            await ledger.write_all(lambda _: seen(tenant, looks))
        finally:
            await ledger.close()


async def _add_run(folder: Path, settings: Settings, ledger: Ledger, making: _Making) -> None:
    options, tenant, told = StageOptions.of(settings), making.tenant, making.told
    kept = KeptInputs(settings.outbox, options)
    paths = kept.inputs_of(folder.name)
    files = kept.restored([extract_file(path, options) for path in paths])
    tables = all_documents(validate_files(files, options), configured_book(settings))
    names = [path.name for path in paths]
    await ledger.begin_run(folder.name, tenant, [RunFile(name, folder / name, False) for name in names])
    earlier = EarlierResults(folder, names, kept.read) if (folder / SUMMARY).exists() else None
    statuses: set[Status] = set()
    reports: list[TableReport] = []
    for table in tables:
        results = earlier.of(table.clean.table) if earlier is not None else None
        for entry in _entries(table, results, folder.name, tenant):
            ledger.conclude(entry)
            told.counts["documents"] += 1
        if results is not None:
            statuses.update(result.status for result in results.values())
            reports.append(_report(table, results, folder.name))
    if earlier is not None:
        unreadable = [file.path.name for file in files if file.trouble]
        await note_rows(Ended(folder.name, tenant, reports, unreadable, begun_at(folder.name)), ledger)
    left = Left.ROWS if earlier is None or Status.PENDING in statuses else Left.NOTHING
    if left is Left.NOTHING and statuses & OWED:
        left = Left.DOUBTS
    await ledger.end_run(folder.name, left, unfinished=bool(left) or bool(statuses & RETRIED))
    told.counts["runs"] += 1
    told.counts["unfinished"] += bool(left)


def _report(table: DocumentTable, results: Mapping[int, RowResult], run: str) -> TableReport:
    own = RowResults(results)
    for row, result in results.items():
        own.record(row, result)
    keys = [key for key, _ in table.document_keys()]
    return TableReport(table.clean.table, own, [], table.document_of, run, document_keys=lambda: keys)


def _entries(table: DocumentTable, results: Mapping[int, RowResult] | None, run: str, tenant: str) -> Iterator[Entry]:
    """The entries of a table's documents; without results, all of them may have been sent."""
    for own in (table, *table.parts):
        is_part = own is not table
        for number in range(own.groups.count):
            if results is None and number in own.held:
                continue
            document = document_at(own, number)
            if document.is_deletion:  # what it has taken away is not there any more, whatever earlier runs made
                done = results is not None and all(results[row].status.done for row in document.rows if row in results)
                if done:
                    yield _entry(document, State.WITHDRAWN, None, run, tenant)
                continue
            if results is None:
                yield _entry(document, State.SENT, None, run, tenant)
                continue
            of_rows = [results[row] for row in document.rows if row in results]
            state = _STATES.get(of_rows[0].status) if of_rows else None
            if state is not None:
                yield _entry(document, state, None if is_part else of_rows, run, tenant)


def _entry(document: Document, state: State, results: list[RowResult] | None, run: str, tenant: str) -> Entry:
    parts = digests(document)
    identity = identity_of(document.key, document.record.ledger_name, tenant)
    if results is None:
        return Entry(identity, state, whole(parts), parts, run, attempts=1)
    lines = tuple(result.line_id for result in results) if document.record.has_lines else ()
    return Entry(identity, state, whole(parts), parts, run, results[0].clarus_id, lines, attempts=1)
