"""The ledger: what was ever sent to Clarus, and what came of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import orjson

from pipeline.errors import LedgerUnusable

T = TypeVar("T")

_VERSION = 1
_RESTORE = "restore it from a backup, or move it away if nothing in it was ever sent"
_APPLICATION = 0x434C5257  # "CLRW": tells our file from any other SQLite database

_TABLES = """
CREATE TABLE documents (
    tenant TEXT NOT NULL, record TEXT NOT NULL, account TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL, fingerprint TEXT NOT NULL, parts TEXT NOT NULL,
    clarus_id INTEGER, line_ids TEXT NOT NULL, known_ids TEXT NOT NULL,
    attempts INTEGER NOT NULL, first_at TEXT NOT NULL, changed_at TEXT NOT NULL, run TEXT NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (tenant, record, account, reference)
) WITHOUT ROWID;
CREATE TABLE runs (
    run TEXT PRIMARY KEY, tenant TEXT NOT NULL, begun_at TEXT NOT NULL, ended_at TEXT,
    owed INTEGER NOT NULL, unfinished INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE files (run TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (run, name)) WITHOUT ROWID;
"""


class State(StrEnum):
    """What is known of a document."""

    SENT = "sent"  # it left or was about to leave; what came of it is not known
    CREATED = "created"
    CHANGING = "changing"  # a change of it left or was about to leave; sending it again does no harm
    UPDATED = "updated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # it was about to leave and surely did not


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two documents the same one."""

    tenant: str
    record: str
    account: str  # "" where the record type is not narrowed by one
    reference: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. It holds digests of what was sent, never the content itself."""

    identity: Identity
    state: State
    fingerprint: str
    parts: dict[str, Any]  # digests of the document's parts, to tell what has changed
    run: str
    clarus_id: int | None = None
    line_ids: tuple[int | None, ...] = ()
    known_ids: tuple[int, ...] = ()  # records with this reference that were there before it was sent
    attempts: int = 0
    error: str = ""  # the kind of refusal, not its words: these may quote an address
    changed_at: datetime | None = None


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
        return cls(_connect(str(path), path, _prepare))

    @classmethod
    def open_to_read(cls, path: Path) -> Self:
        """Open the ledger without ever writing to it; where there is none, an empty one in memory.

        Raises:
            LedgerUnusable: as in `open`.
        """
        if not path.exists():
            return cls.open(Path(":memory:"))
        return cls(_connect(f"{path.resolve().as_uri()}?mode=ro", path, _check))

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
        if self._asked or self._committing:
            await self._write("SELECT 1", ())  # behind everything that was asked for before
        return await self._in_thread(lambda: _select(self._connection, identities))

    async def intend(self, entry: Entry) -> None:
        """Record that a document is about to leave; returns when that is on the disk."""
        await self._write(*_upsert(entry))

    def conclude(self, entry: Entry) -> None:
        """Record what came of a document; on the disk with the next commit, which follows by itself."""
        self._ask(*_upsert(entry))

    async def begin_run(self, run: str, tenant: str, names: Sequence[str]) -> None:
        """Record that a run has begun, or is taken up again, with the names of its files in the run folder."""
        for name in names:
            self._ask("INSERT OR IGNORE INTO files VALUES (?, ?)", (run, name))
        await self._write(
            "INSERT INTO runs VALUES (?, ?, ?, NULL, 1, 1)"
            " ON CONFLICT (run) DO UPDATE SET ended_at = NULL, owed = 1, unfinished = 1",
            (run, tenant, _now()),
        )

    async def end_run(self, run: str, owed: bool, unfinished: bool) -> None:
        """Record that a run's results are written; whether rows of it are owed, and whether any may be tried again."""
        sql = "UPDATE runs SET ended_at = ?, owed = ?, unfinished = ? WHERE run = ?"
        await self._write(sql, (_now(), int(owed), int(unfinished), run))

    async def owed_runs(self, tenant: str) -> list[str]:
        """Return the runs that died, or left rows pending or unknown; oldest first."""
        return await self._runs("owed", tenant)

    async def unfinished_runs(self, tenant: str) -> list[str]:
        """Return the runs with rows that `retry` tries again; oldest first."""
        return await self._runs("unfinished", tenant)

    async def knows_run(self, run: str, tenant: str) -> bool:
        """Whether this is a run of the tenant."""
        return run in await self._runs("1", tenant)

    async def files_of(self, run: str) -> list[str]:
        """Return the names of a run's files; some may not have reached its folder before the run died."""
        sql = "SELECT name FROM files WHERE run = ? ORDER BY name"
        return await self._in_thread(lambda: [name for (name,) in self._connection.execute(sql, (run,))])

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
            writes, self._asked = self._asked, []
            if self._trouble is None:
                try:
                    # In the thread, each statement would wait anew for the interpreter's lock, which the event loop
                    # holds: at 128 requests at once that halved the rate of posting. Here each takes 10 microseconds.
                    _write_down(self._connection, writes)
                    await self._in_thread(partial(_commit, self._connection))
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


def _connect(database: str, path: Path, begin: Callable[[sqlite3.Connection, Path], bool]) -> sqlite3.Connection:
    try:
        uri = database.startswith("file:")
        connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False, uri=uri)
        try:
            begin(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError as error:
        hint = "look at its permissions, and at the space on its disk"
        raise LedgerUnusable(f"the ledger {path} cannot be opened ({error}): {hint}") from error
    except sqlite3.DatabaseError as error:
        raise LedgerUnusable(f"the ledger {path} cannot be read ({error}): {_RESTORE}") from error
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> bool:
    """Make sure that this is a ledger which we understand; return whether it has been set up."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = application == 0 and tables == 0
    if not is_new and application != _APPLICATION:
        raise LedgerUnusable(f"{path} is a database of another program: move it away, or choose another outbox")
    if version > _VERSION:
        raise LedgerUnusable(f"the ledger {path} was written by a newer version: update clarus-batch")
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise LedgerUnusable(f"the ledger {path} is damaged ({verdict}): {_RESTORE}")
    return not is_new


def _prepare(connection: sqlite3.Connection, path: Path) -> bool:
    """Check the ledger, and set it up where it is new."""
    is_set_up = _check(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if not is_set_up:
        script = f"BEGIN; {_TABLES} PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_VERSION}; COMMIT;"
        connection.executescript(script)
    return True


def _write_down(connection: sqlite3.Connection, writes: Sequence[_Write]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for write in writes:
            connection.execute(write.sql, write.values)
    except BaseException:
        _roll_back(connection)
        raise


def _commit(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


_COLUMNS = (
    "tenant, record, account, reference, state, fingerprint, parts, clarus_id, line_ids, known_ids,"
    " attempts, first_at, changed_at, run, error"
)
_UPSERT = (
    f"INSERT INTO documents ({_COLUMNS}) VALUES ({', '.join('?' * 15)})"
    " ON CONFLICT (tenant, record, account, reference) DO UPDATE SET"
    " state = excluded.state, fingerprint = excluded.fingerprint, parts = excluded.parts,"
    " clarus_id = excluded.clarus_id, line_ids = excluded.line_ids, known_ids = excluded.known_ids,"
    " attempts = excluded.attempts, changed_at = excluded.changed_at, run = excluded.run, error = excluded.error"
)
_ASKED_AT_ONCE = 1_000  # documents; SQLite takes no more than 32,766 values in a statement, here four for each


def _upsert(entry: Entry) -> tuple[str, Sequence[Any]]:
    identity, now = entry.identity, _now()
    return _UPSERT, (
        identity.tenant,
        identity.record,
        identity.account,
        identity.reference,
        entry.state,
        entry.fingerprint,
        orjson.dumps(entry.parts).decode(),
        entry.clarus_id,
        orjson.dumps(entry.line_ids).decode(),
        orjson.dumps(entry.known_ids).decode(),
        entry.attempts,
        now,
        now,
        entry.run,
        entry.error,
    )


def _select(connection: sqlite3.Connection, identities: Sequence[Identity]) -> dict[Identity, Entry]:
    found = {}
    for start in range(0, len(identities), _ASKED_AT_ONCE):
        asked = identities[start : start + _ASKED_AT_ONCE]
        sql = (
            f"WITH asked AS (VALUES {', '.join(['(?, ?, ?, ?)'] * len(asked))})"
            f" SELECT {_COLUMNS} FROM asked CROSS JOIN documents"  # CROSS: asked is the outer loop
            " ON (tenant, record, account, reference) = (column1, column2, column3, column4)"
        )
        values = [part for name in asked for part in (name.tenant, name.record, name.account, name.reference)]
        entries = map(_entry, connection.execute(sql, values))
        found.update({entry.identity: entry for entry in entries})
    return found


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(
        identity=Identity(*row[:4]),
        state=State(row[4]),
        fingerprint=row[5],
        parts=orjson.loads(row[6]),
        clarus_id=row[7],
        line_ids=tuple(orjson.loads(row[8])),
        known_ids=tuple(orjson.loads(row[9])),
        attempts=row[10],
        changed_at=datetime.fromisoformat(row[12]),
        run=row[13],
        error=row[14],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
