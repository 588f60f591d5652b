"""What the commands tell at the end, on standard output: lines for people, or one JSON object for programs."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from pipeline.cli.options import Telling
from pipeline.cli.screen import harmless, tell
from pipeline.results.causes import Cause, causes_of, changes_in, each_alone, summarise
from pipeline.results.issues import Issue
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import OWED, Status
from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Table
from schemas.vocabulary.headings import fold

if TYPE_CHECKING:
    from pipeline.runs.closing import Finished
    from pipeline.runs.reading import ReadFile
    from pipeline.runs.unsettled import BatchReport

_ISSUES = "in issues.csv"
_SHOWN = 20  # causes; with -v all of them
_ALL = sys.maxsize
# Nobody has to correct anything for these.
_UNASKED = OWED | {Status.READY, *(status for status in Status if status.done)}
_COLUMNS_NAMED = 3  # of those about which the same is said
_WOULD_BE = {
    "created": "would_create",
    "changed": "would_change",
    "left alone": "would_leave_alone",
    "refused": "would_refuse",
}


def tell_runs(report: BatchReport, telling: Telling) -> int:
    """Print how the runs of a call went and return its exit code."""
    if telling.as_json:
        told = {"exit_code": report.exit_code, "runs": [run.summary for run in report.finished]}
        _print_json({**told, "unsettled": list(report.unsettled), "earlier_rows": report.earlier_rows})
        return report.exit_code
    _print_blocks(_blocks(report, telling))
    return report.exit_code


def text_of_runs(report: BatchReport) -> str:
    """The same as `tell_runs` prints for people, without colours."""
    return click.unstyle("\n\n".join("\n".join(lines) for lines in _blocks(report, Telling()) if lines))


def _blocks(report: BatchReport, telling: Telling) -> list[list[str]]:
    blocks: list[list[str]] = []
    for run in report.finished:
        if run.exit_code or not telling.quiet or _is_loud(run):
            blocks += [[f"Run {run.folder.name}"] if len(report.finished) > 1 else [], *_run(run, telling)]
    if report.unsettled:
        blocks.append(
            [click.style("Unfinished", fg="red", bold=True), *(f"  {harmless(each)}" for each in report.unsettled)]
        )
    elif not report.finished and not telling.quiet:
        blocks.append(["Nothing to do."])
    if report.earlier_rows:
        verb = "needs" if report.earlier_rows == 1 else "need"
        rows = _plural(report.earlier_rows, "row")
        blocks.append([f"{rows} of earlier runs still {verb} someone: clarus-batch status"])
    return blocks


def tell_check(
    files: Sequence[ReadFile], tables: Sequence[DocumentTable], telling: Telling, written: Sequence[Path] = ()
) -> int:
    """Tell what is wrong in files that were checked and return the exit code: 0 without errors, else 1.

    Where a source says what a column of the file becomes, messages name both.
    """
    unreadable = [file for file in files if file.trouble]
    errors = any(_is_error(problem) for table in tables for problem in _problems(table))
    exit_code = 1 if unreadable or errors else 0
    if telling.as_json:
        told = [_check_json(table) for table in tables]
        told += [{"file": str(file.path), "error": file.trouble} for file in unreadable]
        _print_json({"exit_code": exit_code, "files": told, "written": [str(path) for path in written]})
        return exit_code
    issues = [Issue(str(file.path), "", Problem(0, "", "", file.trouble)) for file in unreadable]
    for table in tables:
        own = table.clean.table
        issues += [Issue(str(own.path), own.sheet, _with_ours(problem, own)) for problem in _problems(table)]
    counts = [] if telling.quiet else _aligned([_checked(table) for table in tables])
    causes = each_alone(issues) if telling.verbose else causes_of(issues)
    marked = [] if telling.quiet else [f"Marked: {harmless(str(path))}" for path in written]
    _print_blocks([counts, *_told_causes(causes, telling, "with -v"), marked])
    return exit_code


def _is_loud(run: Finished) -> bool:
    """Whether there is a warning that -q does not keep back."""
    return any(problem.loud for report in run.reports for problem in report.problems)


def _run(run: Finished, telling: Telling) -> Iterator[list[str]]:
    """One block of lines after another: the counts, the errors, the warnings, and where to go on."""
    files = run.summary["files"]
    if not telling.quiet:
        yield _aligned([_counted(file) for file in files if "statuses" in file])
    yield from _told_causes(summarise(run.reports, run.unreadable, most=_ALL), telling, _ISSUES)
    if rehearsal := run.summary.get("rehearsal"):
        changes = [change.sentence for change in changes_in(run.reports)]
        yield _titled(click.style("Changes", bold=True), changes, telling, _ISSUES)
        yield list(_rehearsed(rehearsal))
    end = [f"Could not finish: {run.stopped}"] if run.stopped else []
    end.append(f"Results: {run.folder}")
    for own, second in run.summary.get("second_names", {}).items():
        end.append(f"{own} is open in another program: the new one is {second}")
    if run.failed:
        what = "To correct" if rehearsal else "Correct and drop in again"  # a rehearsed file still lies where it was
        end.append(f"{what}: {', '.join(run.failed)}")
    if not rehearsal and (owed := sum(rows for status, rows in run.summary["statuses"].items() if status in OWED)):
        end.append(f"Unfinished: {_plural(owed, 'row')}, for the next run or retry")
    yield [harmless(line) for line in end]


def _rehearsed(rehearsal: Mapping[str, Any]) -> Iterator[str]:
    yield click.style("Rehearsal: nothing was sent", bold=True)
    for what, counted in _WOULD_BE.items():
        records = ", ".join(f"{count:,} {record}" for record, count in rehearsal[counted].items())
        yield f"  would be {what}: {records or 'nothing'}"
    yield "  not known before sending:"
    yield from (f"    {unknown}" for unknown in rehearsal["not_known"])
    yield f"  the exact bodies: {rehearsal['payloads']}"


def _counted(file: Mapping[str, Any]) -> tuple[str, str, str, str]:
    name = f"{file['file']}, sheet {file['sheet']}" if file["sheet"] else file["file"]
    statuses: Mapping[Status, int] = file["statuses"]
    return name, file["record_type"], _plural(file["rows"], "row"), ", ".join(f"{n:,} {s}" for s, n in statuses.items())


def _checked(table: DocumentTable) -> tuple[str, str, str, str]:
    own, errors = table.clean.table, sum(map(_is_error, _problems(table)))
    name = f"{own.path}, sheet {own.sheet}" if own.sheet else str(own.path)
    documents = f"{table.groups.count:,} {own.record.noun if table.groups.count == 1 else own.record.name}"
    told = f"{documents}, {_plural(errors, 'error') if errors else 'no errors'}"
    return name, own.record.name, _plural(_rows(table), "row"), told


def _aligned(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    rows = [(harmless(row[0]), row[1], row[2], row[3]) for row in rows]
    name, record, count = (max((len(row[column]) for row in rows), default=0) for column in range(3))
    return [f"{row[0]:<{name}}  {row[1]:<{record}}  {row[2]:>{count}}  {row[3]}".rstrip() for row in rows]


def _told_causes(causes: Sequence[Cause], telling: Telling, where_all_are: str) -> Iterator[list[str]]:
    errors = [cause.sentence for cause in causes if cause.severity is Severity.ERROR]
    yield _titled(click.style("Errors", fg="red", bold=True), errors, telling, where_all_are)
    warnings = [c for c in causes if c.severity is Severity.WARNING and (c.loud or not telling.quiet)]
    sentences = [cause.sentence for cause in warnings] if telling.verbose else list(_folded(warnings))
    yield _titled(click.style("Warnings", fg="yellow", bold=True), sentences, telling, where_all_are)


def _titled(title: str, sentences: Sequence[str], telling: Telling, where_all_are: str) -> list[str]:
    if not sentences:
        return []
    shown = sentences if telling.verbose else sentences[:_SHOWN]
    lines = [title, *(f"  {harmless(sentence)}" for sentence in shown)]
    if len(shown) < len(sentences):
        lines.append(f"  … and {len(sentences) - len(shown):,} more: all of them {where_all_are}")
    return lines


def _folded(causes: Iterable[Cause]) -> Iterator[str]:
    """What is said of several columns of a file, said once: wide exports have dozens that Clarus does not know."""
    alike = defaultdict[tuple[str, ...], list[Cause]](list)
    for cause in causes:
        of_column = "" if cause.first_rows == (0,) else f"{cause.column} {cause.message}"
        alike[cause.file, cause.sheet, cause.message, cause.hint, of_column].append(cause)
    for (file, sheet, message, hint, _), group in alike.items():
        if len(group) == 1:
            yield group[0].sentence
            continue
        named = ", ".join(cause.column for cause in group[:_COLUMNS_NAMED])
        more = f" and {len(group) - _COLUMNS_NAMED} more" if len(group) > _COLUMNS_NAMED else ""
        where = f"{file}, sheet {sheet}" if sheet else file
        yield f"{where}, {len(group)} columns ({named}{more}): {message}{f' ({hint})' if hint else ''}"


def _with_ours(problem: Problem, table: Table) -> Problem:
    """A problem that names our columns too, beside the heading of the file that its source makes them of."""
    ours = [heading for heading, shown in _mapped(table).items() if shown == problem.column]
    return replace(problem, column=f"{problem.column} ({', '.join(ours)})") if ours else problem


def _mapped(table: Table) -> Mapping[str, str]:
    """Our columns that a source makes of columns with another heading, each with that."""
    if table.source is None:
        return {}
    own = ((heading, shown) for heading, shown in table.headings.items() if heading in table.record.columns)
    return {heading: shown for heading, shown in own if fold(heading) != fold(shown)}


def _check_json(table: DocumentTable) -> Mapping[str, Any]:
    own = table.clean.table
    return {
        **({"columns": _mapped(own)} if own.source else {}),
        "file": str(own.path),
        "sheet": own.sheet,
        "record_type": own.record.name,
        "rows": _rows(table),
        "documents": table.groups.count,
        "problems": [_problem_json(problem) for problem in _problems(table)],
    }


def _problem_json(problem: Problem) -> Mapping[str, Any]:
    return {
        "row": problem.row or None,
        "column": problem.column,
        "value": problem.value,
        "severity": problem.severity,
        "message": problem.full_message,
        "hint": problem.hint,
    }


def _problems(table: DocumentTable) -> list[Problem]:
    """What is wrong in a table, and what is right but waits for another one."""
    return [*table.problems, *table.waiting()]


def _rows(table: DocumentTable) -> int:
    return len(table.clean.rows) + len(table.clean.table.broken)


def _is_error(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _print_blocks(blocks: Iterable[Sequence[str]]) -> None:
    if filled := ["\n".join(lines) for lines in blocks if lines]:
        tell("\n\n".join(filled))


def _print_json(told: Mapping[str, Any]) -> None:
    tell(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())
