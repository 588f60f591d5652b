"""Every call of `run` and `retry`, as the history tells it: also those that had nothing to do, or were refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from pipeline.ledger.database import Database, Write

TABLE = """
CREATE TABLE calls (
    tenant TEXT NOT NULL, call TEXT NOT NULL, command TEXT NOT NULL, begun_at TEXT NOT NULL, ended_at TEXT,
    exit_code INTEGER, facts TEXT NOT NULL,
    PRIMARY KEY (tenant, call)
) WITHOUT ROWID;
"""
_WRITE = (
    "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, call) DO UPDATE SET"
    " ended_at = excluded.ended_at, exit_code = excluded.exit_code, facts = excluded.facts"
)


@dataclass(frozen=True, slots=True)
class CallLine:
    """A line of the history. Its facts are figures and names: never cells of files."""

    call: str  # its key; sorts by time
    command: str
    began: datetime
    ended: datetime | None = None  # None: it is under way, or was killed
    exit_code: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def written(database: Database, line: CallLine) -> Write:
    """The write that puts a call down, when it begins and once more when it ends."""
    ended = line.ended.isoformat() if line.ended else None
    facts = orjson.dumps(line.facts).decode()
    return _WRITE, (_tenant(database), line.call, line.command, line.began.isoformat(), ended, line.exit_code, facts)


def newest(database: Database, most: int) -> list[CallLine]:
    """Return the latest calls, the newest first; none from a ledger of an older version."""
    if not database.has("calls"):
        return []
    sql = (
        "SELECT call, command, begun_at, ended_at, exit_code, facts FROM calls WHERE tenant = ?"
        " ORDER BY call DESC LIMIT ?"
    )
    return [_line(row) for row in database.rows(sql, (_tenant(database), most))]


def _tenant(database: Database) -> str:
    """A file is an outbox's own, and who is meant may not be known when a call is refused."""
    return database.scope.get("tenant", "")


def _line(row: Sequence[Any]) -> CallLine:
    ended = datetime.fromisoformat(row[3]) if row[3] else None
    return CallLine(row[0], row[1], datetime.fromisoformat(row[2]), ended, row[4], orjson.loads(row[5]))
