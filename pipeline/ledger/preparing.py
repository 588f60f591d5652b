"""The tables of a shared ledger are made, or brought up to date."""

from __future__ import annotations

from contextlib import closing

import psycopg

from pipeline.errors import LedgerUnusable
from pipeline.ledger.server import Connection, check_kind, connect, in_words, name_of
from pipeline.ledger.tables import BASE, FIRST_SHARED, MIGRATIONS, VERSION, for_postgres

_LOCK = 815  # of PostgreSQL's advisory locks: one at a time makes tables


def make_tables(address: str) -> int:
    """Make the tables, or bring them up to date; return from which version, 0 where there were none.

    Raises:
        UsageError: the address is none.
        LedgerUnusable: the server is away, too old, or may forget; the tables are of a newer version.
    """
    name = name_of(address)
    with closing(connect(address)) as connection:
        check_kind(connection, name)
        try:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                return _migrate(connection, name)
        except psycopg.Error as error:
            raise LedgerUnusable(f"the tables of {name} cannot be made: {in_words(error)}") from None


def _migrate(connection: Connection, name: str) -> int:
    [(there,)] = connection.execute("SELECT to_regclass('meta') IS NOT NULL").fetchall()
    if there:
        [(before,)] = connection.execute("SELECT version FROM meta").fetchall()
    else:
        before = 0
        connection.execute(FIRST_SHARED)
        connection.execute("INSERT INTO meta VALUES (%s)", (BASE,))
    if before > VERSION:
        raise LedgerUnusable(f"the ledger {name} was made by a newer version: update clarus-batch")
    for version in range(max(before, BASE) + 1, VERSION + 1):
        connection.execute(for_postgres(MIGRATIONS[version]))
    connection.execute("UPDATE meta SET version = %s", (VERSION,))
    return int(before)
