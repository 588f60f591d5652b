"""The ledger of an outbox, opened: an outbox that holds runs without it is refused, since they would be sent again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.errors import LedgerDamaged, UsageError
from pipeline.ledger import Ledger
from pipeline.runs.outbox import LEDGER, run_folders

_REBUILD = "restore it from a backup, or make one from the results files: clarus-batch rebuild"


def open_ledger(outbox: Path, thoroughly: bool = True) -> Ledger:
    """Open the ledger, making it in an outbox that holds no runs yet; `thoroughly` makes sure that all of it is whole.

    Raises:
        UsageError: there are runs, and no ledger that knows them.
        LedgerUnusable: it is of a newer version or something else, or cannot be opened.
    """
    _require_known_runs(outbox)
    try:
        return Ledger.open(outbox / LEDGER, thoroughly)
    except LedgerDamaged as error:
        raise _refusal(outbox, error) from error


def read_ledger(outbox: Path, thoroughly: bool = True) -> Ledger:
    """Open the ledger without ever writing to it; where there is none, and no run, an empty one.

    Raises:
        UsageError, LedgerUnusable: as in `open_ledger`.
    """
    _require_known_runs(outbox)
    try:
        return Ledger.open_to_read(outbox / LEDGER, thoroughly)
    except LedgerDamaged as error:
        raise _refusal(outbox, error) from error


def _refusal(outbox: Path, error: LedgerDamaged) -> Exception:
    return UsageError(f"{error.reason}: {_REBUILD}") if run_folders(outbox) else error


def _require_known_runs(outbox: Path) -> None:
    folders = run_folders(outbox)
    if not folders:
        return
    ledger = outbox / LEDGER
    if not ledger.exists():
        raise UsageError(f"{outbox} holds runs, but no {LEDGER}: {_REBUILD}")
    known = _known_runs(ledger)
    if known is None:
        return  # opening it says what is wrong
    if not known and ledger.stat().st_size == 0:
        raise UsageError(f"{outbox} holds runs, but its {LEDGER} is empty: {_REBUILD}")
    if unknown := sorted(folder.name for folder in folders if folder.name not in known):
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        why = f"it is older than they are, or its write-ahead file ({LEDGER}-wal) is gone"
        raise UsageError(f"the ledger {ledger} does not know run {unknown[0]}{more}: {why}; {_REBUILD}")


def _known_runs(ledger: Path) -> set[str] | None:
    """The runs of a ledger; none of one without tables, None where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{ledger.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'").fetchone()
            return {run for (run,) in connection.execute("SELECT run FROM runs")} if tables else set()
    except sqlite3.Error:
        return None
