"""Files that were taken from a drop, step by step: what a step does is put down before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.ledger.database import Database, Write

TABLE = """
CREATE TABLE drop_files (
    tenant TEXT NOT NULL, claim TEXT NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
    version TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (tenant, claim)
) WITHOUT ROWID;
"""
_WRITE = (
    "INSERT INTO drop_files VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, claim) DO UPDATE SET"
    " size = excluded.size, version = excluded.version, state = excluded.state"
)


class DropState(StrEnum):
    """How far a file has come."""

    CLAIMED = "claimed"  # or about to be
    FETCHED = "fetched"  # it lies here, whole, or in the folder of a run
    DONE = "done"  # its results are put back, and it is archived


@dataclass(frozen=True, slots=True)
class DropFile:
    """One file of a drop."""

    claim: str  # its key, in the drop as well
    url: str
    name: str
    size: int  # bytes
    version: str  # changes with its content
    state: DropState


def written(database: Database, file: DropFile) -> Write:
    """The write that puts a file down as it is now."""
    return _WRITE, (_tenant(database), file.claim, file.url, file.name, file.size, file.version, file.state)


def let_go(database: Database, claim: str) -> Write:
    """The write that takes a file out that was not taken after all."""
    return "DELETE FROM drop_files WHERE tenant = ? AND claim = ?", (_tenant(database), claim)


def files_of(database: Database, url: str, done: bool) -> list[DropFile]:
    """Return the files of a drop that are done, or those that are not; oldest first."""
    if not database.has("drop_files"):
        return []
    sql = (
        "SELECT claim, url, name, size, version, state FROM drop_files"
        f" WHERE tenant = ? AND url = ? AND state {'=' if done else '<>'} 'done' ORDER BY claim"
    )
    return [_file(row) for row in database.rows(sql, (_tenant(database), url))]


def run_with(database: Database, source: str) -> str:
    """Return the run that took a file from this path; "" for none."""
    conditions = "".join(f" AND {column} = ?" for column in database.scope)
    sql = f"SELECT run FROM files WHERE source = ?{conditions}"
    return next((run for (run,) in database.rows(sql, (source, *database.scope.values()))), "")


def _tenant(database: Database) -> str:
    """A file is an outbox's own: there, the address of the drop says enough."""
    return database.scope.get("tenant", "")


def _file(row: Sequence[Any]) -> DropFile:
    claim, url, name, size, version, state = row
    return DropFile(claim, url, name, size, version, DropState(state))
