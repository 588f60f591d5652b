"""What is asked of a ledger's database and written into it, in the words that every `Database` understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

from pipeline.ledger.database import Database, Write
from pipeline.ledger.entries import Entry, Identity, RunFile, State

_COLUMNS = (
    "tenant, record, account, reference, state, fingerprint, parts, clarus_id, line_ids, known_ids,"
    " attempts, first_at, changed_at, run, error, sent_at"
)
_UPSERT = (
    f"INSERT INTO documents ({_COLUMNS}) VALUES ({', '.join('?' * 11)}, {{now}}, {{now}}, ?, ?, ?)"
    " ON CONFLICT (tenant, record, account, reference) DO UPDATE SET"
    " state = excluded.state, fingerprint = excluded.fingerprint, parts = excluded.parts,"
    " clarus_id = excluded.clarus_id, line_ids = excluded.line_ids, known_ids = excluded.known_ids,"
    " attempts = excluded.attempts, changed_at = excluded.changed_at, run = excluded.run, error = excluded.error,"
    " sent_at = excluded.sent_at"
)

_ASKED_AT_ONCE = 1_000  # documents; SQLite takes no more than 32,766 values in a statement, here four for each


def upsert(database: Database, entry: Entry) -> Write:
    """The write that puts an entry down, in place of an earlier one of its document."""
    identity = entry.identity
    return _upsert_at(database.now), (
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
        None if entry.sent_at is None else entry.sent_at + database.ahead,
    )


def select(database: Database, identities: Sequence[Identity]) -> dict[Identity, Entry]:
    """Return the entries of these documents; those that are not there are absent."""
    found = {}
    for start in range(0, len(identities), _ASKED_AT_ONCE):
        asked = identities[start : start + _ASKED_AT_ONCE]
        sql = (
            f"WITH asked AS (VALUES {', '.join(['(?, ?, ?, ?)'] * len(asked))})"
            f" SELECT {_columns(database)} FROM asked CROSS JOIN documents"  # CROSS: to SQLite, asked is the outer loop
            " WHERE (tenant, record, account, reference) = (column1, column2, column3, column4)"
        )
        values = [part for name in asked for part in (name.tenant, name.record, name.account, name.reference)]
        entries = _entries(database, database.rows(sql, values))
        found.update({entry.identity: entry for entry in entries})
    return found


def _columns(database: Database) -> str:
    """What is read of an entry: a ledger that may not be written to stays as an older version has left it."""
    return _COLUMNS if database.version >= 2 else _COLUMNS.replace("sent_at", "NULL")


def ids(database: Database, tenant: str, record: str) -> dict[int, Identity]:
    """Return all documents of a record type by their ids in Clarus."""
    sql = (
        "SELECT clarus_id, tenant, record, account, reference FROM documents"
        " WHERE tenant = ? AND record = ? AND clarus_id IS NOT NULL"
    )
    return {row[0]: Identity(*row[1:]) for row in database.rows(sql, (tenant, record))}


def highest_id(database: Database, tenant: str, record: str) -> int:
    """Return the highest id that Clarus has given to documents of a record type; 0 where there is none."""
    sql = "SELECT coalesce(max(clarus_id), 0) FROM documents WHERE tenant = ? AND record = ?"
    [(highest,)] = database.rows(sql, (tenant, record))
    return int(highest)


def holders(database: Database, tenant: str, record: str, ids: Sequence[int]) -> dict[int, Identity]:
    """Return the documents that have these ids in Clarus; this reads all entries of the record type."""
    found = {}
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        asked = ids[start : start + _ASKED_AT_ONCE]
        sql = (
            "SELECT clarus_id, tenant, record, account, reference FROM documents"
            f" WHERE tenant = ? AND record = ? AND clarus_id IN ({', '.join('?' * len(asked))})"
        )
        found.update({row[0]: Identity(*row[1:]) for row in database.rows(sql, (tenant, record, *asked))})
    return found


def with_references(database: Database, tenant: str, record: str, references: Sequence[str]) -> list[Entry]:
    """Return the entries with these references; this reads all entries of the record type."""
    found: list[Entry] = []
    for start in range(0, len(references), _ASKED_AT_ONCE):
        asked = references[start : start + _ASKED_AT_ONCE]
        sql = (
            f"SELECT {_columns(database)} FROM documents"
            f" WHERE tenant = ? AND record = ? AND reference IN ({', '.join('?' * len(asked))})"
        )
        found += _entries(database, database.rows(sql, (tenant, record, *asked)))
    return found


def made(database: Database, tenant: str, run: str | None) -> list[Entry]:
    """Return the entries of records that a run made or changed, or any run, and of those found to be gone since."""
    sql = f"SELECT {_columns(database)} FROM documents WHERE tenant = ? AND state IN ('created', 'updated', 'gone')"
    values: tuple[str, ...] = (tenant,)
    if run is not None:
        sql, values = f"{sql} AND run = ?", (tenant, run)
    return _entries(database, database.rows(sql, values))


def latest(database: Database, tenant: str, record: str, most: int) -> list[Entry]:
    """Return the entries of the records of a type that were made last, and of those found to be gone since."""
    sql = (
        f"SELECT {_columns(database)} FROM documents WHERE tenant = ? AND record = ?"
        " AND state IN ('created', 'updated', 'gone') ORDER BY clarus_id DESC LIMIT ?"
    )
    return _entries(database, database.rows(sql, (tenant, record, most)))


def in_doubt(database: Database, tenant: str, run: str) -> list[Entry]:
    """Return the entries of documents that a run sent without an answer."""
    sql = f"SELECT {_columns(database)} FROM documents WHERE tenant = ? AND run = ? AND state = 'sent'"
    return _entries(database, database.rows(sql, (tenant, run)))


def forget(identity: Identity) -> Write:
    """The write that takes an entry out."""
    sql = "DELETE FROM documents WHERE tenant = ? AND record = ? AND account = ? AND reference = ?"
    return sql, (identity.tenant, identity.record, identity.account, identity.reference)


def spellings(database: Database, tenant: str) -> list[tuple[str, str, str, bool]]:
    """Return references that Clarus keeps in another way: the list, ours, what is kept, and whether it was cut."""
    if not database.has("spellings"):
        return []
    found = database.rows("SELECT list, ours, kept, cut FROM spellings WHERE tenant = ?", (tenant,))
    return [(codes, ours, kept, bool(cut)) for codes, ours, kept, cut in found]


def learn_spelling(tenant: str, codes: str, ours: str, kept: str, cut: bool) -> Write:
    """The write that records how a list keeps a reference of ours."""
    return "INSERT INTO spellings VALUES (?, ?, ?, ?, ?)", (tenant, codes, ours, kept, int(cut))


def begin_run(database: Database, run: str, tenant: str, files: Sequence[RunFile]) -> Iterator[Write]:
    """The writes that record a run which begins, or is taken up again; its files where they are new."""
    key = _key(database, run)
    for place, file in enumerate(files):
        of_file = {"place": place, "name": file.name, "source": str(file.source.absolute()), "copied": int(file.copied)}
        yield _insert("files", {**key, **of_file})
    begun = {**key, "tenant": tenant, "begun_at": now(), "owed": 1, "unfinished": 1, **database.signature}
    sql, values = _insert("runs", begun)
    signed = "".join(f", {column} = excluded.{column}" for column in database.signature)
    yield (
        f"{sql} ON CONFLICT ({', '.join(key)}) DO UPDATE SET ended_at = NULL, owed = 1, unfinished = 1{signed}",
        values,
    )


def end_run(database: Database, run: str, owed: int, unfinished: bool) -> Write:
    """The write that records the end of a run."""
    where, values = _where(_key(database, run))
    return f"UPDATE runs SET ended_at = ?, owed = ?, unfinished = ? WHERE {where}", (
        now(),
        int(owed),
        int(unfinished),
        *values,
    )


def close_row(database: Database, run: str, checksum: str, row: int, by_run: str) -> Write:
    """The write that settles a row of a run in a later one."""
    key = {**_key(database, run), "checksum": checksum, "row": row}
    sql, values = _insert("closed_rows", {**key, "by_run": by_run})
    return f"{sql} ON CONFLICT ({', '.join(key)}) DO UPDATE SET by_run = excluded.by_run", values


def closed_rows(database: Database, run: str) -> list[tuple[str, int]]:
    """Return the rows of a run that came back in a later one: the checksum of their table, and their numbers."""
    if not database.has("closed_rows"):
        return []
    where, values = _where(_key(database, run))
    return [
        (checksum, row)
        for checksum, row in database.rows(f"SELECT checksum, row FROM closed_rows WHERE {where}", values)
    ]


def runs(
    database: Database,
    what: Literal["owed", "unfinished", ""] = "",
    tenant: str | None = None,
    whosever: bool = False,
) -> list[tuple[str, str]]:
    """Return runs, each with its tenant: all, or those of which something is left; oldest first.

    Those of the database's scope, unless `tenant` names one or it does not matter `whosever` they are.
    """
    where, values = _where({"tenant": tenant} if tenant is not None else {} if whosever else database.scope)
    left = f" AND {what} <> 0" if what else ""
    return [
        (run, whose)
        for run, whose in database.rows(f"SELECT run, tenant FROM runs WHERE {where}{left} ORDER BY run", values)
    ]


def unknown_runs(database: Database, names: Sequence[str]) -> list[str]:
    """Return which of these runs the database does not know, whosever they are."""
    known = set[str]()
    for start in range(0, len(names), _ASKED_AT_ONCE):
        asked = names[start : start + _ASKED_AT_ONCE]
        known.update(
            run for (run,) in database.rows(f"SELECT run FROM runs WHERE run IN ({', '.join('?' * len(asked))})", asked)
        )
    return [name for name in names if name not in known]


def machine_of(database: Database, run: str) -> str:
    """Where a run was begun; "" where that can only be here."""
    if "machine" not in database.signature:
        return ""
    where, values = _where(_key(database, run))
    return next((machine for (machine,) in database.rows(f"SELECT machine FROM runs WHERE {where}", values)), "")


def left_of(database: Database, run: str) -> int:
    """What is left of a run (see `Left`), and 0 for one that is not known."""
    where, values = _where(_key(database, run))
    found = database.rows(f"SELECT owed FROM runs WHERE {where}", values)
    return int(found[0][0]) if found else 0


def files_of(database: Database, run: str) -> list[RunFile]:
    """Return the files of a run, in their order."""
    where, values = _where(_key(database, run))
    found = database.rows(f"SELECT name, source, copied FROM files WHERE {where} ORDER BY place", values)
    return [RunFile(name, Path(source), bool(copied)) for name, source, copied in found]


def prune(run: str, tenant: str) -> Write:
    """The write that records that the folder of a run is removed."""
    sql, values = _insert("pruned", {"tenant": tenant, "run": run, "pruned_at": now()})
    return f"{sql} ON CONFLICT (tenant, run) DO NOTHING", values


def pruned(database: Database) -> dict[str, str]:
    """Return the runs whose folders were removed, and when."""
    if not database.has("pruned"):
        return {}
    where, values = _where(database.scope)
    return dict(database.rows(f"SELECT run, pruned_at FROM pruned WHERE {where}", values))


def _key(database: Database, run: str) -> dict[str, Any]:
    """What tells a run from every other one of the database."""
    return {**database.scope, "run": run}


def _where(values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    return " AND ".join([f"{name} = ?" for name in values]) or "1 = 1", (*values.values(),)


def _insert(table: str, values: Mapping[str, Any]) -> Write:
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", (*values.values(),)


@cache
def _upsert_at(now: str) -> str:
    return _UPSERT.format(now=now)


def _entries(database: Database, rows: Sequence[Sequence[Any]]) -> list[Entry]:
    return [_entry(row, database.ahead) for row in rows]


def _entry(row: Sequence[Any], ahead: float) -> Entry:
    return Entry(
        identity=Identity(*row[:4]),
        state=State(row[4]),
        fingerprint=row[5],
        parts=orjson.loads(row[6]),
        clarus_id=row[7],
        line_ids=tuple(orjson.loads(row[8])),
        known_ids=tuple(orjson.loads(row[9])),
        attempts=row[10],
        changed_at=datetime.fromisoformat(row[12]) - timedelta(seconds=ahead),
        run=row[13],
        error=row[14],
        sent_at=None if row[15] is None else row[15] - ahead,
    )


def now() -> str:
    """The moment, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
