"""Commands that look at what was done, and tidy up: status, history, prune. They start without what loading needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import orjson

from pipeline.cli.holding import held, reading
from pipeline.cli.options import settings_of, telling_of
from pipeline.cli.screen import harmless, tell
from pipeline.errors import UsageError
from pipeline.ledger.calls import CallLine
from pipeline.results.causes import Cause
from pipeline.results.summary import read_summary
from pipeline.runs.ages import age_of
from pipeline.runs.history import history
from pipeline.runs.hold import Hold
from pipeline.runs.outbox import begun_at, owners_alone
from pipeline.runs.pruning import Pruned, prune_runs
from pipeline.runs.standing import Standing, as_json, call_json, standing
from pipeline.stopping import Stopping

_CAUSES = 20  # of a file; with -v all of them
_ALL = 1_000_000


def show_status(**options: Any) -> int:
    """Say what is outstanding now."""
    settings, telling = settings_of(options, with_contracts=False), telling_of(options)
    if settings.cluster.address and options.get("profile") is None:
        from pipeline.cli.cluster import cluster_of, show_cluster

        return show_cluster(cluster_of(options), (), telling)
    found = asyncio.run(standing(reading(settings, options)))
    if telling.as_json:
        _print_json(as_json(found))
    elif found.exit_code or not telling.quiet:
        tell("\n\n".join("\n".join(block) for block in _blocks(found, telling.verbose)))
    return found.exit_code


def show_history(run: str | None, most: int, **options: Any) -> int:
    """List the calls of run and retry, or those that worked on one run, with what was wrong in it."""
    settings, telling = settings_of(options, with_contracts=False), telling_of(options)
    place = reading(settings, options)
    lines = asyncio.run(history(place, most if run is None else _ALL))
    summary: Mapping[str, Any] = {}
    if run is not None:
        run = run.rstrip("/").rpartition("/")[2]  # as the shell completes it
        lines = [line for line in lines if run in line.facts.get("runs", ())][:most]
        summary = read_summary(settings.outbox / run)
        if not lines and not summary and not _knows(place, run):
            raise UsageError(f"there is no run {run} in {settings.outbox}")
    if telling.as_json:
        _print_json({"calls": [call_json(line) for line in lines], **({"run": summary or None} if run else {})})
        return 0
    told = [*_table(lines)] or ["No calls yet."]
    if run is not None:
        told += ["", *_told_run(run, summary)]
    tell("\n".join(map(harmless, told)))
    return 0


def prune_outbox(older_than: str, dry_run: bool, **options: Any) -> int:
    """Remove the folders of old runs in which nothing is unfinished."""
    age = age_of(older_than, "--older-than")
    settings, telling = settings_of(options, with_contracts=False), telling_of(options)
    if not settings.outbox.is_dir():
        raise UsageError(f"there is no outbox {settings.outbox}")
    with owners_alone(), held(settings, options, Stopping()) as hold:
        told = asyncio.run(prune_runs(hold, age, dry_run))
        if told.removed and not dry_run:
            from pipeline.runs.overview import write_index  # which the other commands here need not wait for

            asyncio.run(write_index(hold))
    if telling.as_json:
        _print_json(told.as_json(dry_run))
    elif not telling.quiet:
        tell("\n".join(map(harmless, _told_pruned(told, older_than, dry_run))))
    return 0


def _blocks(found: Standing, all_causes: bool) -> Iterator[list[str]]:
    if found.files:
        rows = _plural(found.rows, "row")
        yield [click.style(f"{rows} {'needs' if found.rows == 1 else 'need'} someone", fg="red", bold=True)]
    for file in found.files:
        sheet = f", sheet {file.sheet}" if file.sheet else ""
        statuses = ", ".join(f"{count:,} {status}" for status, count in file.statuses.items())
        waited = _waited(file.days(found.now))
        lines = [f"{file.file}{sheet} of run {file.run}: {statuses}, {waited}"]
        shown = file.causes if all_causes else file.causes[:_CAUSES]
        lines += [f"  {cause.sentence}" for cause in shown] or ["  why is not known any more: issues.csv is gone"]
        if len(shown) < len(file.causes):
            lines.append(f"  … and {len(file.causes) - len(shown):,} more: with -v")
        yield [*map(harmless, lines)]
    if found.owed:
        yield ["Unfinished, for the next run or retry", *(f"  {_owed(run.run, run.rows)}" for run in found.owed)]
    if not found.exit_code:
        yield ["Nothing is outstanding."]
    if found.calls:
        yield ["Last calls", *(f"  {harmless(line)}" for line in _table(found.calls))]


def _owed(run: str, rows: int | None) -> str:
    what = "ended before its results were written" if rows is None else _plural(rows, "row")
    return f"run {run}: {what}, {_waited((datetime.now(UTC) - begun_at(run)).days)}"


def _waited(days: int) -> str:
    return "since today" if days < 1 else f"for {_plural(days, 'day')}"


def _table(lines: Sequence[CallLine]) -> Iterator[str]:
    if not lines:
        return
    yield f"{'began (UTC)':<19}  {'took':>8}  exit  call"
    for line in lines:
        took = f"{(line.ended - line.began).total_seconds():,.1f} s" if line.ended else ""
        code = "-" if line.exit_code is None else str(line.exit_code)
        began = line.began.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        yield f"{began:<19}  {took:>8}  {code:>4}  {line.command}{_what_came(line)}"


def _what_came(line: CallLine) -> str:
    if line.ended is None:
        return ": under way, or ended by force"
    facts = line.facts
    statuses = ", ".join(f"{count:,} {status}" for status, count in facts.get("statuses", {}).items())
    files = facts.get("files", ())
    told = [f"{_plural(len(files), 'file')}, {_plural(facts.get('rows', 0), 'row')}: {statuses}"] if files else []
    if facts.get("message"):
        told.append(facts["message"])
    if not told:
        told = ["a file stayed in the inbox" if facts.get("left_in_inbox") else "nothing to do"]
    return f": {'; '.join(told)}"


def _told_run(run: str, summary: Mapping[str, Any]) -> Iterator[str]:
    if not summary:
        yield f"Run {run} has no summary any more: its folder was pruned, or its results were never written."
        return
    yield f"Run {run} now"
    for file in summary.get("files", ()):
        name = f"{file['file']}, sheet {file['sheet']}" if file.get("sheet") else file["file"]
        counts = ", ".join(f"{count:,} {status}" for status, count in file.get("statuses", {}).items())
        yield f"  {name}: {file.get('error') or counts}"
    for cause in summary.get("causes", ()):
        yield f"  {cause['severity']}: {Cause.of_json(cause).sentence}"


def _told_pruned(told: Pruned, older_than: str, dry_run: bool) -> Iterator[str]:
    what = "would be removed" if dry_run else "removed"
    yield f"{_plural(len(told.removed), 'folder')} {what} ({told.size / 1e6:,.1f} MB)"
    yield from (f"  {run}" for run in told.removed)
    if told.kept:
        yield f"Older than {older_than}, and kept"
        yield from (f"  {run}: {why}" for run, why in told.kept.items())


def _knows(place: Hold, run: str) -> bool:
    async def ask() -> bool:
        ledger = place.read_ledger(thoroughly=False)
        try:
            return run in {each for each, _ in await ledger.all_runs()}
        finally:
            await ledger.close()

    return asyncio.run(ask())


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _print_json(told: Mapping[str, Any]) -> None:
    tell(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
