"""The ledger: what was ever sent to Clarus, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from pipeline.errors import Unfinished
from pipeline.ledger import sqlite, statements
from pipeline.ledger.database import Database, Write
from pipeline.ledger.entries import Entry, Identity, RunFile

if TYPE_CHECKING:
    from pipeline.ledger.lease import Lease

T = TypeVar("T")

# So long a commit waits for others to join it. At 32 requests of 20 ms at once, that makes 80 commits a second of 470,
# and a run takes an eighth less of the processor; nobody waits longer for it, since intentions are written ahead.
_GATHERED_SECONDS = 0.005


class Ledger:
    """What one run at a time knows and records: of an outbox, in its SQLite file, or of a tenant, in PostgreSQL.

    Every write is committed in the order in which it was asked for; writes that wait at the same time share a commit,
    so that the disk does not bound the rate of posting.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "ledger")  # a commit waits for the disk: not in the event loop
        self._asked: list[_Write] = []
        self._committing: asyncio.Task[None] | None = None
        self._waits_since = inf
        self._trouble: Unfinished | None = None  # once a commit has failed, nothing is written any more

    @classmethod
    def open(cls, path: Path, thoroughly: bool = True) -> Self:
        """Open the ledger, making it where there is none; `thoroughly` makes sure that all of it is whole.

        Raises:
            LedgerUnusable: the file is damaged, of a newer version, or something else; it is not touched.
        """
        return cls(sqlite.open_file(path, thoroughly))

    @classmethod
    def shared(
        cls, address: str, tenant: str, lease: Lease | None = None, machine: str = "", fenced: bool = True
    ) -> Self:
        """Open the ledger in PostgreSQL for one tenant; without a lease, to read it only, unless it is not `fenced`.

        Raises:
            UsageError, LedgerUnusable: it cannot be used; the sentence says why.
        """
        from pipeline.ledger.postgres import PostgresDatabase  # its driver need not be installed

        return cls(PostgresDatabase(address, tenant, lease, machine, fenced))

    @classmethod
    def open_to_read(cls, path: Path, thoroughly: bool = True) -> Self:
        """Open the ledger without ever writing to it; where there is none, an empty one in memory.

        Raises:
            LedgerUnusable: as in `open`.
        """
        return cls(sqlite.open_file_to_read(path, thoroughly))

    @property
    def name(self) -> str:
        """What people know it by: its path, or its address without a password."""
        return self._database.name

    @property
    def is_shared(self) -> bool:
        """Whether other outboxes have their runs in it, too."""
        return bool(self._database.scope)

    def unknown_runs(self, names: Sequence[str]) -> list[str]:
        """Return which of these runs it does not know, whosever they are; asked before anything else is."""
        return statements.unknown_runs(self._database, names)

    def drop(self) -> None:
        """Close it before anything was asked of it."""
        self._thread.shutdown()
        self._database.close()

    @property
    def waits_since(self) -> float:
        """Since when the database has been at the same thing, by `time.monotonic`; infinity while it is idle."""
        return self._waits_since

    def interrupt(self) -> None:
        """End a wait for a database that does not answer; what was not written then never will be."""
        self._database.interrupt()

    async def close(self) -> None:
        """Commit what was asked for and close the file."""
        try:
            if self._committing:
                await asyncio.wait((self._committing,))
        finally:
            self._thread.shutdown()
            self._database.close()

    async def find(self, identities: Sequence[Identity]) -> dict[Identity, Entry]:
        """Return the entries of some documents; those it does not know are absent."""
        if not identities:
            return {}
        await self.flush()
        return await self._in_thread(lambda: statements.select(self._database, identities))

    async def holders(self, tenant: str, record: str, ids: Collection[int]) -> dict[int, Identity]:
        """Return, by Clarus's ids, the documents that were made as these records."""
        await self.flush()
        return await self._in_thread(lambda: statements.holders(self._database, tenant, record, sorted(ids)))

    async def ids(self, tenant: str, record: str) -> dict[int, Identity]:
        """Return all documents of a record type by their ids in Clarus."""
        await self.flush()
        return await self._in_thread(lambda: statements.ids(self._database, tenant, record))

    async def highest_id(self, tenant: str, record: str) -> int:
        """Return the highest id that Clarus has given to documents of a record type; 0 where there is none."""
        return await self._in_thread(lambda: statements.highest_id(self._database, tenant, record))

    async def with_references(self, tenant: str, record: str, references: Collection[str]) -> list[Entry]:
        """Return the entries of documents with these references, whatever account they belong to."""
        if not references:
            return []
        await self.flush()
        return await self._in_thread(
            lambda: statements.with_references(self._database, tenant, record, sorted(references))
        )

    async def made(self, tenant: str, run: str | None = None) -> list[Entry]:
        """Return the entries of records that a run made or changed, or any run; those found to be gone as well."""
        await self.flush()
        return await self._in_thread(lambda: statements.made(self._database, tenant, run))

    async def latest(self, tenant: str, record: str, most: int) -> list[Entry]:
        """Return the entries of the records of a type that were made last, and of those found to be gone since."""
        return await self._in_thread(lambda: statements.latest(self._database, tenant, record, most))

    async def in_doubt(self, tenant: str, run: str) -> list[Entry]:
        """Return the entries of documents that a run sent without an answer."""
        await self.flush()
        return await self._in_thread(lambda: statements.in_doubt(self._database, tenant, run))

    async def forget(self, identity: Identity) -> None:
        """Take the entry of a document out: it may be sent as if it never had been."""
        await self._write(*statements.forget(identity))

    async def intend(self, entry: Entry) -> None:
        """Record that a document is about to leave; returns when that is on the disk."""
        await self._write(*statements.upsert(self._database, entry))

    def conclude(self, entry: Entry) -> None:
        """Record what came of a document; on the disk with the next commit, which follows by itself."""
        self._ask(*statements.upsert(self._database, entry))

    def learn_spelling(self, tenant: str, codes: str, ours: str, kept: str, cut: bool) -> None:
        """Record how Clarus keeps a reference of ours in one of its lists."""
        self._ask(*statements.learn_spelling(tenant, codes, ours, kept, cut))

    async def spellings(self, tenant: str) -> list[tuple[str, str, str, bool]]:
        """Return how Clarus was seen to keep references: the list, ours, what is kept, and whether it was cut."""
        return await self._in_thread(lambda: statements.spellings(self._database, tenant))

    async def ask(self, question: Callable[[Database], T]) -> T:
        """Return what a function finds in the database: for tables that have a module of their own."""
        await self.flush()
        return await self._in_thread(lambda: question(self._database))

    async def write_all(self, writes: Callable[[Database], Iterable[Write]]) -> None:
        """Do the writes of such a module; returns when they are safe."""
        for write in writes(self._database):
            self._ask(*write)
        await self.flush()

    async def flush(self) -> None:
        """Return when everything that was asked for until now is on the disk.

        Raises:
            LedgerUnusable: something of it is not.
        """
        if self._asked or self._committing or self._trouble:
            await self._write("SELECT 1", ())  # behind everything else

    async def begin_run(self, run: str, tenant: str, files: Sequence[RunFile] = ()) -> None:
        """Record that a run has begun with these files, or is taken up again."""
        *before, last = statements.begin_run(self._database, run, tenant, files)
        for write in before:
            self._ask(*write)
        await self._write(*last)

    async def end_run(self, run: str, owed: int, unfinished: bool) -> None:
        """Record that a run's results are written, what of it is left (see `Left`), and whether `retry` tries any."""
        await self._write(*statements.end_run(self._database, run, owed, unfinished))

    async def close_rows(self, rows: Iterable[tuple[str, str, int]], by_run: str) -> None:
        """Record that rows of earlier runs, by run, checksum of the table and number, are settled in a later one."""
        for row in rows:
            self._ask(*statements.close_row(self._database, *row, by_run))
        await self.flush()

    async def closed_rows(self, run: str) -> list[tuple[str, int]]:
        """Return the rows of a run that came back in a later one: the checksum of their table, and their numbers."""
        return await self._in_thread(lambda: statements.closed_rows(self._database, run))

    async def unsettled_runs(self, whosever: bool = False) -> list[tuple[str, str]]:
        """Return the runs of which anything is left, each with its tenant; oldest first.

        In an outbox's own ledger these are all; in a shared one those of its tenant, or `whosever` they are.
        """
        return await self._in_thread(lambda: statements.runs(self._database, "owed", whosever=whosever))

    async def all_runs(self) -> list[tuple[str, str]]:
        """Return all runs, of whatever tenant, each with its tenant; oldest first."""
        return await self._in_thread(lambda: statements.runs(self._database))

    async def left_of(self, run: str) -> int:
        """What is left of a run (see `Left`), and 0 for a run that is not known."""
        return await self._in_thread(lambda: statements.left_of(self._database, run))

    async def owed_runs(self, tenant: str) -> list[str]:
        """Return the runs that died, or left rows pending or unknown; oldest first."""
        return await self._runs(tenant, "owed")

    async def unfinished_runs(self, tenant: str) -> list[str]:
        """Return the runs with rows that `retry` tries again; oldest first."""
        return await self._runs(tenant, "unfinished")

    async def has_runs(self, what: Literal["owed", "unfinished"]) -> bool:
        """Whether any run, of whatever tenant, has such rows."""
        return bool(await self._in_thread(lambda: statements.runs(self._database, what)))

    async def knows_run(self, run: str, tenant: str) -> bool:
        """Whether this is a run of the tenant."""
        return run in await self._runs(tenant)

    async def machine_of(self, run: str) -> str:
        """Where a run was begun: an outbox of some machine; "" where that can only be here."""
        return await self._in_thread(lambda: statements.machine_of(self._database, run))

    async def files_of(self, run: str) -> list[RunFile]:
        """Return a run's files, in their order; some may not have reached its folder before the run died."""
        return await self._in_thread(lambda: statements.files_of(self._database, run))

    async def _runs(self, tenant: str, what: Literal["owed", "unfinished", ""] = "") -> list[str]:
        return [run for run, _ in await self._in_thread(lambda: statements.runs(self._database, what, tenant))]

    async def _write(self, sql: str, values: Sequence[Any]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ask(sql, values, done)
        await done

    def _ask(self, sql: str, values: Sequence[Any], done: asyncio.Future[None] | None = None) -> None:
        self._asked.append(_Write(sql, values, done))
        if self._committing is None:
            self._committing = asyncio.get_running_loop().create_task(self._commit_all())

    async def _commit_all(self) -> None:
        while self._asked:
            await asyncio.sleep(_GATHERED_SECONDS)
            writes, self._asked = self._asked, []
            if self._trouble is None:
                try:
                    # In the thread, each statement would wait anew for the interpreter's lock, which the event loop
                    # holds: at 128 requests at once that halved the rate of posting. Here each takes 10 microseconds.
                    self._database.write_down((write.sql, write.values) for write in writes)
                    await self._in_thread(self._database.commit)
                except Unfinished as error:
                    # What was not written stays as it was: at worst a document counts as sent, and is looked up.
                    self._trouble = error
            for write in writes:
                write.conclude(self._trouble)
        self._committing = None

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, call)

    def _timed(self, call: Callable[[], T]) -> T:
        self._waits_since = monotonic()
        try:
            return call()
        finally:
            self._waits_since = inf


@dataclass(frozen=True, slots=True)
class _Write:
    sql: str
    values: Sequence[Any]
    done: asyncio.Future[None] | None

    def conclude(self, trouble: Unfinished | None) -> None:
        """Tell who waits for it, if he still does."""
        if self.done is None or self.done.done():
            return
        if trouble is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(trouble.with_traceback(None))
