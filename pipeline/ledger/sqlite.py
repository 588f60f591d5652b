"""The embedded ledger: one SQLite file in the outbox, used by one run at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import LedgerDamaged, LedgerUnusable
from pipeline.ledger.database import Write
from pipeline.ledger.tables import BASE, CLOSED_ROWS, FIRST, MIGRATIONS, SPELLINGS, VERSION

_RESTORE = "restore it from a backup, or move it away if nothing in it was ever sent"
_APPLICATION = 0x434C5257  # "CLRW": tells our file from any other SQLite database

# The last two: a value that SQLite cannot hold.
_ERRORS = (sqlite3.Error, ValueError, OverflowError)


def open_file(path: Path, thoroughly: bool = True) -> SqliteDatabase:
    """Open the file, making it where there is none; `thoroughly` reads all of it, to see that it is whole.

    Raises:
        LedgerUnusable: it is damaged, of a newer version, or something else; it is not touched.
    """
    return SqliteDatabase(_connect(str(path), path, partial(_prepare, thoroughly=thoroughly)), str(path))


def open_file_to_read(path: Path, thoroughly: bool = True) -> SqliteDatabase:
    """Open the file without ever writing to it; where there is none, an empty one in memory.

    Raises:
        LedgerUnusable: as in `open_file`.
    """
    if not path.exists():
        return open_file(Path(":memory:"))
    check = partial(_check, thoroughly=thoroughly)
    return SqliteDatabase(_connect(f"{path.resolve().as_uri()}?mode=ro", path, check), str(path))


class SqliteDatabase:
    """A `Database` over a connection that has been checked."""

    scope: Mapping[str, str] = {}
    signature: Mapping[str, str | int] = {}
    ahead = 0.0
    now = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"  # at a tenth of the time that Python takes

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.connection, self.name = connection, name
        self.version = _version(connection)

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        return bool(self.rows("SELECT count(*) FROM sqlite_schema WHERE name = ?", (table,))[0][0])

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with _telling("read"):
            return self.connection.execute(sql, values).fetchall()

    def write_down(self, writes: Iterable[Write]) -> None:
        """Begin a transaction with these writes, in their order; it is open then, for `commit`."""
        with _telling("written"):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                for sql, values in writes:
                    self.connection.execute(sql, values)
            except BaseException:
                self._roll_back()
                raise

    def commit(self) -> None:
        """Return when the open transaction is on the disk."""
        with _telling("written"):
            try:
                self.connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def interrupt(self) -> None:
        """A disk is not waited for."""

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


@contextmanager
def _telling(done: str) -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise LedgerUnusable(f"the ledger cannot be {done}: {error}") from error


def _connect(database: str, path: Path, begin: Callable[[sqlite3.Connection, Path], bool]) -> sqlite3.Connection:
    """Open the file and begin with it; it is not touched where `begin` refuses it."""
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
        raise LedgerDamaged(f"the ledger {path} cannot be read ({error})", _RESTORE) from error
    return connection


def _check(connection: sqlite3.Connection, path: Path, thoroughly: bool) -> bool:
    """Make sure that this is a ledger which we understand; return whether it has been set up."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    version = _version(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = application == 0 and tables == 0
    if not is_new and application != _APPLICATION:
        raise LedgerUnusable(f"{path} is a database of another program: move it away, or choose another outbox")
    if version > VERSION:
        raise LedgerUnusable(f"the ledger {path} was written by a newer version: update clarus-batch")
    # It takes seconds where there are a million documents.
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone() if thoroughly else ("ok",)
    if verdict != "ok":
        raise LedgerDamaged(f"the ledger {path} is damaged ({verdict})", _RESTORE)
    return not is_new


def _prepare(connection: sqlite3.Connection, path: Path, thoroughly: bool) -> bool:
    """Check the ledger, and set it up where it is new."""
    is_set_up = _check(connection, path, thoroughly)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if not is_set_up:
        marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {BASE};"
        connection.executescript(f"BEGIN; {FIRST} {SPELLINGS} {marks} COMMIT;")
    for version in range(_version(connection) + 1, VERSION + 1):
        connection.executescript(f"BEGIN; {MIGRATIONS[version]} PRAGMA user_version = {version}; COMMIT;")
    connection.executescript(CLOSED_ROWS)
    return True


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
