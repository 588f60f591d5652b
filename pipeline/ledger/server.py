"""The server of a shared ledger: how it is reached, and what is asked of it first."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.errors import LedgerUnusable, UsageError
from pipeline.ledger.tables import VERSION

OLDEST = 13  # of PostgreSQL: procrastinate's triggers need it

Connection = psycopg.Connection[tuple[Any, ...]]

# A server that cannot be seen any more is noticed within this time, instead of after a quarter of an hour.
_PATIENCE_SECONDS = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_PATIENCE = {**_PATIENCE_SECONDS, "tcp_user_timeout": 15_000}  # the last in milliseconds


def connect(address: str, session: str = "clarus-batch") -> Connection:
    """Connect to the server; `session` is what it shows us as.

    Raises:
        UsageError: the address is none.
        LedgerUnusable: the server cannot be reached, or does not let us in.
    """
    given = parts_of(address)
    ours = {name: value for name, value in _PATIENCE.items() if name not in given}
    try:
        return psycopg.connect(make_conninfo(address, application_name=session, **ours), autocommit=True)
    except psycopg.Error as error:
        raise LedgerUnusable(f"the ledger {name_of(address)} cannot be reached ({in_words(error)})") from None


def check_server(connection: Connection, name: str) -> None:
    """Make sure that this is a ledger which we understand, in a server that keeps what it confirms.

    Raises:
        UsageError: its tables are not there, or older.
        LedgerUnusable: they are newer, the server is too old, or may forget.
    """
    check_kind(connection, name)
    [(there,)] = connection.execute("SELECT to_regclass('meta') IS NOT NULL").fetchall()
    if not there:
        raise UsageError(f"{name} has no ledger yet: make its tables with clarus-batch cluster init")
    [(version,)] = connection.execute("SELECT version FROM meta").fetchall()
    if version > VERSION:
        raise LedgerUnusable(f"the ledger {name} was made by a newer version: update clarus-batch")
    if version < VERSION:
        raise UsageError(
            f"the ledger {name} is of an older version: bring it up to date with clarus-batch cluster init"
        )


def check_kind(connection: Connection, name: str) -> None:
    """Make sure that the server is new enough and keeps what it confirms.

    Raises:
        LedgerUnusable: it is not, or does not.
    """
    if (major := connection.info.server_version // 10_000) < OLDEST:
        raise LedgerUnusable(f"{name} is PostgreSQL {major}: the ledger needs {OLDEST} or later")
    [(setting,)] = connection.execute("SHOW synchronous_commit").fetchall()
    if setting == "off":
        raise LedgerUnusable(
            f"{name} has synchronous_commit = off: it may forget what was sent, which would be sent twice then;"
            " set it to on"
        )


def name_of(address: str) -> str:
    """The address as it may be shown: host, port and database."""
    given = parts_of(address)
    host, port = given.get("host") or given.get("hostaddr") or "localhost", given.get("port") or 5432
    return f"postgresql://{host}:{port}/{given.get('dbname', '')}"


def parts_of(address: str) -> dict[str, Any]:
    """The parts of an address.

    Raises:
        UsageError: it is none; the message never quotes it, for it may hold a password.
    """
    try:
        if not address.startswith(("postgresql://", "postgres://")):
            raise UsageError("the address of the ledger must begin with postgresql://")
        return conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise UsageError(
            "the address of the ledger cannot be read: write postgresql://user:password@host:5432/database, with"
            " characters such as @ and / in a password as %40 and %2F"
        ) from None


def in_words(error: Exception) -> str:
    """What the server or its library says, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removesuffix(":") if lines else type(error).__name__
