"""`cluster init`: the tables are made or brought up to date, and an embedded ledger is brought along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.cluster.queue import make_queue
from pipeline.errors import UsageError
from pipeline.ledger.importing import bring_along
from pipeline.ledger.preparing import make_tables
from pipeline.ledger.server import name_of
from pipeline.runs.hold import machine_of
from pipeline.runs.lock import holding
from pipeline.runs.outbox import LEDGER, MOVED, owners_alone


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `cluster init` did."""

    name: str
    before: int  # the version of the tables, 0 where there were none
    imported: Mapping[str, int]  # rows by table

    @property
    def sentence(self) -> str:
        """The same in words."""
        done = "is up to date" if self.before else "is ready"
        if not self.imported:
            return f"The ledger {self.name} {done}"
        documents, runs = self.imported.get("documents", 0), self.imported.get("runs", 0)
        return (
            f"The ledger {self.name} {done}, and knows what the embedded one knew ({documents:,} documents,"
            f" {runs:,} runs), which is closed from now on"
        )


def prepare(address: str, embedded: Path | None) -> Prepared:
    """Make the tables, those of the queue included; bring an embedded ledger along, and leave it closed.

    Args:
        address: of the shared ledger.
        embedded: the file of the embedded ledger, or its outbox; None for none.

    Raises:
        UsageError: there is no such ledger, or it was brought along before.
        OutboxBusy: a run holds its outbox, or one of its tenants.
        LedgerUnusable: one of the two cannot be used; nothing was brought along.
    """
    path = embedded / LEDGER if embedded is not None and embedded.is_dir() else embedded
    if path is not None and not path.is_file():
        raise UsageError(f"there is no ledger {path}")
    before = make_tables(address)
    make_queue(address)
    if path is None:
        return Prepared(name_of(address), before, {})
    with owners_alone(), holding(path.parent):  # refuses one that was brought along before
        imported = bring_along(path, address, machine_of(path.parent))
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        (path.parent / MOVED).write_text(
            f"{moment} {path.name} was brought into {name_of(address)}\n", encoding="utf-8"
        )
    return Prepared(name_of(address), before, imported)
