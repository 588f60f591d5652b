"""Rows of runs that need someone, until they are corrected: whatever newer runs have done since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.ledger.database import Database, Write

TABLE = """
CREATE TABLE open_rows (
    tenant TEXT NOT NULL, run TEXT NOT NULL, checksum TEXT NOT NULL, row INTEGER NOT NULL,
    file TEXT NOT NULL, sheet TEXT NOT NULL, record TEXT NOT NULL, account TEXT NOT NULL, reference TEXT NOT NULL,
    status TEXT NOT NULL, held INTEGER NOT NULL, since TEXT NOT NULL, closed_by TEXT NOT NULL,
    PRIMARY KEY (tenant, run, checksum, row)
) WITHOUT ROWID;
"""
_COLUMNS = "run, checksum, row, file, sheet, record, account, reference, status, held, since, closed_by"
UNREADABLE = "unreadable"  # the status of a file of which nothing could be read


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row that needs someone: where it stands, what it is about, and since when. It holds no cell but the reference.

    Row 0 stands for a whole file that could not be read.
    """

    run: str
    checksum: str  # of its table, as in the keys of rows
    row: int
    file: str
    sheet: str
    record: str
    account: str
    reference: str  # "" where the row belongs to no document
    status: str
    held: bool  # nothing is wrong with the row itself: another row of its document holds it
    since: str  # ISO 8601
    closed_by: str = ""  # the run in which its document was taken up again

    @property
    def place(self) -> tuple[str, str, int]:
        """Which row of which table of which run it is."""
        return self.run, self.checksum, self.row

    @property
    def document(self) -> tuple[str, str, str]:
        """Which document it belongs to."""
        return self.record, self.account, self.reference


def select(database: Database, tenant: str | None = None, closed_of: str = "") -> list[OpenRow]:
    """Return the rows that need someone, of one tenant or of all that are ours; oldest run first.

    With `closed_of`, those of that run are among them although a later one has taken them up.
    """
    if not database.has("open_rows"):
        return []
    values = {**database.scope, **({} if tenant is None else {"tenant": tenant})}
    conditions = "".join(f" AND {column} = ?" for column in values)
    where = f"(closed_by = '' OR run = ?){conditions}"
    sql = f"SELECT {_COLUMNS} FROM open_rows WHERE {where} ORDER BY run, file, sheet, row"
    return [_row(row) for row in database.rows(sql, (closed_of, *values.values()))]


def counts(database: Database) -> dict[str, int]:
    """Return how many rows need someone, by run."""
    if not database.has("open_rows"):
        return {}
    conditions = "".join(f" AND {column} = ?" for column in database.scope)
    sql = f"SELECT run, count(*) FROM open_rows WHERE closed_by = ''{conditions} GROUP BY run"
    return dict(database.rows(sql, tuple(database.scope.values())))


def replaced(tenant: str, run: str, rows: Iterable[OpenRow]) -> Iterator[Write]:
    """The writes that put the rows of a run down in place of what was known of them."""
    yield "DELETE FROM open_rows WHERE tenant = ? AND run = ?", (tenant, run)
    sql = f"INSERT INTO open_rows VALUES ({', '.join('?' * 13)})"
    for row in rows:
        of_row = (*row.place, row.file, row.sheet, *row.document)
        yield sql, (tenant, *of_row, row.status, int(row.held), row.since, row.closed_by)


def closed(tenant: str, rows: Iterable[OpenRow], by_run: str) -> Iterator[Write]:
    """The writes that close rows, because a later run has taken their documents up."""
    sql = "UPDATE open_rows SET closed_by = ? WHERE tenant = ? AND run = ? AND checksum = ? AND row = ?"
    return ((sql, (by_run, tenant, *row.place)) for row in rows)


def let_go(database: Database, run: str) -> Write:
    """The write that takes out what is known of a run's rows."""
    values = {**database.scope, "run": run}
    return f"DELETE FROM open_rows WHERE {' AND '.join(f'{each} = ?' for each in values)}", tuple(values.values())


def _row(values: Sequence[Any]) -> OpenRow:
    run, checksum, row, file, sheet, record, account, reference, status, held, since, closed_by = values
    document = (record, account, reference)
    return OpenRow(run, checksum, row, file, sheet, *document, status, bool(held), since, closed_by)
