"""report.html: a run for people who have no screen with commands before them.

It is made of the files of the run, so that it can be written anew whenever one of them or tracking.csv has changed.
"""

from __future__ import annotations

import csv
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.errors import Unfinished
from pipeline.results.atomic_write import replacing
from pipeline.results.bars import bar, legend
from pipeline.results.html import Content, Html, element, link, page, table
from pipeline.results.issues import ISSUES, read_all_issues
from pipeline.results.names import ResultNames, all_result_names
from pipeline.results.summary import SUMMARY, read_summary
from pipeline.values.problems import Severity

log = logging.getLogger(__name__)

REPORT = "report.html"
TRACKING = "tracking.csv"  # in the outbox
_ROWS = 200  # that need someone; the rest is in the files
_TRACKED = 200
_FILES = 500
_DONE = ("created", "updated", "exists", "noted")
_WAITING = ("pending", "unknown")
VERDICTS = {
    0: ("good", "Clarus holds what the files say"),
    1: ("bad", "Some rows need someone, or a file could not be read"),
    2: ("bad", "Refused: wrong usage or configuration"),
    3: ("bad", "Could not finish"),
    4: ("doubt", "Another run held the outbox"),
}
_PARTS = {"reading": "reading", "loading": "sending", "audit": "audit", "results": "writing the results", "all": "all"}


def write_report(folder: Path) -> Path | None:
    """Write the report of a run that has its summary; it says the same as the other files, and never fails a run."""
    summary = read_summary(folder)
    if not summary:
        return None
    target = folder / REPORT
    try:
        text = render(folder, summary)
        with replacing(target) as temporary:
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    except Unfinished:  # the tenant is no longer ours: nothing more is written
        raise
    except Exception as fault:  # a page for people: the run and its results stand without it
        log.warning("%s could not be written: %s", target.name, fault)
        log.debug("what went wrong", exc_info=True)
        return None
    return target


def render(folder: Path, summary: Mapping[str, Any]) -> str:
    """Return the page of a run."""
    run = str(summary["run"])
    return page(
        f"Run {run}",
        element("h1", f"Run {run}"),
        list(_verdict(summary)),
        _figures(summary),
        _section("Files", _files(folder, summary)),
        _section("What needs someone", _causes(summary, Severity.ERROR)),
        _section("Rows that need someone", _rows(folder)),
        _section("Warnings", _causes(summary, Severity.WARNING)),
        _section("What would be sent", _rehearsal(summary)),
        _section("What became of it", _tracking(folder)),
        _section("Time", _time(summary)),
        element(
            "p",
            link("../index.html", "All runs"),
            " · ",
            link(ISSUES, ISSUES),
            " · ",
            link(SUMMARY, SUMMARY),
            class_="quiet",
        ),
    )


def _verdict(summary: Mapping[str, Any]) -> Iterator[Html]:
    code = int(summary["exit_code"])
    kind, words = VERDICTS.get(code, ("bad", "Could not finish"))
    yield element("p", element("span", words, class_=kind), f" (exit code {code}), began {_moment(summary['began'])}")
    if summary.get("stopped"):
        yield element("p", f"It stopped: {summary['stopped']}", class_="bad")
    if summary.get("rehearsal"):
        yield element("p", "A rehearsal: nothing was sent.")


def _figures(summary: Mapping[str, Any]) -> Html:
    statuses: Mapping[str, int] = summary["statuses"]
    done = sum(statuses.get(status, 0) for status in _DONE)
    waiting = sum(statuses.get(status, 0) for status in _WAITING)
    wrong = int(summary["rows"]) - done - waiting - statuses.get("ready", 0)
    figures = {
        "rows came": f"{summary['rows']:,}",
        "are done": f"{done:,}",
        "need someone": f"{wrong:,}",
        "go on by themselves": f"{waiting:,}",
        "requests": f"{summary.get('requests', 0):,}",
        "took": _seconds(summary["seconds"].get("all", 0)),
    }
    return element("ul", [element("li", element("b", each), what) for what, each in figures.items()], class_="figures")


