"""One run: the files of a run folder through the six stages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.clarus.lists import Lists
from pipeline.errors import FileChanged, LedgerUnusable, Stopped
from pipeline.ledger import Left
from pipeline.load import Deliveries, Delivery, Finding, Gate, IssuedIds, OwnRecords, SpelledLists
from pipeline.resolve import Resolver
from pipeline.results.earlier_results import EarlierResults
from pipeline.results.row_accounts import RowAccounts
from pipeline.runs.auditing import apply, audit_run
from pipeline.runs.changing import changing_of
from pipeline.runs.closing import Finished, ResultsFolder, Watch, finish
from pipeline.runs.context import RunContext
from pipeline.runs.current_run import working_on
from pipeline.runs.known_rows import returned_rows, with_known_references
from pipeline.runs.loading import Loading, LoadOptions
from pipeline.runs.open_rows import note_open_rows
from pipeline.runs.reading import ReadFile, StageOptions, configured_book, extract_files, validate_files
from pipeline.runs.returning import KeptInputs
from pipeline.runs.sent_documents import SentDocuments
from pipeline.runs.spelled_lists import known_spellings
from pipeline.runs.stopped_reading import NEXT_FILE, READING, has_begun, leave_pending
from pipeline.runs.unpacking import unpacked
from pipeline.runs.whole_files import Taken
from pipeline.runs.witnesses import lateness_of
from pipeline.transform import all_documents, documents_in
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import OWED, RETRIED, Status
from pipeline.values.row_keys import table_key
from pipeline.values.row_results import any_of


@dataclass(frozen=True, slots=True)
class Run:
    """The files of one run, and which rows are tried again that have results of an earlier attempt."""

    folder: Path
    paths: Sequence[Path]
    again: Collection[Status] | None = OWED  # None: earlier results count for nothing, as in a rehearsal
    send_unknown: bool = False


async def run_folder(run: Run, context: RunContext) -> Finished:
    """Take the files of a run folder through the stages, write their results, and close the run in the ledger.

    A folder that has results already is taken up again: rows whose status is not among `again` keep what they have.
    """
    with working_on(run.folder.name):
        return await _run_folder(run, context)


async def _run_folder(run: Run, context: RunContext) -> Finished:
    async def audit(accounts: Sequence[RowAccounts]) -> None:
        if context.settings.audit:
            await audit_run(run.folder.name, context, accounts)

    finished = await run_stages(run, context, await _deliveries(run, context), prove=audit)
    returned = (row for report in finished.reports for row in returned_rows(report.table))
    await context.ledger.close_rows(returned, run.folder.name)
    await note_open_rows(finished, context)
    left = _left(finished)
    await context.ledger.end_run(run.folder.name, left, any_of(finished.reports, RETRIED))
    return finished


async def rewrite_results(folder: Path, context: RunContext, faults: Sequence[Finding]) -> None:
    """Write the results of a run anew with what an audit found; nothing is sent. A folder that is gone does no harm."""
    files = await context.ledger.files_of(folder.name)
    paths = [*unpacked(folder, [folder / file.name for file in files if (folder / file.name).exists()])]
    if not paths:
        return
    options = StageOptions.of(context.settings)
    kept = KeptInputs(context.settings.outbox, options)
    read = kept.restored([*extract_files(paths, options, context.progress, kept.how_read)])
    tables = all_documents(validate_files(read, options), configured_book(context.settings))
    run = Run(folder, paths, again=frozenset())
    accounts = _open_accounts(run, tables, kept, await context.ledger.closed_rows(folder.name))
    for each in accounts:
        for document in documents_in(each.transformed):
            each.stands(document)
        each.leave_unreached()
    apply(faults, accounts, context.clarus.tenant)
    target = ResultsFolder(folder, context.settings.failed_files == "xlsx")
    await note_open_rows(finish(target, read, accounts, None, Watch()), context, is_new=False)


def _must_be_unchanged(taken: Taken, context: RunContext) -> None:
    """Stop the run where somebody writes to a file of it: what was read is not what it holds."""
    if names := taken.changed():
        context.stopping.stop(FileChanged(names))


def _left(finished: Finished) -> Left:
    """What goes on by itself with the next run."""
    if any_of(finished.reports, [Status.PENDING]) or isinstance(finished.stopped, FileChanged):
        return Left.ROWS
    if isinstance(finished.stopped, Stopped) and finished.unreadable:  # some of it was not read in time
        return Left.ROWS
    return Left.DOUBTS if any_of(finished.reports, OWED) else Left.NOTHING


async def _nothing(accounts: Sequence[RowAccounts]) -> None:
    """Nothing was sent, so there is nothing to prove."""


async def run_stages(
    run: Run,
    context: RunContext,
    deliveries: Deliveries,
    tell: Callable[[Sequence[RowAccounts]], Mapping[str, Any]] = lambda accounts: {},
    prove: Callable[[Sequence[RowAccounts]], Awaitable[None]] = _nothing,
) -> Finished:
    """Extract, validate, transform, resolve, load, write results.

    `prove` looks at what was loaded before results are written; `tell` adds to the summary what it says of the rows.

    Resolve and load take turns, record type by record type: the records of one are named by those of the next.
    """
    watch, requests_before, waited_before = Watch(), context.clarus.requests, context.clarus.waited
    options, own = StageOptions.of(context.settings), context.settings.clarus
    kept = KeptInputs(context.settings.outbox, options)
    taken = Taken.of(run.paths)
    target = ResultsFolder(run.folder, context.settings.failed_files == "xlsx")
    read: list[ReadFile] = []
    try:
        _extract(run.paths, options, context, kept, read)
        with context.stopping.working():
            files = kept.restored(read)
        files = await with_known_references(files, context.ledger, context.clarus.tenant)
        with context.stopping.working():
            clean = validate_files(files, options)
            tables = all_documents(clean, configured_book(context.settings))
    except Stopped:
        if run.again is None or await has_begun(run.folder, context):
            raise
        return leave_pending(target, run.paths, read, context, watch.also({"requests": 0}))
    accounts = _open_accounts(run, tables, kept, await context.ledger.closed_rows(run.folder.name))
    _must_be_unchanged(taken, context)
    watch.lap("reading")
    lists = Lists(context.clarus, own.lookup_batch, own.page_size)
    resolver = Resolver(lists, own.storage_unit_field, own.read_settle_seconds, context.stopping.sleep)
    sent = SentDocuments(kept, options, context.clarus.tenant)
    decisions = LoadOptions(sent.find, run.send_unknown)
    await Loading(context, lists, resolver, deliveries, decisions).load(accounts)
    try:
        await context.ledger.flush()  # what the results say must be known to the ledger first
    except LedgerUnusable as error:
        if context.ledger.is_shared:
            raise  # another machine may go on meanwhile: what it cannot know, no results file may say
        context.stopping.stop(error)
    watch.lap("loading")
    await prove(accounts)
    watch.lap("audit")
    _must_be_unchanged(taken, context)
    requests, waited = context.clarus.requests - requests_before, context.clarus.waited - waited_before
    more = {"requests": requests, "waited_seconds": round(waited, 3), **tell(accounts)}
    return finish(target, files, accounts, context.stopping.reason, watch.also(more))


def _extract(
    paths: Sequence[Path], options: StageOptions, context: RunContext, kept: KeptInputs, read: list[ReadFile]
) -> None:
    """Add each file to those that are read.

    Raises:
        Stopped: the run was asked to stop; those before are read.
    """
    with context.stopping.working_until(READING):
        for file in extract_files(paths, options, context.progress, kept.how_read):
            read.append(file)
            if isinstance(context.stopping.reason, Stopped) and context.stopping.seconds > NEXT_FILE:
                context.stopping.check()


async def _deliveries(run: Run, context: RunContext) -> Delivery:
    own, clarus = context.settings.clarus, context.clarus
    lists = Lists(clarus, own.lookup_batch, own.page_size)
    spellings = await known_spellings(context)
    return Delivery(
        clarus,
        SpelledLists(
            OwnRecords(lists, context.ledger.holders, clarus.tenant), spellings, context.ledger.holders, clarus.tenant
        ),
        context.ledger,
        run.folder.name,
        Gate(context.stopping, own.concurrency, own.retry_wait_seconds),
        own.read_settle_seconds,
        own.reconcile_attempts,
        context.stopping.sleep,
        await lateness_of(context),
        IssuedIds(context.ledger.highest_id, context.ledger.ids),
        spellings,
        changing=changing_of(context, lists, spellings),
        send_unknown=run.send_unknown,
    )


def _open_accounts(
    run: Run, tables: Sequence[DocumentTable], kept: KeptInputs, closed: Collection[tuple[str, int]]
) -> list[RowAccounts]:
    """Open the accounts of every table; the earlier results, as large as the tables, are not kept beyond that."""
    if run.again is None:
        return [RowAccounts(table, run.folder.name, {}, ()) for table in tables]
    names = [path.name for path in run.paths]
    earlier = EarlierResults(run.folder, names, kept.read)
    accounts = []
    for documents in tables:
        table = documents.clean.table
        checksum = table_key(run.folder.name, table.path.name, table.sheet).checksum
        came_back = [row for of_table, row in closed if of_table == checksum]
        told = earlier.problems_of(table)
        accounts.append(RowAccounts(documents, run.folder.name, earlier.of(table), run.again, told, came_back))
    return accounts
