"""What the commands tell at the end, on standard output: lines for people, or one JSON object for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
import orjson

from pipeline.problems import Problem, Severity
from pipeline.reading import ReadFile
from pipeline.run import Finished
from pipeline.transform import Transformed

_SHOWN = 20  # problems of a file that `check` shows; the rest is counted


def tell_runs(finished: Sequence[Finished], as_json: bool, quiet: bool) -> int:
    """Tell how the runs went and return the exit code of them all: the worst."""
    exit_code = max((run.exit_code for run in finished), default=0)
    if as_json:
        _print_json({"exit_code": exit_code, "runs": [run.summary for run in finished]})
        return exit_code
    for run in finished:
        if not quiet or run.exit_code:
            _tell_run(run)
    if not finished and not quiet:
        click.echo("Nothing to do.")
    return exit_code


def tell_check(files: Sequence[ReadFile], tables: Sequence[Transformed], as_json: bool, quiet: bool) -> int:
    """Tell what is wrong in files that were checked and return the exit code: 0 without errors, else 1."""
    unreadable = [file for file in files if file.trouble]
    errors = sum(_is_error(problem) for table in tables for problem in table.problems)
    exit_code = 1 if unreadable or errors else 0
    if as_json:
        told = [_check_json(table) for table in tables]
        told += [{"file": file.path.name, "error": file.trouble} for file in unreadable]
        _print_json({"exit_code": exit_code, "files": told})
        return exit_code
    for file in unreadable:
        click.echo(file.trouble)
    for table in tables:
        _tell_check(table, quiet)
    return exit_code


def _tell_run(run: Finished) -> None:
    for name, problem in run.unreadable:
        click.echo(f"{name}: could not be read")
        click.echo(f"  {problem.message}")
    for file in run.summary["files"]:
        if "statuses" in file:
            name = f"{file['file']}, sheet {file['sheet']}" if file["sheet"] else file["file"]
            counts = ", ".join(f"{rows} {status}" for status, rows in file["statuses"].items()) or "no rows"
            click.echo(f"{name} ({file['record_type']}): {counts}")
    causes = run.summary["causes"]
    for cause in causes:
        click.echo(f"  {cause}")
    if run.stopped:
        click.echo(f"Stopped: {run.stopped}.")
    click.echo(f"Results: {run.folder}")


def _tell_check(table: Transformed, quiet: bool) -> None:
    name = table.clean.table.name
    shown = [problem for problem in table.problems if not quiet or _is_error(problem)]
    errors = sum(map(_is_error, shown))
    documents = f"{table.groups.count} {table.clean.table.record.name}"
    rows = len(table.clean.rows) + len(table.clean.table.broken)
    if not quiet or errors:
        click.echo(f"{name}: {rows} rows, {documents}; {errors or 'no'} {'error' if errors == 1 else 'errors'}")
    for problem in shown[:_SHOWN]:
        where = f"row {problem.row}, " if problem.row else ""
        warning = "warning: " if not _is_error(problem) else ""
        click.echo(f"  {warning}{where}{problem.sentence}")
    if len(shown) > _SHOWN:
        click.echo(f"  … and {len(shown) - _SHOWN} more (all of them with --json)")


def _check_json(table: Transformed) -> Mapping[str, Any]:
    own = table.clean.table
    return {
        "file": own.path.name,
        "sheet": own.sheet,
        "record_type": own.record.name,
        "rows": len(table.clean.rows) + len(own.broken),
        "documents": table.groups.count,
        "problems": [_problem_json(problem) for problem in table.problems],
    }


def _problem_json(problem: Problem) -> Mapping[str, Any]:
    return {
        "row": problem.row or None,
        "column": problem.column,
        "value": problem.value,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
    }


def _is_error(problem: Problem) -> bool:
    return problem.severity is Severity.ERROR


def _print_json(told: Mapping[str, Any]) -> None:
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