def _files(folder: Path, summary: Mapping[str, Any]) -> Iterator[Html]:
    files: Sequence[Mapping[str, Any]] = summary["files"]
    by_type: dict[str, Counter[str]] = {}
    for file in files:
        if "statuses" in file:
            by_type.setdefault(file["record_type"], Counter()).update(file["statuses"])
    for record, counts in by_type.items():
        yield element("p", f"{record}, {counts.total():,} rows")
        yield bar(counts, record)
        yield legend(counts)
    beside = _Beside.of(folder, summary)
    yield table(
        ("file", "record type", "rows", "how they ended", "files"),
        (
            (
                _name(file),
                file.get("record_type", ""),
                f"{file['rows']:,}" if "rows" in file else "",
                file.get("error") or _counts(file["statuses"]),
                beside.links(str(file["file"])),
            )
            for file in files[:_FILES]
        ),
        "files",
    )
    if len(files) > _FILES:
        yield element("p", f"The first {_FILES} of {len(files):,}; all of them are in ", link(SUMMARY, SUMMARY), ".")


@dataclass(frozen=True, slots=True)
class _Beside:
    """Which files lie beside the page."""

    there: frozenset[str]
    second: Mapping[str, str]  # names of files that could not be replaced under their own
    made: Sequence[Mapping[str, ResultNames]]  # what comes back: failed files as workbooks, or as the input

    @classmethod
    def of(cls, folder: Path, summary: Mapping[str, Any]) -> _Beside:
        names = {str(file["file"]) for file in summary["files"]}
        there = frozenset(path.name for path in folder.iterdir())
        return cls(there, summary.get("second_names", {}), [all_result_names(names, kind) for kind in (".xlsx", "")])

    def links(self, name: str) -> Html:
        """The input, its results, and what is to be corrected."""
        made = [each[name] for each in self.made]
        wanted = dict.fromkeys((name, *(each.results for each in made), *(each.failed for each in made)))
        there = [now for each in wanted if (now := self.second.get(each, each)) in self.there]
        return element("ul", [element("li", link(each, each)) for each in there])


def _causes(summary: Mapping[str, Any], severity: Severity) -> Iterator[Html]:
    causes = [cause for cause in summary["causes"] if cause["severity"] == severity]
    if causes:
        yield table(
            ("row", "where", "what", "what to do"),
            ((_which_rows(cause), _place(cause), _with_examples(cause), cause["hint"]) for cause in causes),
            "causes",
        )


def _rows(folder: Path) -> Iterator[Html]:
    if not (folder / ISSUES).exists():
        return
    errors = (issue for issue in read_all_issues(folder) if issue.problem.severity is Severity.ERROR)
    shown = [*islice(errors, _ROWS + 1)]
    if shown:
        yield table(
            ("file", "row", "column", "value", "what is wrong", "what to do"),
            (
                (
                    _name({"file": issue.file, "sheet": issue.sheet}),
                    str(issue.problem.row or ""),
                    element("bdi", issue.problem.column) if issue.problem.column else "",
                    element("bdi", issue.problem.value, class_="value") if issue.problem.value else "",
                    element("bdi", issue.problem.message),
                    issue.problem.hint,
                )
                for issue in shown[:_ROWS]
            ),
            "rows",
        )
    if len(shown) > _ROWS:
        yield element("p", f"These are the first {_ROWS}; all of them are in ", link(ISSUES, ISSUES), ".")


def _rehearsal(summary: Mapping[str, Any]) -> Iterator[Html]:
    rehearsal = summary.get("rehearsal")
    if rehearsal:
        counted = {what: counts for what, counts in rehearsal.items() if isinstance(counts, dict)}
        yield table(("what", "records"), ((what, _counts(counts)) for what, counts in counted.items()), "rehearsal")


