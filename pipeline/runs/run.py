"""One run: the files of a run folder, from reading to results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.clarus.client import Clarus
from pipeline.clarus.lists import Lists
from pipeline.config import Settings
from pipeline.errors import LedgerUnusable
from pipeline.extract import extract
from pipeline.ledger import Ledger
from pipeline.load import Delivery, OwnRecords
from pipeline.progress import Progress
from pipeline.results.earlier_results import EarlierResults
from pipeline.results.row_accounts import RowAccounts
from pipeline.runs.closing import Finished, Watch, finish
from pipeline.runs.loading import Line
from pipeline.runs.reading import ReadFile, configured_book, options_of, read
from pipeline.stopping import Stopping
from pipeline.transform import all_documents
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import OWED, RETRIED, Status
from pipeline.values.row_results import any_of


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
    watch, requests_before = Watch(), clarus.requests
    files = read_all([folder / name for name in names], settings, progress)
    watch.lap("reading")
    books = _opened(
        folder,
        names,
        all_documents([table for file in files for table in file.tables], configured_book(settings)),
        settings,
        again,
    )
    own = settings.clarus
    lists = Lists(clarus, own.lookup_batch, own.page_size)
    delivery = Delivery(
        clarus,
        OwnRecords(lists, ledger.holders, clarus.tenant),
        ledger,
        folder.name,
        own.read_settle_seconds,
        own.reconcile_attempts,
        stopping.sleep,
    )
    line = Line(settings, clarus.tenant, lists, ledger, delivery, progress, stopping, send_unknown)
    await line.load(books)
    try:
        await ledger.flush()  # what the results say must be known to the ledger first
    except LedgerUnusable as error:
        stopping.stop(error)
    watch.lap("loading")
    finished = finish(folder, files, books, stopping.reason, watch, requests=clarus.requests - requests_before)
    await ledger.end_run(folder.name, any_of(finished.reports, OWED), any_of(finished.reports, RETRIED))
    return finished


def _opened(
    folder: Path, names: Sequence[str], tables: Sequence[DocumentTable], settings: Settings, again: Collection[Status]
) -> list[RowAccounts]:
    """Open the books of every table; the earlier results, as large as the tables, are not kept beyond that."""
    earlier = EarlierResults(folder, names, lambda path: extract(path, options_of(settings)))
    return [
        RowAccounts(transformed, folder.name, earlier.of(table), again, earlier.problems_of(table))
        for transformed in tables
        for table in (transformed.clean.table,)
    ]


def read_all(paths: Sequence[Path], settings: Settings, progress: Progress) -> list[ReadFile]:
    """Extract and validate files, one after the other."""
    progress.begin("reading", len(paths))
    files = []
    for path in paths:
        files.append(read(path, settings))
        progress.ended(Status.READY)
    return files
