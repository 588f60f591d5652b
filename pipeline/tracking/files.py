"""tracking.csv, how everything stands, and tracking-changes.csv, what has changed from look to look."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.ledger.tracking import Tracked
from pipeline.results.atomic_write import replacing
from pipeline.results.formula_guard import guarded

TRACKING, CHANGES = "tracking.csv", "tracking-changes.csv"
_COLUMNS = (
    "record",
    "account",
    "reference",
    "clarus_id",
    "status",
    "since",
    "expected",
    "actual",
    "ordered",
    "picked",
    "dispatched",
    "short",
    "final",
    "run",
    "overdue",
)
_OF_CHANGES = ("seen", "record", "account", "reference", "clarus_id", "before", "after", "short", "overdue", "run")


@dataclass(frozen=True, slots=True)
class Change:
    """A record that is not as it was at the last look."""

    before: Tracked
    after: Tracked

    @property
    def as_json(self) -> dict[str, object]:
        """The same for other programs."""
        now = self.after
        return {
            "record": now.record,
            "account": now.account,
            "reference": now.reference,
            "clarus_id": now.clarus_id,
            "before": self.before.status,
            "after": now.status,
            "short": now.short,
            "overdue": now.overdue,
            "run": now.run,
        }


def write_tracking(outbox: Path, records: Iterable[Tracked]) -> Path:
    """Write tracking.csv whole: UTF-8 with BOM, in the order in which records were made."""
    target = outbox / TRACKING
    with replacing(target) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_row(each) for each in records)
    return target


def append_changes(outbox: Path, changes: Sequence[Change]) -> None:
    """Append what has changed to tracking-changes.csv; a last line that a crash cut off stays a line of its own."""
    if not changes:
        return
    target = outbox / CHANGES
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    if not target.exists() or target.stat().st_size == 0:
        text.write("\ufeff")
        writer.writerow(_OF_CHANGES)
    elif not _ends_whole(target):
        text.write("\r\n")
    writer.writerows(_change(each) for each in changes)
    with target.open("ab") as file:
        file.write(text.getvalue().encode("utf-8", "backslashreplace"))
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _row(each: Tracked) -> list[str]:
    who = (each.record, each.account, each.reference, str(each.clarus_id))
    when = (each.status, each.since, each.expected, each.actual)
    quantities = map(_number, (each.ordered, each.picked, each.dispatched))
    row = (*who, *when, *quantities, _mark(each.short), _mark(each.final), each.run, _mark(each.overdue))
    return [guarded(cell) for cell in row]


def _change(each: Change) -> list[str]:
    now = each.after
    who = (now.seen_at, now.record, now.account, now.reference, str(now.clarus_id))
    row = (*who, each.before.status, now.status, _mark(now.short), _mark(now.overdue), now.run)
    return [guarded(cell) for cell in row]


def _number(quantity: float | None) -> str:
    return "" if quantity is None else f"{quantity:.6f}".rstrip("0").rstrip(".")


def _mark(holds: bool) -> str:
    return "true" if holds else ""