def _tracking(folder: Path) -> Iterator[Html]:
    records = [each for each in tracked_records(folder.parent) if each.get("run") == folder.name]
    if not records:
        return
    yield element("p", tracking_words(records), ". All of them: ", link(f"../{TRACKING}", TRACKING), ".")
    yield table(
        ("record", "reference", "status", "since", "ordered", "picked", "dispatched", "trouble"),
        (
            (
                each.get("record", "").removesuffix("s"),
                element("bdi", " ".join(filter(None, (each.get("account", ""), each.get("reference", ""))))),
                each.get("status", ""),
                _moment(each.get("since", "")),
                each.get("ordered", ""),
                each.get("picked", ""),
                each.get("dispatched", ""),
                ", ".join(mark for mark in ("short", "overdue") if each.get(mark)),
            )
            for each in sorted(records, key=_without_trouble)[:_TRACKED]
        ),
        "tracking",
    )
    if len(records) > _TRACKED:
        yield element("p", f"The first {_TRACKED} of {len(records):,}, those with trouble before the others.")


def tracked_records(outbox: Path) -> list[dict[str, str]]:
    """Return what tracking.csv says; nothing where there is none."""
    try:
        with (outbox / TRACKING).open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]
    except OSError:
        return []


def tracking_words(records: Sequence[Mapping[str, str]]) -> str:
    """How tracked records stand, in a few words."""
    by_type: dict[str, Counter[str]] = {}
    for each in records:
        by_type.setdefault(each.get("record", ""), Counter())[each.get("status") or "not found yet"] += 1
    told = [f"{record}: {_counts(dict(counts.most_common()))}" for record, counts in sorted(by_type.items())]
    marked = {mark: sum(bool(each.get(mark)) for each in records) for mark in ("short", "overdue")}
    return "; ".join([*told, *(f"{count:,} {mark}" for mark, count in marked.items() if count)])


def _without_trouble(each: Mapping[str, str]) -> bool:
    return not (each.get("short") or each.get("overdue") or each.get("status") == "gone")


def _time(summary: Mapping[str, Any]) -> Iterator[Html]:
    seconds: Mapping[str, float] = summary["seconds"]
    rows = [(_PARTS.get(part, part), _seconds(spent)) for part, spent in seconds.items()]
    if waited := summary.get("waited_seconds"):
        rows.insert(-1, ("of which Clarus asked us to wait", _seconds(waited)))
    yield table(("what", "took"), rows, "time")


def _section(title: str, content: Iterable[Html]) -> Content:
    inside = [*content]
    return [element("h2", title), *inside] if inside else []


def _name(file: Mapping[str, Any]) -> Html:
    sheet = f", sheet {file['sheet']}" if file.get("sheet") else ""
    return element("bdi", f"{file['file']}{sheet}")


def _place(cause: Mapping[str, Any]) -> Html:
    column = f", {cause['column']}" if cause["column"] else ""
    return element("bdi", f"{_name_text(cause)}{column}")


def _name_text(cause: Mapping[str, Any]) -> str:
    return f"{cause['file']}, sheet {cause['sheet']}" if cause["sheet"] else str(cause["file"])


def _which_rows(cause: Mapping[str, Any]) -> str:
    first: Sequence[int] = cause["first_rows"]
    if not first:
        return f"{cause['rows']:,}" if cause["rows"] else ""
    more = cause["rows"] - len(first)
    return f"{', '.join(map(str, first))}{f' and {more:,} more' if more > 0 else ''}"


def _with_examples(cause: Mapping[str, Any]) -> Html:
    examples = f", for example {', '.join(cause['examples'])}" if cause["examples"] else ""
    return element("bdi", f"{cause['message']}{examples}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing"


def _moment(text: str) -> str:
    """A moment as people read it; in UTC, as the names of runs are."""
    date, _, rest = text.partition("T")
    return f"{date} {rest[:8]} UTC" if rest else text


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, left = divmod(round(seconds), 60)
    return f"{minutes:,} min {left} s"
