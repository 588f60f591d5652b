"""One look at everything that is not final: ask, compare with the last look, write down, tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.clarus.lists import Lists
from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.ledger.tracking import Tracked, made_since, seen, tracked
from pipeline.load import Spellings
from pipeline.results.report import write_report
from pipeline.runs.context import RunContext
from pipeline.runs.spelled_lists import known_spellings
from pipeline.tracking.asking import Asking
from pipeline.tracking.files import Change, append_changes, write_tracking
from pipeline.tracking.looks import GONE, ORDERS, RECEIPTS, Rules, after_look


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be asked about: records of these runs, or of all, made so recently."""

    runs: Collection[str] = ()
    since: timedelta | None = None  # None: as the configuration says


@dataclass(frozen=True, slots=True)
class TrackReport:
    """What a look found."""

    asked: int
    requests: int
    records: Sequence[Tracked]  # all that are tracked, as they stand now
    changes: Sequence[Change]
    within: str  # the moment since which records were made that count

    @property
    def recent(self) -> list[Tracked]:
        """The records that count: those made within the time that is asked about."""
        return [each for each in self.records if each.made_at >= self.within]

    @property
    def troubles(self) -> dict[str, int]:
        """How many of them are gone, short and overdue."""
        return {
            "gone": sum(each.status == GONE for each in self.recent),
            "short": sum(each.short for each in self.recent),
            "overdue": sum(each.overdue for each in self.recent),
        }

    @property
    def exit_code(self) -> int:
        """1 while anything is gone, short or overdue."""
        return 1 if any(self.troubles.values()) else 0

    @property
    def statuses(self) -> dict[str, dict[str, int]]:
        """How many records there are in each status, by record type."""
        return {
            record: dict(Counter(each.status for each in self.recent if each.record == record).most_common())
            for record in (ORDERS, RECEIPTS)
        }


def _now() -> datetime:
    return datetime.now(UTC)


async def track(wanted: Wanted, context: RunContext, now: Callable[[], datetime] = _now) -> TrackReport:
    """Ask Clarus what became of the orders and receipts that are not final, and write it down.

    Changes are appended to their file before the ledger knows of them: a crash in between tells them twice, never not.

    Raises:
        UsageError: there is no such run.
        Unfinished: Clarus cannot be asked; nothing is written then.
    """
    tenant, ledger, settings = context.clarus.tenant, context.ledger, context.settings
    for run in wanted.runs:
        if not await ledger.knows_run(run, tenant):
            raise UsageError(f"there is no run {run} in {settings.outbox}")
    moment = now()
    since = wanted.since or timedelta(days=settings.tracking.since_days)
    within = (moment - since).isoformat(timespec="milliseconds")
    known = {(each.record, each.clarus_id): each for each in await ledger.ask(lambda db: tracked(db, tenant))}
    for made in await ledger.ask(lambda db: made_since(db, tenant, (ORDERS, RECEIPTS), within)):
        before = known.get((made.record, made.clarus_id))
        known[made.record, made.clarus_id] = replace(before, run=made.run) if before else made
    asked = [each for each in known.values() if _is_open(each, within) and (not wanted.runs or each.run in wanted.runs)]
    requests = context.clarus.requests
    shown = await _asking(settings, context, await known_spellings(context)).about(asked)
    rules = _rules(settings)
    moment = now()
    looks = [after_look(each, shown.get((each.record, each.clarus_id)), moment, rules) for each in asked]
    changes = [Change(before, after) for before, after in zip(asked, looks, strict=True) if _differs(before, after)]
    append_changes(settings.outbox, changes)
    await ledger.write_all(lambda _: seen(tenant, looks))
    known |= {(each.record, each.clarus_id): each for each in looks}
    records = sorted((each for each in known.values() if each.seen_at), key=_in_order)
    write_tracking(settings.outbox, records)
    for run in sorted({change.after.run for change in changes}):
        write_report(settings.outbox / run)
    return TrackReport(len(asked), context.clarus.requests - requests, records, changes, within)


def _asking(settings: Settings, context: RunContext, spellings: Spellings) -> Asking:
    own = settings.clarus
    lists = Lists(context.clarus, own.lookup_batch, own.page_size)
    return Asking(lists, spellings, own.page_size, settings.tracking.lines)


def _rules(settings: Settings) -> Rules:
    own = settings.tracking
    words = {ORDERS: own.final_orders, RECEIPTS: own.final_receipts}
    final = {record: frozenset(word.casefold() for word in each) for record, each in words.items()}
    return Rules(final, settings.clarus.doubt_seconds, ZoneInfo(settings.timezone))


def _is_open(each: Tracked, within: str) -> bool:
    return not each.final and each.made_at >= within


def _differs(before: Tracked, after: Tracked) -> bool:
    """Whether anybody wants to hear of it: another status, or trouble that was not there before."""
    return before.status != after.status or (after.short and not before.short) or (after.overdue and not before.overdue)


def _in_order(each: Tracked) -> tuple[str, str, int]:
    return each.made_at, each.record, each.clarus_id
