"""The shared ledger: PostgreSQL, through psycopg, for tenants that several machines may serve.

Writes are sent in one go: the transaction, the look at the lease and all that shares the commit take one round trip.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import groupby
from time import time
from typing import Any

import psycopg

from pipeline.errors import LeaseLost, LedgerUnusable
from pipeline.ledger.database import Write
from pipeline.ledger.lease import Lease
from pipeline.ledger.server import Connection, check_server, connect, in_words, name_of
from pipeline.ledger.tables import VERSION

_SAME_CLOCK_SECONDS = 1.0  # clocks that differ by less count as equal

# Refused by an error, so that nothing behind it in the same round trip is done.
_STILL_OURS = (
    "SELECT 1 / count(*) FROM (SELECT 1 FROM leases"
    " WHERE tenant = %s AND epoch = %s AND until > clock_timestamp() FOR SHARE) AS held"
)
_ERRORS = (psycopg.Error, ValueError, OverflowError)  # the last two: a value that no column can hold


class PostgresDatabase:
    """A `Database` for one tenant, fenced by its lease; without one, only what needs no fence may be written."""

    now = """to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS+00:00')"""
    version = VERSION

    def __init__(
        self, address: str, tenant: str, lease: Lease | None = None, machine: str = "", fenced: bool = True
    ) -> None:
        """Connect.

        Raises:
            UsageError: the address is none, the tables are not there or not up to date.
            LedgerUnusable: the server is away, too old, or forgets what it has confirmed.
        """
        self.name = name_of(address)
        self._lease, self._fenced = lease, fenced
        self._written: list[Write] = []
        self._connection = connect(address, lease.sessions if lease else "clarus-batch")
        try:
            with _telling("read"):
                check_server(self._connection, self.name)
                self.ahead = _ahead(self._connection)
        except BaseException:
            self._connection.close()
            raise
        self.scope: Mapping[str, str] = {"tenant": tenant}
        self.signature: Mapping[str, str | int] = {"epoch": lease.epoch if lease else 0, "machine": machine}

    def has(self, table: str) -> bool:
        """Every table is there: a database of another version is refused."""
        return True

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with _telling("read"):
            return self._connection.execute(_for_psycopg(sql), values).fetchall()

    def write_down(self, writes: Iterable[Write]) -> None:
        """Keep these writes for `commit`."""
        self._written.extend(writes)

    def commit(self) -> None:
        """Write what was written down, if the tenant is still ours; return when the server has it safe.

        Raises:
            LeaseLost: it is not; nothing was written.
            LedgerUnusable: perhaps nothing was written.
        """
        writes, self._written = self._written, []
        if self._lease is None and self._fenced:
            raise LedgerUnusable("the ledger was opened to be read only")
        with _telling("written"):
            try:
                with self._connection.pipeline(), self._connection.cursor() as cursor:
                    cursor.execute("BEGIN")
                    if self._lease is not None:
                        cursor.execute(_STILL_OURS, (self._lease.tenant, self._lease.epoch))
                    for sql, group in groupby(writes, lambda write: write[0]):
                        cursor.executemany(_for_psycopg(sql), [values for _, values in group])
                    cursor.execute("COMMIT")
            except BaseException as error:
                with suppress(psycopg.Error):
                    self._connection.rollback()
                if self._lease is not None and isinstance(error, psycopg.errors.DivisionByZero):
                    raise self._lease.lose() from None
                raise

    def interrupt(self) -> None:
        """End whatever waits for the server, from another thread: it would wait for longer than the tenant is ours."""
        with suppress(OSError, psycopg.Error):
            there = socket.fromfd(self._connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            with there:
                there.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _ahead(connection: Connection) -> float:
    asked = time()
    [(there,)] = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchall()
    ahead = float(there) - (asked + time()) / 2
    return ahead if abs(ahead) >= _SAME_CLOCK_SECONDS else 0.0


@lru_cache(maxsize=200)  # of those that name many values, there is one for each number
def _for_psycopg(sql: str) -> str:
    return sql.replace("?", "%s")


@contextmanager
def _telling(done: str) -> Iterator[None]:
    try:
        yield
    except LeaseLost:
        raise
    except _ERRORS as error:
        raise LedgerUnusable(f"the ledger cannot be {done}: {in_words(error)}") from None
