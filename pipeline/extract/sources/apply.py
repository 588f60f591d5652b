"""A table as it was read, made into one of our columns by the rules of its source."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.source_blocks import ColumnRule, Source
from pipeline.extract.sources.columns import Coded, as_read, joined_column, of_blanks, of_constant
from pipeline.extract.sources.headings import OWN, place_of
from pipeline.extract.sources.hidden_words import hidden_words
from pipeline.extract.sources.numbers import NumberForm, in_form
from pipeline.extract.sources.rows import filled_down, skipped, without_words
from pipeline.extract.sources.rules import by_rules
from pipeline.extract.sources.zone_names import with_offsets
from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import RESULT_COLUMNS, SkippedRows, Table
from schemas import Column

_NUMBERS = frozenset(("number", "integer"))


def applied(table: Table, source: Source) -> Table:
    """Apply a source to a table that was read for it: words for nothing, fill-down, skip, columns, in this order."""
    sheet = _Sheet(table, source)
    sheet.blank_words()
    sheet.fill_down()
    left_out = sheet.skip()
    columns, shown = sheet.columns()
    problems = (*sheet.named((*table.problems, *sheet.problems), shown), *sheet.missing())
    if left_out:
        gone = set(np.concatenate([each.rows for each in left_out]).tolist())
        problems = tuple(problem for problem in problems if problem.row not in gone)
    frame = pd.DataFrame(columns, index=sheet.rows, copy=False)
    return replace(table, frame=frame, headings=shown, problems=problems, skipped=left_out, source=source)


@dataclass(slots=True)
class _Sheet:
    """The columns of a table on their way through the rules of its source."""

    table: Table
    source: Source
    problems: list[Problem] = field(default_factory=list)
    rows: pd.Index[int] = field(init=False)  # the numbers of those that are not left out
    _columns: dict[str, Coded] = field(init=False)
    _cells: list[str] = field(init=False)
    _labels: list[str] = field(init=False)

    def __post_init__(self) -> None:
        frame = self.table.frame
        self.rows = frame.index
        self._columns = {str(label): as_read(frame[label].array) for label in frame}
        self._labels, self._cells = list(self.table.headings), list(self.table.headings.values())

    def blank_words(self) -> None:
        if self.source.blank_words:
            for label, column in self._columns.items():
                if label not in RESULT_COLUMNS:
                    self._columns[label] = without_words(column, self.source.blank_words)

    def fill_down(self) -> None:
        if not self.source.fill_down:
            return
        within = self.source.fill_within
        # What others are filled within is filled first, where it is named itself.
        names = sorted(self.source.fill_down, key=lambda name: self._label(name) != self._label(within))
        barriers = self._barriers()
        for name in names:
            label = self._label(name)
            if label not in self._columns:
                continue
            groups = self._column(within).codes if within and self._label(within) != label else None
            codes, unknown = filled_down(self._columns[label].codes, groups, barriers)
            self._columns[label] = replace(self._columns[label], codes=codes)
            message = "is blank, and the row above that it takes its value from could not be read"
            for row in self.rows[unknown].tolist():
                self.problems.append(Problem(row, self._shown(name), "", message, "correct the row above, or fill it"))

    def skip(self) -> tuple[SkippedRows, ...]:
        found = []
        left_out = np.zeros(len(self.rows), dtype=bool)
        rows = self.rows.to_numpy(np.int64)
        for rule in self.source.skip:
            if place_of(rule.column, self._cells) is None:
                continue  # the whole file is held
            hits = skipped(self._column(rule.column), rule) & ~left_out
            if hits.any():
                found.append(SkippedRows(rows[hits], str(rule)))
                left_out |= hits
        if found:
            self.rows = self.rows[~left_out]
            self._columns = {label: column.of_rows(~left_out) for label, column in self._columns.items()}
        return tuple(found)

    def columns(self) -> tuple[dict[str, pd.Categorical], dict[str, str]]:
        """The columns of ours, and under which heading of the file people find each."""
        made: dict[str, pd.Categorical | None] = {}
        shown: dict[str, str] = {}
        for column in self.table.record.columns.values():
            if rule := self.source.columns.get(column.heading):
                shown[column.heading] = self._shown_by(rule, column)
                made[column.heading] = self._made(rule, column, shown[column.heading])
            elif not self.source.columns and column.heading in self.table.headings:
                shown[column.heading] = self.table.headings[column.heading]
                if (read := self._columns.get(column.heading)) is not None:
                    made[column.heading] = self._in_form(column, read, shown[column.heading]).categorical()
        for heading in RESULT_COLUMNS:
            if heading in self.table.headings:
                shown[heading] = self.table.headings[heading]
            if heading in self._columns:
                made[heading] = self._columns[heading].categorical()
        return {heading: cells for heading, cells in made.items() if cells is not None}, shown

    def missing(self) -> Iterator[Problem]:
        """Say which headings that the rules name are not in the file: nothing of it is sent."""
        cells = [cell for cell in (*self._cells, *self.table.unknown) if cell]
        for name in self.source.headings:
            if place_of(name, self._cells) is None:
                near = difflib.get_close_matches(name, cells, n=1, cutoff=0.6)
                hint = f"did you mean {near[0]}? " if near else ""
                hint += f"correct the file, or {self.source.where}"
                message = "no such heading is in the file, and its source names it: nothing of the file is sent"
                yield Problem(0, name, "", message, hint)

    def named(self, problems: Sequence[Problem], shown: Mapping[str, str]) -> Iterator[Problem]:
        """Problems of reading and filling, under the headings that the columns of ours are shown by.

        A cell that a rule for rows or a joined text needs holds its row like one that is sent.
        """
        source = self.source
        of_joined = {
            self._shown(name): shown[heading] for heading, rule in source.columns.items() for name in rule.headings
        }
        rules = (*source.fill_down, source.fill_within, *(rule.column for rule in source.skip))
        of_rows = {self._shown(name) for name in rules if name}
        for problem in problems:
            if problem.severity is not Severity.ERROR or not problem.row or problem.column in shown.values():
                yield problem
            elif problem.column in of_joined:
                yield replace(problem, column=of_joined[problem.column])
            elif problem.column in of_rows:
                yield replace(problem, column="", message=f"{problem.column}: {problem.message}")
            else:
                yield problem

    def _shown_by(self, rule: ColumnRule, column: Column) -> str:
        """Under which heading of the file people find a column of ours."""
        if rule.source is None:
            return column.heading
        return str(rule.source) if rule.source.is_joined else self._shown(rule.source.headings[0])

    def _made(self, rule: ColumnRule, column: Column, shown: str) -> pd.Categorical | None:
        """A column of ours by its rules."""
        if rule.source is None:
            read, form = of_constant(rule.value, len(self.rows)), NumberForm()  # the file has no part in it
        else:
            cells = [self._column(name) for name in rule.source.headings]
            read, form = joined_column(cells, rule.source) if rule.source.is_joined else cells[0], self._form
            for cell in cells if rule.source.is_joined else ():
                self._tell(cell, shown, hidden_words(cell.texts))
        texts, faults = by_rules(read.texts, rule, form)
        self._tell(read, shown, hidden_words(read.texts, texts, rule.words or ()) | faults)
        made = read.with_texts(texts)
        is_plain = rule.source is None or rule.times is not None
        return (made if is_plain else self._in_form(column, made, shown)).categorical()

    def _in_form(self, column: Column, read: Coded, shown: str) -> Coded:
        """A column of numbers with a decimal point, and one of dates with offsets, whatever the file declares."""
        if column.kind.name in _NUMBERS and self._form.is_declared:
            texts, faults = in_form(read.texts, self._form)
            self._tell(read, shown, faults)
            return read.with_texts(texts)
        if column.kind.name == "datetime" and self.source.zones:
            return read.with_texts(with_offsets(read.texts, self.source.zones, self.source.date_formats))
        return read

    @property
    def _form(self) -> NumberForm:
        return NumberForm(self.source.decimal, self.source.thousands)

    def _tell(self, read: Coded, shown: str, faults: Mapping[int, str]) -> None:
        places = read.cells_with(faults)
        codes = read.codes[places]
        texts = {code: read.texts[code].as_py() for code in set(codes.tolist())}
        for row, code in zip(self.rows[places].tolist(), codes.tolist(), strict=True):
            self.problems.append(Problem(row, shown, texts[code], f"{texts[code]} {faults[code]}"))

    def _barriers(self) -> npt.NDArray[np.bool_]:
        """The rows right below one that could not be read."""
        barriers = np.zeros(len(self.rows), dtype=bool)
        places = np.searchsorted(self.rows.to_numpy(np.int64), sorted(self.table.broken))
        barriers[places[places < len(barriers)]] = True
        return barriers

    def _label(self, name: str) -> str | None:
        place = place_of(name, self._cells) if name else None
        return None if place is None else self._labels[place]

    def _shown(self, name: str) -> str:
        place = place_of(name, self._cells)
        return name if place is None else self._cells[place]

    def _column(self, name: str) -> Coded:
        label = self._label(name)
        column = None if label is None else self._columns.get(label)
        return of_blanks(len(self.rows)) if column is None else column


__all__ = ["OWN", "applied"]
