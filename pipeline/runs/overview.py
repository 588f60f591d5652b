"""outbox/index.html: all runs on one page, with what is outstanding on top."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.results.bars import bar
from pipeline.results.html import Content, Html, element, link, page, table
from pipeline.results.report import REPORT, TRACKING, VERDICTS, tracked_records, tracking_words
from pipeline.results.summary import read_summary
from pipeline.runs.hold import Hold
from pipeline.runs.outbox import begun_at, is_run, owners_alone
from pipeline.runs.standing import Standing, standing

log = logging.getLogger(__name__)

INDEX = "index.html"
_RUNS = 200  # the newest
_CALLS = 50


async def write_index(place: Hold) -> None:
    """Write the page, in place of the one before. It says what `status` and `history` say, and never fails a call."""
    outbox = place.outbox
    temporary = outbox / f".{INDEX}.{os.getpid()}.tmp"  # a run and a `track` may write at the same time
    try:
        text = render(await standing(place, _CALLS, in_short=True), outbox)
        with owners_alone():
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
            temporary.replace(outbox / INDEX)
    except Exception as fault:  # a page for people: nothing rests on it
        log.warning("%s could not be written: %s", INDEX, fault)
        log.debug("what went wrong", exc_info=True)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def render(found: Standing, outbox: Path) -> str:
    """Return the page."""
    return page(
        "Runs",
        element("h1", "Runs"),
        list(_outstanding(found)),
        _section("What needs someone", _files(found, outbox)),
        _section("Unfinished", _owed(found, outbox)),
        _section("What became of it", _tracking(outbox)),
        _section(f"Runs, the newest {_RUNS} first", _runs(outbox)),
        _section("Calls", _calls(found)),
    )


def _outstanding(found: Standing) -> Iterator[Html]:
    if not found.exit_code:
        yield element("p", element("span", "Nothing is outstanding", class_="good"))
    if found.files:
        noun = "row needs" if found.rows == 1 else "rows need"
        yield element("p", element("span", f"{found.rows:,} {noun} someone", class_="bad"))
    if found.owed:
        noun = "run goes" if len(found.owed) == 1 else "runs go"
        yield element("p", element("span", f"{len(found.owed):,} {noun} on with the next call", class_="doubt"))
    yield element("p", f"As of {found.now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", class_="quiet")


def _files(found: Standing, outbox: Path) -> Iterator[Html]:
    if found.files:
        yield table(
            ("file", "run", "waits", "rows", "why"),
            (
                (
                    element("bdi", f"{file.file}, sheet {file.sheet}" if file.sheet else file.file),
                    _run_link(outbox, file.run),
                    _days(file.days(found.now)),
                    _counts(file.statuses),
                    element("ul", [element("li", element("bdi", cause.sentence)) for cause in file.causes[:5]]),
                )
                for file in found.files
            ),
            "what needs someone",
        )


def _owed(found: Standing, outbox: Path) -> Iterator[Html]:
    if found.owed:
        yield table(
            ("run", "waits", "rows"),
            (
                (
                    _run_link(outbox, run.run),
                    _days((found.now - begun_at(run.run)).days),
                    _counts(run.statuses) if run.rows is not None else "ended before its results were written",
                )
                for run in found.owed
            ),
            "unfinished",
        )


def _tracking(outbox: Path) -> Iterator[Html]:
    if records := tracked_records(outbox):
        yield element("p", tracking_words(records), ". All of them: ", link(TRACKING, TRACKING), ".")


def _runs(outbox: Path) -> Iterator[Html]:
    names = (path.name for path in outbox.iterdir() if is_run(path.name) and path.is_dir())
    newest = islice(sorted(names, reverse=True), _RUNS)
    told = ((name, summary) for name in newest if (summary := read_summary(outbox / name)))
    rows = [_run(outbox, name, summary) for name, summary in told]
    if rows:
        yield table(("run", "began", "took", "exit code", "files", "rows"), rows, "runs")


def _run(outbox: Path, name: str, summary: Mapping[str, Any]) -> Sequence[Content]:
    files = list(dict.fromkeys(str(file["file"]) for file in summary["files"]))
    more = f" and {len(files) - 5:,} more" if len(files) > 5 else ""
    kind, words = VERDICTS.get(summary["exit_code"], ("bad", ""))
    statuses: Mapping[str, int] = summary["statuses"]
    return (
        _run_link(outbox, name),
        str(summary["began"]).replace("T", " ")[:19],
        f"{summary['seconds'].get('all', 0):,.1f} s",
        element("span", str(summary["exit_code"]), class_=kind, title=words),
        [element("bdi", f"{', '.join(files[:5])}{more}")],
        [element("span", _counts(statuses)), bar(statuses, name) if summary["rows"] else ""],
    )


def _calls(found: Standing) -> Iterator[Html]:
    if found.calls:
        yield table(
            ("began", "call", "exit code", "what came of it"),
            (
                (
                    f"{call.began.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
                    call.command,
                    "" if call.exit_code is None else str(call.exit_code),
                    element("bdi", _what_came(call.ended is None, call.facts)),
                )
                for call in found.calls
            ),
            "calls",
        )


def _what_came(under_way: bool, facts: Mapping[str, Any]) -> str:
    if under_way:
        return "under way, or ended by force"
    told = [_counts(facts.get("statuses", {}))] if facts.get("rows") else []
    return "; ".join([*told, *filter(None, [facts.get("message", "")])]) or "nothing to do"


def _run_link(outbox: Path, run: str) -> Html:
    report = outbox / run / REPORT
    if report.exists():
        return link(f"{run}/{REPORT}", run)
    return link(f"{run}/", run) if (outbox / run).is_dir() else element("span", run)


def _section(title: str, content: Iterator[Html]) -> Content:
    inside = [*content]
    return [element("h2", title), *inside] if inside else []


def _days(days: int) -> str:
    return "since today" if days < 1 else f"for {days:,} day{'' if days == 1 else 's'}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing"
