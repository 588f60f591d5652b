"""Columns that no contract knows: told in any case, and where one is nearly a known one, the file waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import Table
from schemas import Level, RecordType
from schemas.vocabulary.headings import fold, misspelt, nearest

_NAMED = 8  # columns that a sentence names


def unknown_columns(table: Table, policy: str, unsent_policy: str) -> Iterator[Problem]:
    """Report every filled column that is not read.

    One that is but for a slip a column that the file does not have holds the whole file, whatever the policy: what it
    holds was meant to be sent. Columns of Clarus's guides for which the API has nothing go by `unsent_policy`.
    """
    record = table.record
    if table.is_mapped:
        yield from _unmapped(table, policy)
        return
    guides = {fold(heading): why for heading, why in record.not_in_api.items()}
    for heading, count in table.unknown.items():
        if not count:
            continue
        if why := guides.get(fold(heading)):
            if unsent_policy != "ignore":
                hint = "empty the column, or set unsent_columns to warn" if unsent_policy == "error" else ""
                problem = _of_column(heading, f"not sent: {why}", hint, count, holds=unsent_policy == "error")
                yield replace(problem, loud=False)  # like every column that the API does not have
        elif meant := _misspelt(heading, table):
            hint = f"did you mean {meant}? Rename it, {_map_or_ignore(record)}"
            yield _of_column(
                heading,
                f"is nearly {meant}, which the file does not have: no row of the file is sent",
                hint,
                count,
                True,
            )
        elif policy == "error":
            hint = f"remove it, {_map_or_ignore(record)}"
            yield _of_column(heading, "no such column is known, and unknown_columns is set to error", hint, count, True)
        elif policy == "warn":
            likely = nearest(heading, (name for name in record.columns if name not in table.headings))
            hint = f"did you mean {likely}?" if likely else f"remove it, {_map_or_ignore(record)}"
            yield _of_column(heading, "not sent: no such column is known", hint, count, False)


def _unmapped(table: Table, policy: str) -> Iterator[Problem]:
    """Report, in one sentence, the filled columns that the source of the file does not map."""
    filled = [heading for heading, count in table.unknown.items() if count]
    if not filled or policy == "ignore" or table.source is None:
        return
    named = ", ".join(filled[:_NAMED]) + (f" and {len(filled) - _NAMED} more" if len(filled) > _NAMED else "")
    noun, verb = ("column", "is") if len(filled) == 1 else ("columns", "are")
    message = f"{len(filled)} filled {noun} {verb} not read, because the source does not map them: {named}"
    hint = f"map them, or list them in ignore, in {table.source.where}"
    severity = Severity.ERROR if policy == "error" else Severity.WARNING
    yield Problem(0, "", "", message, hint, severity, loud=policy == "warn")


def _misspelt(heading: str, table: Table) -> str:
    """The column that is sent, and that the file does not have, of whose names the heading is a misspelling."""
    names = table.record.names
    free = {
        name: column
        for name, column in names.items()
        if column not in table.headings and table.record.columns[column].level is not Level.UNSENT
    }
    near = misspelt(heading, free)
    return free[near] if near else ""


def _map_or_ignore(record: RecordType) -> str:
    return f"map it in [columns.{record.name}], or list it in ignore_columns.{record.name}"


def _of_column(heading: str, message: str, hint: str, filled: int, holds: bool) -> Problem:
    severity = Severity.ERROR if holds else Severity.WARNING
    return Problem(0, heading, "", message, hint, severity, filled, loud=not holds)
