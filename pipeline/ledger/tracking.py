"""What became of orders and receipts, as they were last seen in Clarus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.ledger.database import Database, Write

TABLE = """
CREATE TABLE tracking (
    tenant TEXT NOT NULL, record TEXT NOT NULL, clarus_id INTEGER NOT NULL,
    account TEXT NOT NULL, reference TEXT NOT NULL, run TEXT NOT NULL, made_at TEXT NOT NULL,
    status TEXT NOT NULL, since TEXT NOT NULL, seen_at TEXT NOT NULL, missing_since TEXT NOT NULL,
    expected TEXT NOT NULL, actual TEXT NOT NULL,
    ordered REAL, picked REAL, dispatched REAL,
    short INTEGER NOT NULL, overdue INTEGER NOT NULL, final INTEGER NOT NULL,
    PRIMARY KEY (tenant, record, clarus_id)
) WITHOUT ROWID;
"""
_COLUMNS = (
    "record, clarus_id, account, reference, run, made_at, status, since, seen_at, missing_since,"
    " expected, actual, ordered, picked, dispatched, short, overdue, final"
)
_CHANGING = [name.strip() for name in _COLUMNS.split(",")[2:]]
_UPSERT = (
    f"INSERT INTO tracking (tenant, {_COLUMNS}) VALUES ({', '.join('?' * 19)})"
    f" ON CONFLICT (tenant, record, clarus_id) DO UPDATE SET"
    f" {', '.join(f'{name} = excluded.{name}' for name in _CHANGING)}"
)


@dataclass(frozen=True, slots=True)
class Tracked:
    """An order or receipt, and how it was last seen. Moments are ISO 8601 in UTC, "" where there is none."""

    record: str
    clarus_id: int
    account: str
    reference: str
    run: str  # that made it, or changed it last
    made_at: str
    status: str = ""  # as Clarus writes it; "" before the first look
    since: str = ""  # when it was first seen in this status
    seen_at: str = ""
    missing_since: str = ""  # the first look that did not find it
    expected: str = ""
    actual: str = ""
    ordered: float | None = None  # of all lines; None: not known
    picked: float | None = None
    dispatched: float | None = None
    short: bool = False
    overdue: bool = False
    final: bool = False


def tracked(database: Database, tenant: str) -> list[Tracked]:
    """Return every order and receipt that was ever looked at, in the order in which they were made."""
    if not database.has("tracking"):
        return []
    sql = f"SELECT {_COLUMNS} FROM tracking WHERE tenant = ? ORDER BY made_at, record, clarus_id"
    return [_tracked(row) for row in database.rows(sql, (tenant,))]


def made_since(database: Database, tenant: str, records: Sequence[str], moment: str) -> list[Tracked]:
    """Return the orders and receipts that Clarus has of us, made since a moment and as yet without a status."""
    sql = (
        "SELECT record, clarus_id, account, reference, run, first_at FROM documents"
        f" WHERE tenant = ? AND record IN ({', '.join('?' * len(records))}) AND first_at >= ?"
        " AND clarus_id IS NOT NULL AND state IN ('created', 'updated', 'changing', 'gone')"
        " ORDER BY first_at, record, clarus_id"
    )
    return [Tracked(*row) for row in database.rows(sql, (tenant, *records, moment))]


def seen(tenant: str, looks: Iterable[Tracked]) -> Iterator[Write]:
    """The writes that put down how records were seen."""
    for look in looks:
        quantities = (look.ordered, look.picked, look.dispatched)
        marks = (int(look.short), int(look.overdue), int(look.final))
        who = (look.record, look.clarus_id, look.account, look.reference, look.run, look.made_at)
        when = (look.status, look.since, look.seen_at, look.missing_since, look.expected, look.actual)
        yield _UPSERT, (tenant, *who, *when, *quantities, *marks)


def untracked(tenant: str, record: str, account: str, reference: str) -> Write:
    """The write that lets go of a record which is forgotten."""
    sql = "DELETE FROM tracking WHERE tenant = ? AND record = ? AND account = ? AND reference = ?"
    return sql, (tenant, record, account, reference)


def _tracked(row: Sequence[Any]) -> Tracked:
    return Tracked(*row[:15], *map(bool, row[15:]))
