"""What a ledger needs of its database: the same few things of SQLite as of PostgreSQL.

Statements are written once, in `statements`: with `?` for values, `ON CONFLICT` for what is there already, and numbers
compared with 0 where they stand for yes or no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

Write = tuple[str, Sequence[Any]]  # a statement, and the values for its question marks


class Database(Protocol):
    """An open ledger database. What goes wrong with it is raised as `LedgerUnusable`."""

    @property
    def name(self) -> str:
        """What people know it by: its path, or its address without a password."""

    @property
    def scope(self) -> Mapping[str, str]:
        """What narrows the tables of runs to ours, by column: nothing in a file that is an outbox's own."""

    @property
    def signature(self) -> Mapping[str, str | int]:
        """Who begins a run, by column: nothing where that can only be this machine."""

    @property
    def ahead(self) -> float:
        """Seconds that the database's clock is ahead of ours: moments stand in it by its own clock."""

    @property
    def now(self) -> str:
        """The SQL expression for the moment, as `statements.now` writes it."""

    @property
    def version(self) -> int:
        """The version of its tables: an older one only where it may not be written to."""

    def has(self, table: str) -> bool:
        """Whether there is such a table: there may be none where it may not be written to."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""

    def write_down(self, writes: Iterable[Write]) -> None:
        """Begin a transaction with these writes, in their order; it is open then, for `commit`. Takes no time."""

    def commit(self) -> None:
        """Return when what was written down is safe; this may wait for a disk or a network."""

    def interrupt(self) -> None:
        """End a wait for a network, from another thread; where there is none, do nothing."""

    def close(self) -> None:
        """Close it; what was not committed is lost."""
