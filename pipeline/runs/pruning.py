"""Folders of old runs, removed once nothing in them is unfinished. The ledger keeps what was sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.ledger import Ledger, Left
from pipeline.ledger.open_rows import counts, let_go
from pipeline.ledger.statements import prune, pruned, runs
from pipeline.results.summary import read_summary
from pipeline.runs.hold import Hold
from pipeline.runs.outbox import PAYLOADS, begun_at, is_run

# By the summaries of versions that did not take down which rows need someone.
_OPEN = ("invalid", "rejected", "blocked", "differs", "gone", "unknown", "pending")
_GOING = ".pruned-"  # before the name of a folder while it is being removed


@dataclass(slots=True)
class Pruned:
    """What was removed, or would be, and which old runs stay, each with the reason."""

    removed: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    size: int = 0  # bytes

    def as_json(self, dry_run: bool) -> Mapping[str, object]:
        """The same for other programs."""
        kept = [{"run": run, "why": why} for run, why in self.kept.items()]
        return {"exit_code": 0, "dry_run": dry_run, "removed": self.removed, "kept": kept, "bytes": self.size}


async def prune_runs(place: Hold, older_than: timedelta, dry_run: bool, now: datetime | None = None) -> Pruned:
    """Remove the folders of runs and rehearsals that are older, but for those in which anything is unfinished.

    The caller holds the outbox. It may be killed at any time: what was begun is finished by the next call.

    Raises:
        UsageError: the outbox holds runs, and no ledger that knows them.
        LedgerUnusable: it cannot be read or written.
        OSError: a folder cannot be removed.
    """
    limit = (now or datetime.now(UTC)) - older_than
    outbox = place.outbox
    ledger = place.read_ledger() if dry_run else place.open_ledger()
    try:
        told = Pruned()
        if not dry_run:
            _finish(outbox)
        tenants = dict(await ledger.ask(runs))
        owed = {run for run, _ in await ledger.unsettled_runs()}
        rows, before = await ledger.ask(counts), await ledger.ask(pruned)
        for folder in _old_folders(outbox, limit):
            run = folder.name
            is_rehearsal = (folder / PAYLOADS).exists()
            if run not in before and not is_rehearsal and (why := _why_kept(folder, tenants, owed, rows)):
                told.kept[run] = why
                continue
            told.removed.append(run)
            told.size += _size(folder)
            if not dry_run:
                if run in tenants:
                    await _take_leave(run, tenants[run], ledger)
                folder.rename(outbox / f"{_GOING}{run}")
        if not dry_run:
            _finish(outbox)
        return told
    finally:
        await ledger.close()


def _finish(outbox: Path) -> None:
    """Remove what was moved aside, by this call or by one that was cut off."""
    for left in outbox.glob(f"{_GOING}*"):
        shutil.rmtree(left)


async def _take_leave(run: str, tenant: str, ledger: Ledger) -> None:
    await ledger.end_run(run, Left.NOTHING, unfinished=False)
    await ledger.write_all(lambda database: [prune(run, tenant), let_go(database, run)])


def _old_folders(outbox: Path, limit: datetime) -> Iterator[Path]:
    for folder in sorted(outbox.iterdir()) if outbox.is_dir() else ():
        if is_run(folder.name) and folder.is_dir() and not folder.is_symlink() and begun_at(folder.name) < limit:
            yield folder


def _why_kept(folder: Path, tenants: Mapping[str, str], owed: set[str], rows: Mapping[str, int]) -> str:
    """Why a run stays; "" for one that may go."""
    run = folder.name
    if run not in tenants:
        return "the ledger does not know it"
    if run in owed:
        return "it is unfinished: the next run goes on with it"
    if count := rows.get(run, 0):
        return f"{count:,} {'row needs' if count == 1 else 'rows need'} someone"
    told = read_summary(folder)
    if "schema" not in told and any(told.get("statuses", {}).get(status) for status in _OPEN):
        return "an older version has left rows in it that may need someone: let it go with forget --run"
    return ""


def _size(folder: Path) -> int:
    return sum(path.stat(follow_symlinks=False).st_size for path in folder.rglob("*"))
