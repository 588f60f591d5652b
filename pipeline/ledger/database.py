"""The ledger's SQLite file: how it is opened, and how entries lie in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import LedgerDamaged, LedgerUnusable
from pipeline.ledger.entries import Entry, Identity, State

_VERSION = 2
_RESTORE = "restore it from a backup, or move it away if nothing in it was ever sent"
_APPLICATION = 0x434C5257  # "CLRW": tells our file from any other SQLite database

_TABLES = """
CREATE TABLE documents (
    tenant TEXT NOT NULL, record TEXT NOT NULL, account TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL, fingerprint TEXT NOT NULL, parts TEXT NOT NULL,
    clarus_id INTEGER, line_ids TEXT NOT NULL, known_ids TEXT NOT NULL,
    attempts INTEGER NOT NULL, first_at TEXT NOT NULL, changed_at TEXT NOT NULL, run TEXT NOT NULL, error TEXT NOT NULL,
    sent_at REAL,
    PRIMARY KEY (tenant, record, account, reference)
) WITHOUT ROWID;
CREATE TABLE runs (
    run TEXT PRIMARY KEY, tenant TEXT NOT NULL, begun_at TEXT NOT NULL, ended_at TEXT,
    owed INTEGER NOT NULL, unfinished INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE files (
    run TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, copied INTEGER NOT NULL,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
"""


# References that Clarus keeps in another way than they were sent, one of each kind.
_SPELLINGS = """
CREATE TABLE spellings (
    tenant TEXT NOT NULL, list TEXT NOT NULL, ours TEXT NOT NULL, kept TEXT NOT NULL, cut INTEGER NOT NULL
);
"""

_MIGRATIONS = {  # to each version from the one before it
    2: f"ALTER TABLE documents ADD COLUMN sent_at REAL; {_SPELLINGS}",
}

# Rows that came back in a later run, and are settled there. Made also in a ledger that was there before it.
_CLOSED_ROWS = """
CREATE TABLE IF NOT EXISTS closed_rows (
    run TEXT NOT NULL, checksum TEXT NOT NULL, row INTEGER NOT NULL, by_run TEXT NOT NULL,
    PRIMARY KEY (run, checksum, row)
) WITHOUT ROWID;
"""


def connect(database: str, path: Path, begin: Callable[[sqlite3.Connection, Path], bool]) -> sqlite3.Connection:
    """Open the file and begin with it.

    Raises:
        LedgerUnusable: it cannot be opened or read, or `begin` refuses it; it is not touched.
    """
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


def check(connection: sqlite3.Connection, path: Path) -> bool:
    """Make sure that this is a ledger which we understand; return whether it has been set up."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    version = _version(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    is_new = application == 0 and tables == 0
    if not is_new and application != _APPLICATION:
        raise LedgerUnusable(f"{path} is a database of another program: move it away, or choose another outbox")
    if version > _VERSION:
        raise LedgerUnusable(f"the ledger {path} was written by a newer version: update clarus-batch")
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise LedgerDamaged(f"the ledger {path} is damaged ({verdict})", _RESTORE)
    return not is_new


def prepare(connection: sqlite3.Connection, path: Path) -> bool:
    """Check the ledger, and set it up where it is new."""
    is_set_up = check(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if not is_set_up:
        marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_VERSION};"
        connection.executescript(f"BEGIN; {_TABLES} {_SPELLINGS} {marks} COMMIT;")
    for version in range(_version(connection) + 1, _VERSION + 1):
        connection.executescript(f"BEGIN; {_MIGRATIONS[version]} PRAGMA user_version = {version}; COMMIT;")
    connection.executescript(_CLOSED_ROWS)
    return True


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def write_down(connection: sqlite3.Connection, writes: Iterable[tuple[str, Sequence[Any]]]) -> None:
    """Begin a transaction with these writes, in their order; it is open then, for `commit`."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql, values in writes:
            connection.execute(sql, values)
    except BaseException:
        _roll_back(connection)
        raise


def commit(connection: sqlite3.Connection) -> None:
    """Return when the open transaction is on the disk."""
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
    " attempts, first_at, changed_at, run, error, sent_at"
)
_NOW = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"  # as `now` writes it, at a tenth of its time
_UPSERT = (
    f"INSERT INTO documents ({_COLUMNS}) VALUES ({', '.join('?' * 11)}, {_NOW}, {_NOW}, ?, ?, ?)"
    " ON CONFLICT (tenant, record, account, reference) DO UPDATE SET"
    " state = excluded.state, fingerprint = excluded.fingerprint, parts = excluded.parts,"
    " clarus_id = excluded.clarus_id, line_ids = excluded.line_ids, known_ids = excluded.known_ids,"
    " attempts = excluded.attempts, changed_at = excluded.changed_at, run = excluded.run, error = excluded.error,"
    " sent_at = excluded.sent_at"
)
_ASKED_AT_ONCE = 1_000  # documents; SQLite takes no more than 32,766 values in a statement, here four for each


def upsert(entry: Entry) -> tuple[str, Sequence[Any]]:
    """The write that puts an entry down, in place of an earlier one of its document."""
    identity = entry.identity
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
        entry.run,
        entry.error,
        entry.sent_at,
    )


def select(connection: sqlite3.Connection, identities: Sequence[Identity]) -> dict[Identity, Entry]:
    """Return the entries of these documents; those that are not there are absent."""
    found = {}
    for start in range(0, len(identities), _ASKED_AT_ONCE):
        asked = identities[start : start + _ASKED_AT_ONCE]
        sql = (
            f"WITH asked AS (VALUES {', '.join(['(?, ?, ?, ?)'] * len(asked))})"
            f" SELECT {_columns(connection)} FROM asked CROSS JOIN documents"  # CROSS: asked is the outer loop
            " ON (tenant, record, account, reference) = (column1, column2, column3, column4)"
        )
        values = [part for name in asked for part in (name.tenant, name.record, name.account, name.reference)]
        entries = map(_entry, connection.execute(sql, values))
        found.update({entry.identity: entry for entry in entries})
    return found


def _columns(connection: sqlite3.Connection) -> str:
    """What is read of an entry: a ledger that may not be written to stays as an older version has left it."""
    return _COLUMNS if _version(connection) >= 2 else _COLUMNS.replace("sent_at", "NULL")


def ids(connection: sqlite3.Connection, tenant: str, record: str) -> dict[int, Identity]:
    """Return all documents of a record type by their ids in Clarus."""
    sql = (
        "SELECT clarus_id, tenant, record, account, reference FROM documents"
        " WHERE tenant = ? AND record = ? AND clarus_id IS NOT NULL"
    )
    return {row[0]: Identity(*row[1:]) for row in connection.execute(sql, (tenant, record))}


def highest_id(connection: sqlite3.Connection, tenant: str, record: str) -> int:
    """Return the highest id that Clarus has given to documents of a record type; 0 where there is none."""
    sql = "SELECT coalesce(max(clarus_id), 0) FROM documents WHERE tenant = ? AND record = ?"
    (highest,) = connection.execute(sql, (tenant, record)).fetchone()
    return int(highest)


def holders(connection: sqlite3.Connection, tenant: str, record: str, ids: Sequence[int]) -> dict[int, Identity]:
    """Return the documents that have these ids in Clarus; this reads all entries of the record type."""
    found = {}
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        asked = ids[start : start + _ASKED_AT_ONCE]
        sql = (
            "SELECT clarus_id, tenant, record, account, reference FROM documents"
            f" WHERE tenant = ? AND record = ? AND clarus_id IN ({', '.join('?' * len(asked))})"
        )
        found.update({row[0]: Identity(*row[1:]) for row in connection.execute(sql, (tenant, record, *asked))})
    return found


def with_references(connection: sqlite3.Connection, tenant: str, record: str, references: Sequence[str]) -> list[Entry]:
    """Return the entries with these references; this reads all entries of the record type."""
    found: list[Entry] = []
    for start in range(0, len(references), _ASKED_AT_ONCE):
        asked = references[start : start + _ASKED_AT_ONCE]
        sql = (
            f"SELECT {_columns(connection)} FROM documents"
            f" WHERE tenant = ? AND record = ? AND reference IN ({', '.join('?' * len(asked))})"
        )
        found += map(_entry, connection.execute(sql, (tenant, record, *asked)))
    return found


def made(connection: sqlite3.Connection, tenant: str, run: str | None) -> list[Entry]:
    """Return the entries of records that a run made or changed, or any run, and of those found to be gone since."""
    sql = f"SELECT {_columns(connection)} FROM documents WHERE tenant = ? AND state IN ('created', 'updated', 'gone')"
    values: tuple[str, ...] = (tenant,)
    if run is not None:
        sql, values = f"{sql} AND run = ?", (tenant, run)
    return [*map(_entry, connection.execute(sql, values))]


def in_doubt(connection: sqlite3.Connection, tenant: str, run: str) -> list[Entry]:
    """Return the entries of documents that a run sent without an answer."""
    sql = f"SELECT {_columns(connection)} FROM documents WHERE tenant = ? AND run = ? AND state = 'sent'"
    return [*map(_entry, connection.execute(sql, (tenant, run)))]


def forget(identity: Identity) -> tuple[str, Sequence[Any]]:
    """The write that takes an entry out."""
    sql = "DELETE FROM documents WHERE tenant = ? AND record = ? AND account = ? AND reference = ?"
    return sql, (identity.tenant, identity.record, identity.account, identity.reference)


def spellings(connection: sqlite3.Connection, tenant: str) -> list[tuple[str, str, str, bool]]:
    """Return references that Clarus keeps in another way: the list, ours, what is kept, and whether it was cut."""
    if _version(connection) < 2:
        return []
    found = connection.execute("SELECT list, ours, kept, cut FROM spellings WHERE tenant = ?", (tenant,))
    return [(codes, ours, kept, bool(cut)) for codes, ours, kept, cut in found]


def closed_rows(connection: sqlite3.Connection, run: str) -> list[tuple[str, int]]:
    """Return the rows of a run that came back in a later one: the checksum of their table, and their numbers."""
    (exists,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'closed_rows'").fetchone()
    sql = "SELECT checksum, row FROM closed_rows WHERE run = ?"
    return connection.execute(sql, (run,)).fetchall() if exists else []


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
        sent_at=row[15],
    )


def now() -> str:
    """The moment, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
