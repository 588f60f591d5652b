"""What a change changes, old and new, in the words of the person who has the file open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.load.change_plan import Kind, LineChange, Plan, Wanted
from pipeline.load.differences import heading_of, shown
from pipeline.load.known_lines import words_of
from pipeline.values.problems import Problem, Severity

_HINT = "remove_missing_lines = true removes such lines"


def told_changes(wanted: Wanted, plan: Plan) -> tuple[Problem, ...]:
    """Old and new of each cell that is changed, and each line that is new or removed."""
    return (*_header(wanted, plan), *(each for change in plan.lines for each in _line(wanted, change)))


def told_kept(wanted: Wanted, plan: Plan) -> tuple[Problem, ...]:
    """A warning about lines that Clarus has and the file lacks."""
    document, kept = wanted.document, plan.kept
    if not kept:
        return ()
    names = ", ".join(line.words or f"line {line.line_id}" for line in kept[:5])
    lines = "1 line" if len(kept) == 1 else f"{len(kept)} lines"
    are_left = "is not in this file, and stays" if len(kept) == 1 else "are not in this file, and stay"
    message = f"{lines} of {document} in Clarus {are_left}: {names}"
    column = document.record.reference
    return (Problem(document.rows[0], column, document.reference, message, _HINT, Severity.WARNING),)


def _header(wanted: Wanted, plan: Plan) -> Iterator[Problem]:
    document = wanted.document
    now = document.parts()
    before = wanted.recalled.parts() if wanted.recalled is not None and wanted.before is not None else None
    for name in plan.header:
        yield _told(wanted, document.rows[0], name, before, now[name])
    old = None if before is None else before.get("address", {})
    for name, value in plan.address.items():
        if old is None or old.get(name) != value:
            yield _told(wanted, document.rows[0], name, old, value)


def _line(wanted: Wanted, change: LineChange) -> Iterator[Problem]:
    document = wanted.document
    if change.kind is Kind.DESTROY or change.at is None:
        assert change.known is not None, "what is removed is there"
        what = change.known.words or f"line {change.known.line_id}"
        yield _change(document.rows[0], "", "", f"a line is removed ({what})")
        return
    row = document.lines[change.at].row
    if change.kind is Kind.ADD:
        yield _change(row, "", "", f"a new line ({words_of(document, change.at)})")
        return
    assert change.known is not None, "what is changed is there"
    now = document.parts()["lines"][change.at]
    for name in change.names:
        if change.known.content is None or change.known.content.get(name) != now[name]:
            yield _told(wanted, row, name, change.known.content, now[name])


def _told(wanted: Wanted, row: int, name: str, before: Mapping[str, Any] | None, now: Any) -> Problem:
    value = shown(now)
    message = f"changed to {value}" if before is None else f"{shown(before.get(name))} → {value}"
    return _change(row, heading_of(wanted.document.record, name), value, message)


def _change(row: int, column: str, value: str, message: str) -> Problem:
    return Problem(row, column, value, message, severity=Severity.WARNING, is_change=True)
