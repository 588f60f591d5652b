"""The ledger: what was ever sent to Clarus, and what came of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pipeline.errors import LedgerUnusable
from pipeline.ledger import database
from pipeline.ledger.entries import Entry, Identity, Left, RunFile

T = TypeVar("T")

# So long a commit waits for others to join it. At 32 requests of 20 ms at once, that makes 80 commits a second of 470,
# and a run takes an eighth less of the processor; nobody waits longer for it, since intentions are written ahead.
_GATHERED_SECONDS = 0.005


class Ledger:
    """One SQLite file in the outbox, used by one run at a time.

    Every write is committed in the order in which it was asked for; writes that wait at the same time share a commit,
    so that the disk does not bound the rate of posting.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, "ledger")  # a commit waits for the disk: not in the event loop
        self._asked: list[_Write] = []
        self._committing: asyncio.Task[None] | None = None
        self._trouble: LedgerUnusable | None = None  # once a commit has failed, nothing is written any more

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the ledger, making it where there is none.

        Raises:
            LedgerUnusable: the file is damaged, of a newer version, or something else; it is not touched.
        """
        return cls(database.connect(str(path), path, database.prepare))

    @classmethod
    def open_to_read(cls, path: Path) -> Self:
        """Open the ledger without ever writing to it; where there is none, an empty one in memory.

        Raises:
            LedgerUnusable: as in `open`.
        """
        if not path.exists():
            return cls.open(Path(":memory:"))
        return cls(database.connect(f"{path.resolve().as_uri()}?mode=ro", path, database.check))

    async def close(self) -> None:
        """Commit what was asked for and close the file."""
        try:
            if self._committing:
                await asyncio.wait((self._committing,))
        finally:
            self._thread.shutdown()
            self._connection.close()

    async def find(self, identities: Sequence[Identity]) -> dict[Identity, Entry]:
        """Return the entries of some documents; those it does not know are absent."""
        if not identities:
            return {}
        await self.flush()
        return await self._in_thread(lambda: database.select(self._connection, identities))

    async def holders(self, tenant: str, record: str, ids: Collection[int]) -> dict[int, Identity]:
        """Return, by Clarus's ids, the documents that were made as these records."""
        await self.flush()
        return await self._in_thread(lambda: database.holders(self._connection, tenant, record, sorted(ids)))

    async def ids(self, tenant: str, record: str) -> dict[int, Identity]:
        """Return all documents of a record type by their ids in Clarus."""
        await self.flush()
        return await self._in_thread(lambda: database.ids(self._connection, tenant, record))

    async def highest_id(self, tenant: str, record: str) -> int:
        """Return the highest id that Clarus has given to documents of a record type; 0 where there is none."""
        return await self._in_thread(lambda: database.highest_id(self._connection, tenant, record))

    async def with_references(self, tenant: str, record: str, references: Collection[str]) -> list[Entry]:
        """Return the entries of documents with these references, whatever account they belong to."""
        if not references:
            return []
        await self.flush()
        return await self._in_thread(
            lambda: database.with_references(self._connection, tenant, record, sorted(references))
        )

    async def made(self, tenant: str, run: str | None = None) -> list[Entry]:
        """Return the entries of records that a run made or changed, or any run; those found to be gone as well."""
        await self.flush()
        return await self._in_thread(lambda: database.made(self._connection, tenant, run))

    async def in_doubt(self, tenant: str, run: str) -> list[Entry]:
        """Return the entries of documents that a run sent without an answer."""
        await self.flush()
        return await self._in_thread(lambda: database.in_doubt(self._connection, tenant, run))

    async def forget(self, identity: Identity) -> None:
        """Take the entry of a document out: it may be sent as if it never had been."""
        await self._write(*database.forget(identity))

    async def intend(self, entry: Entry) -> None:
        """Record that a document is about to leave; returns when that is on the disk."""
        await self._write(*database.upsert(entry))

    def conclude(self, entry: Entry) -> None:
        """Record what came of a document; on the disk with the next commit, which follows by itself."""
        self._ask(*database.upsert(entry))

    def learn_spelling(self, tenant: str, codes: str, ours: str, kept: str, cut: bool) -> None:
        """Record how Clarus keeps a reference of ours in one of its lists."""
        self._ask("INSERT INTO spellings VALUES (?, ?, ?, ?, ?)", (tenant, codes, ours, kept, int(cut)))

    async def spellings(self, tenant: str) -> list[tuple[str, str, str, bool]]:
        """Return how Clarus was seen to keep references: the list, ours, what is kept, and whether it was cut."""
        return await self._in_thread(lambda: database.spellings(self._connection, tenant))

    async def flush(self) -> None:
        """Return when everything that was asked for until now is on the disk.

        Raises:
            LedgerUnusable: something of it is not.
        """
        if self._asked or self._committing or self._trouble:
            await self._write("SELECT 1", ())  # behind everything else

    async def begin_run(self, run: str, tenant: str, files: Sequence[RunFile] = ()) -> None:
        """Record that a run has begun with these files, or is taken up again."""
        for place, file in enumerate(files):
            values = (run, place, file.name, str(file.source.absolute()), int(file.copied))
            self._ask("INSERT INTO files VALUES (?, ?, ?, ?, ?)", values)
        await self._write(
            "INSERT INTO runs VALUES (?, ?, ?, NULL, 1, 1)"
            " ON CONFLICT (run) DO UPDATE SET ended_at = NULL, owed = 1, unfinished = 1",
            (run, tenant, database.now()),
        )

    async def end_run(self, run: str, owed: int, unfinished: bool) -> None:
        """Record that a run's results are written, what of it is left (see `Left`), and whether `retry` tries any."""
        sql = "UPDATE runs SET ended_at = ?, owed = ?, unfinished = ? WHERE run = ?"
        await self._write(sql, (database.now(), int(owed), int(unfinished), run))

    async def close_rows(self, rows: Iterable[tuple[str, str, int]], by_run: str) -> None:
        """Record that rows of earlier runs, by run, checksum of the table and number, are settled in a later one."""
        for row in rows:
            self._ask("INSERT OR REPLACE INTO closed_rows VALUES (?, ?, ?, ?)", (*row, by_run))
        await self.flush()

    async def closed_rows(self, run: str) -> list[tuple[str, int]]:
        """Return the rows of a run that came back in a later one: the checksum of their table, and their numbers."""
        return await self._in_thread(lambda: database.closed_rows(self._connection, run))

    async def unsettled_runs(self) -> list[tuple[str, str]]:
        """Return the runs, of whatever tenant, of which anything is left, each with its tenant; oldest first."""
        sql = "SELECT run, tenant FROM runs WHERE owed ORDER BY run"
        return await self._in_thread(lambda: self._connection.execute(sql).fetchall())

    async def all_runs(self) -> list[tuple[str, str]]:
        """Return all runs, of whatever tenant, each with its tenant; oldest first."""
        sql = "SELECT run, tenant FROM runs ORDER BY run"
        return await self._in_thread(lambda: self._connection.execute(sql).fetchall())

    async def left_of(self, run: str) -> int:
        """What is left of a run (see `Left`), and 0 for a run that is not known."""
        sql = "SELECT owed FROM runs WHERE run = ?"
        row = await self._in_thread(lambda: self._connection.execute(sql, (run,)).fetchone())
        return int(row[0]) if row else Left.NOTHING

    async def owed_runs(self, tenant: str) -> list[str]:
        """Return the runs that died, or left rows pending or unknown; oldest first."""
        return await self._runs("owed", tenant)

    async def unfinished_runs(self, tenant: str) -> list[str]:
        """Return the runs with rows that `retry` tries again; oldest first."""
        return await self._runs("unfinished", tenant)

    async def has_runs(self, what: Literal["owed", "unfinished"]) -> bool:
        """Whether any run, of whatever tenant, has such rows."""
        sql = f"SELECT EXISTS (SELECT 1 FROM runs WHERE {what})"
        return await self._in_thread(lambda: bool(self._connection.execute(sql).fetchone()[0]))

    async def knows_run(self, run: str, tenant: str) -> bool:
        """Whether this is a run of the tenant."""
        return run in await self._runs("1", tenant)

    async def files_of(self, run: str) -> list[RunFile]:
        """Return a run's files, in their order; some may not have reached its folder before the run died."""
        sql = "SELECT name, source, copied FROM files WHERE run = ? ORDER BY place"
        rows = await self._in_thread(lambda: self._connection.execute(sql, (run,)).fetchall())
        return [RunFile(name, Path(source), bool(copied)) for name, source, copied in rows]

    async def _runs(self, condition: str, tenant: str) -> list[str]:
        sql = f"SELECT run FROM runs WHERE {condition} AND tenant = ? ORDER BY run"
        return await self._in_thread(lambda: [run for (run,) in self._connection.execute(sql, (tenant,))])

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
                    database.write_down(self._connection, ((write.sql, write.values) for write in writes))
                    await self._in_thread(partial(database.commit, self._connection))
                except (sqlite3.Error, ValueError, OverflowError) as error:  # the last two: a value SQLite cannot hold
                    # What was not written stays as it was: at worst a document counts as sent, and is looked up.
                    self._trouble = LedgerUnusable(f"the ledger cannot be written: {error}")
            for write in writes:
                write.conclude(self._trouble)
        self._committing = None

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


@dataclass(frozen=True, slots=True)
class _Write:
    sql: str
    values: Sequence[Any]
    done: asyncio.Future[None] | None

    def conclude(self, trouble: LedgerUnusable | None) -> None:
        """Tell who waits for it, if he still does."""
        if self.done is None or self.done.done():
            return
        if trouble is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(trouble.with_traceback(None))
