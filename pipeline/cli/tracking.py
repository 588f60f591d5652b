"""The `track` command: what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from pipeline.clarus.client import Clarus
from pipeline.cli.holding import held
from pipeline.cli.options import reached_clarus, settings_of, telling_of
from pipeline.cli.progress_display import watching
from pipeline.cli.screen import harmless, tell
from pipeline.config import Settings
from pipeline.progress import Progress
from pipeline.runs.access import access_of
from pipeline.runs.ages import age_of
from pipeline.runs.context import RunContext
from pipeline.runs.hold import Aside, Hold
from pipeline.runs.outbox import make_folders, owners_alone
from pipeline.runs.overview import write_index
from pipeline.stopping import Stopping, listening
from pipeline.tracking import TrackReport, Wanted, track
from pipeline.tracking.files import TRACKING, Change

_ASIDE = Aside("track", ".tracking.lock")
_SHOWN = 20  # changes; with -v all of them


def track_records(runs: Sequence[str], since: str | None, **options: Any) -> int:
    """Ask Clarus what became of orders and receipts."""
    age = age_of(since, "--since") if since is not None else None
    settings, stopping = settings_of(options), Stopping()
    make_folders(settings.outbox)
    wanted = Wanted([Path(run).name for run in runs], age)
    with (
        listening(stopping.stop),
        owners_alone(),
        held(settings, options, stopping, _ASIDE) as hold,
        reached_clarus(settings, options["sandbox"]) as (reached, known_as),
        watching(options["quiet"], options["verbose"]) as progress,
    ):
        report = asyncio.run(_track(wanted, reached, known_as, progress, stopping, hold))
        asyncio.run(write_index(hold))
    telling = telling_of(options)
    if telling.as_json:
        tell(orjson.dumps(_as_json(report), option=orjson.OPT_INDENT_2).decode())
    elif report.exit_code or not telling.quiet:
        lines = _told(report, settings.outbox / TRACKING, None if telling.verbose else _SHOWN)
        tell("\n".join(map(harmless, lines)))
    return report.exit_code


async def _track(
    wanted: Wanted, settings: Settings, known_as: str, progress: Progress, stopping: Stopping, hold: Hold
) -> TrackReport:
    ledger = hold.open_ledger(thoroughly=False)
    try:
        async with Clarus(access_of(settings, known_as), stopping, fence=hold.lease) as clarus:
            return await track(wanted, RunContext(settings, clarus, ledger, progress, stopping))
    finally:
        await ledger.close()


def _told(report: TrackReport, file: Path, most: int | None) -> Iterator[str]:
    for record, counts in report.statuses.items():
        told = ", ".join(f"{count:,} {status or 'not found yet'}" for status, count in counts.items())
        yield from [f"{record}: {told}"] if told else []
    if not report.records:
        yield "Nothing is tracked yet: no order or receipt was sent."
        return
    troubles = [f"{count:,} {trouble}" for trouble, count in report.troubles.items() if count]
    yield f"Trouble: {', '.join(troubles)}" if troubles else "None of them is gone, short or overdue."
    if report.changes:
        yield "Changed since the last look"
        yield from (f"  {_change(change)}" for change in report.changes[:most])
        if most is not None and len(report.changes) > most:
            yield f"  … and {len(report.changes) - most:,} more: with -v, or in tracking-changes.csv"
    yield f"All of them: {file}"


def _change(change: Change) -> str:
    now = change.after
    noun, account = now.record.removesuffix("s"), f" of {now.account}" if now.account else ""
    status = f"{change.before.status or 'new'} → {now.status}" if change.before.status != now.status else now.status
    marks = [mark for mark, holds in (("short", now.short), ("overdue", now.overdue)) if holds]
    return f"{noun} {now.reference}{account}: {', '.join([status, *marks])}"


def _as_json(report: TrackReport) -> Mapping[str, Any]:
    return {
        "exit_code": report.exit_code,
        "asked": report.asked,
        "requests": report.requests,
        "statuses": report.statuses,
        **report.troubles,
        "changes": [change.as_json for change in report.changes],
    }
