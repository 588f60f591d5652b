"""What a look at Clarus says of an order or receipt: decided from values, without asking anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from pipeline.ledger.tracking import Tracked

ORDERS, RECEIPTS = "orders", "receipts"
GONE = "gone"  # the status of what is no longer in Clarus
_NOT_BEGUN = frozenset(("draft", "pending"))
_NOT_SHORT = frozenset(("", "none", "no", "false", "0", "not_short", "not short"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, as Clarus shows it; None: it says nothing."""

    ordered: float | None
    picked: float | None
    dispatched: float | None
    short_status: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record, as Clarus shows it."""

    status: str
    name: str = ""  # of the status
    expected: str = ""
    actual: str = ""
    lines: Sequence[Line] | None = None  # None: they were not asked for


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says of looks."""

    final: dict[str, frozenset[str]]  # by record type, without case
    doubt_seconds: float  # what two looks this far apart do not find is gone
    zone: tzinfo = UTC  # of days without a time


def is_final(record: str, shown: Shown, rules: Rules) -> bool:
    """Whether nothing more will become of it."""
    return not rules.final[record].isdisjoint((shown.status.casefold(), shown.name.casefold()))


def has_begun(shown: Shown) -> bool:
    """Whether the warehouse has begun with it: before, nothing was picked."""
    return shown.status.casefold() not in _NOT_BEGUN


def after_look(before: Tracked, shown: Shown | None, now: datetime, rules: Rules) -> Tracked:
    """How a record stands after a look; `shown` is None where Clarus did not list it."""
    moment = now.isoformat(timespec="seconds")
    if shown is None:
        return _not_found(before, now, rules)
    final = is_final(before.record, shown, rules)
    quantities = before.ordered, before.picked, before.dispatched
    short = before.short
    if shown.lines is not None:
        quantities = _sum(shown.lines, "ordered"), _sum(shown.lines, "picked"), _sum(shown.lines, "dispatched")
        short = _is_short(shown, quantities, final)
    return replace(
        before,
        status=shown.status,
        since=before.since if before.status == shown.status else moment,
        seen_at=moment,
        missing_since="",
        expected=shown.expected,
        actual=shown.actual,
        ordered=quantities[0],
        picked=quantities[1],
        dispatched=quantities[2],
        short=short,
        overdue=not final and _is_past(shown.expected, now, rules.zone),
        final=final,
    )


def _not_found(before: Tracked, now: datetime, rules: Rules) -> Tracked:
    """A list may show a record late, or leave it out once: two looks that do not find it make it gone."""
    moment = now.isoformat(timespec="seconds")
    if not before.missing_since:
        return replace(before, seen_at=moment, missing_since=moment)
    apart = (now - datetime.fromisoformat(before.missing_since)).total_seconds()
    if apart < rules.doubt_seconds:
        return replace(before, seen_at=moment)
    return replace(before, status=GONE, since=moment, seen_at=moment, final=True, overdue=False)


def _sum(lines: Sequence[Line], what: str) -> float | None:
    values = [value for line in lines if (value := getattr(line, what)) is not None]
    return sum(values) if values else None


def _is_short(shown: Shown, quantities: tuple[float | None, ...], final: bool) -> bool:
    """Whether less goes out than was ordered: as Clarus says of a line, or as its last quantities do."""
    if any(line.short_status.strip().casefold() not in _NOT_SHORT for line in shown.lines or ()):
        return True
    ordered, _, dispatched = quantities
    is_cancelled = "cancel" in f"{shown.status} {shown.name}".casefold()
    return final and not is_cancelled and ordered is not None and dispatched is not None and dispatched < ordered


def _is_past(expected: str, now: datetime, zone: tzinfo) -> bool:
    """Whether the day or moment is over; midnight stands for the whole day."""
    try:
        due = datetime.fromisoformat(expected)
    except ValueError:
        return False
    due = due.replace(tzinfo=zone) if due.tzinfo is None else due
    local = due.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0) or (due.hour, due.minute, due.second) == (0, 0, 0):
        due += timedelta(days=1)
    return due <= now
