"""An embedded ledger is brought along into a shared one: everything, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from pipeline.errors import LedgerUnusable, OutboxBusy
from pipeline.ledger.lease import shown
from pipeline.ledger.server import Connection, check_server, connect, in_words, name_of
from pipeline.ledger.sqlite import SqliteDatabase, open_file

_AT_ONCE = 1_000  # rows
_OF_RUNS = ("files", "closed_rows")  # whose rows name a run, and not its tenant


def bring_along(path: Path, address: str, machine: str) -> Mapping[str, int]:
    """Copy the embedded ledger at `path`, which the caller holds; return how many rows each table had.

    What the shared ledger knows already stays, unless the embedded one has heard of the document later.

    Raises:
        OutboxBusy: one of its tenants is being served.
        LedgerUnusable: one of the two cannot be used; nothing was copied.
    """
    source = open_file(path)
    name = name_of(address)
    with closing(source), closing(connect(address)) as connection:
        check_server(connection, name)
        try:
            with connection.transaction():
                _refuse_served(connection, source)
                return {table: _copy(table, source, connection, machine) for table in _tables(source)}
        except psycopg.Error as error:
            raise LedgerUnusable(f"the ledger {name} cannot be written: {in_words(error)}") from None


def _tables(source: SqliteDatabase) -> list[str]:
    found = source.rows(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return [table for (table,) in found]


def _refuse_served(connection: Connection, source: SqliteDatabase) -> None:
    """See that no run of these tenants goes on, nor begins before all is copied."""
    for (tenant,) in source.rows("SELECT tenant FROM documents UNION SELECT tenant FROM runs"):
        held = connection.execute(
            "SELECT holder FROM leases WHERE tenant = %s AND until > clock_timestamp() FOR UPDATE", (tenant,)
        ).fetchall()
        for (holder,) in held:
            raise OutboxBusy(f"tenant {tenant} is being served by {shown(holder)}: wait for that run to end")


def _copy(table: str, source: SqliteDatabase, connection: Connection, machine: str) -> int:
    columns = [row[1] for row in source.rows(f"PRAGMA table_info({table})")]
    chosen, names = ", ".join(f"{table}.{column}" for column in columns), [*columns]
    query = f"SELECT {chosen} FROM {table}"
    if table in _OF_RUNS:
        query = f"SELECT {chosen}, runs.tenant FROM {table} JOIN runs ON runs.run = {table}.run"
        names.append("tenant")
    more: dict[str, Any] = {"epoch": 0, "machine": machine} if table == "runs" else {}
    rows = [(*row, *more.values()) for row in source.rows(query)]
    _insert(table, [*names, *more], rows, connection)
    return len(rows)


def _insert(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]], connection: Connection) -> None:
    conflict = "ON CONFLICT DO NOTHING"
    if table == "documents":
        others = ", ".join(f"{name} = excluded.{name}" for name in names)
        conflict = (
            f"ON CONFLICT (tenant, record, account, reference) DO UPDATE SET {others}"
            " WHERE documents.changed_at < excluded.changed_at"
        )
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) {conflict}"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _AT_ONCE):
            cursor.executemany(sql, rows[start : start + _AT_ONCE])
