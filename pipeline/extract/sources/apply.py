"""A table as it was read, made into one of our columns by the rules of its source."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.source_blocks import ColumnRule, Source
from pipeline.extract.sources.columns import Built, built_column, of_constant
from pipeline.extract.sources.headings import OWN, place_of
from pipeline.extract.sources.numbers import NumberForm, plain_numbers
from pipeline.extract.sources.rows import filled_down, skipped, without_words
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
    problems = (*_of_reading(table.problems, shown, source), *sheet.missing(), *sheet.problems)
    kept = ~sheet.left_out
    frame = pd.DataFrame(columns, index=table.frame.index, copy=False)
    if not kept.all():
        # Texts of rows that are left out must not count among those that a column is judged by.
        frame = frame[kept].apply(lambda column: column.cat.remove_unused_categories())
        gone = set(table.frame.index[sheet.left_out].tolist())
        problems = tuple(problem for problem in problems if problem.row not in gone)
    return replace(table, frame=frame, headings=shown, problems=problems, skipped=left_out, source=source)


@dataclass(slots=True)
class _Sheet:
    """The columns of a table on their way through the rules of its source."""

    table: Table
    source: Source
    problems: list[Problem] = field(default_factory=list)
    left_out: npt.NDArray[np.bool_] = field(init=False)
    _columns: dict[str, pd.Categorical] = field(init=False)
    _cells: list[str] = field(init=False)
    _labels: list[str] = field(init=False)

    def __post_init__(self) -> None:
        frame = self.table.frame
        self._columns = {str(label): frame[label].array for label in frame}
        self._labels, self._cells = list(self.table.headings), list(self.table.headings.values())
        self.left_out = np.zeros(len(frame), dtype=bool)

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
            column = self._column(name)
            if label is None or column is None:
                continue
            groups = self._codes(within) if within and self._label(within) != label else None
            codes, unknown = filled_down(column.codes.astype(np.int32), groups, barriers)
            self._columns[label] = pd.Categorical.from_codes(codes, categories=column.categories, validate=False)
            message = "is blank, and the row above that it takes its value from could not be read"
            for row in self.table.frame.index[unknown].tolist():
                self.problems.append(Problem(row, self._shown(name), "", message, "correct the row above, or fill it"))

    def skip(self) -> tuple[SkippedRows, ...]:
        found = []
        rows = self.table.frame.index.to_numpy(np.int64)
        for rule in self.source.skip:
            if place_of(rule.column, self._cells) is None:
                continue  # the whole file is held
            hits = skipped(self._column(rule.column), len(rows), rule) & ~self.left_out
            if hits.any():
                found.append(SkippedRows(rows[hits], str(rule)))
                self.left_out |= hits
        return tuple(found)

    def columns(self) -> tuple[dict[str, pd.Categorical], dict[str, str]]:
        """The columns of ours, and under which heading of the file people find each."""
        columns: dict[str, pd.Categorical] = {}
        shown: dict[str, str] = {}
        for column in self.table.record.columns.values():
            rule = self.source.columns.get(column.heading)
            if rule is not None:
                built = self._by_rule(rule, column)
                shown[column.heading] = built.shown
                if built.cells is not None:
                    columns[column.heading] = self._in_form(column, built)
            elif not self.source.columns and column.heading in self.table.headings:
                shown[column.heading] = self.table.headings[column.heading]
                if column.heading in self._columns:
                    as_read = Built(self._columns[column.heading], shown[column.heading])
                    columns[column.heading] = self._in_form(column, as_read)
        for heading in RESULT_COLUMNS:
            if heading in self.table.headings:
                shown[heading] = self.table.headings[heading]
            if heading in self._columns:
                columns[heading] = self._columns[heading]
        return columns, shown

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

    def _by_rule(self, rule: ColumnRule, column: Column) -> Built:
        size = len(self.table.frame)
        if rule.source is None:
            return Built(of_constant(rule.value, size), column.heading)
        cells = [self._column(name) for name in rule.source.headings]
        places = [place_of(name, self._cells) for name in rule.source.headings]
        shown = (
            str(rule.source)
            if rule.source.is_joined
            else next((self._cells[place] for place in places if place is not None), rule.source.headings[0])
        )
        form = NumberForm(self.source.decimal, self.source.thousands)
        cells_made, faults = built_column(cells, rule, form, size)
        built = Built(cells_made, shown)
        self._tell(built, faults)
        return built

    def _in_form(self, column: Column, built: Built) -> pd.Categorical:
        """A column of numbers with a decimal point, and one of dates with offsets, whatever the file declares."""
        assert built.cells is not None
        source, rule = self.source, self.source.columns.get(column.heading)
        texts = built.cells.categories.tolist()
        form = NumberForm(source.decimal, source.thousands)
        ready = rule is not None and (rule.source is None or rule.times is not None)
        if column.kind.name in _NUMBERS and form.is_declared and not ready:
            results, faults = plain_numbers(texts, form)
            self._tell(built, faults)
        elif column.kind.name == "datetime" and source.zones:
            results = with_offsets(texts, source.zones, source.date_formats)
        else:
            return built.cells
        return renamed(built.cells, results)

    def _tell(self, built: Built, faults: Mapping[int, str]) -> None:
        if not faults or built.cells is None:
            return
        texts, codes = built.cells.categories.tolist(), built.cells.codes
        wrong = np.flatnonzero(np.isin(codes, list(faults)) & ~self.left_out)
        rows = self.table.frame.index.to_numpy(np.int64)[wrong].tolist()
        for row, code in zip(rows, codes[wrong].tolist(), strict=True):
            text = texts[code]
            self.problems.append(Problem(row, built.shown, text, f"{text} {faults[code]}"))

    def _barriers(self) -> npt.NDArray[np.bool_]:
        """The rows right below one that could not be read."""
        barriers = np.zeros(len(self.table.frame), dtype=bool)
        places = np.searchsorted(self.table.frame.index.to_numpy(np.int64), sorted(self.table.broken))
        barriers[places[places < len(barriers)]] = True
        return barriers

    def _label(self, name: str) -> str | None:
        place = place_of(name, self._cells) if name else None
        return None if place is None else self._labels[place]

    def _shown(self, name: str) -> str:
        place = place_of(name, self._cells)
        return name if place is None else self._cells[place]

    def _column(self, name: str) -> pd.Categorical | None:
        label = self._label(name)
        return None if label is None else self._columns.get(label)

    def _codes(self, name: str) -> npt.NDArray[np.int32]:
        column = self._column(name)
        size = len(self.table.frame)
        return np.full(size, -1, dtype=np.int32) if column is None else column.codes.astype(np.int32)


def renamed(column: pd.Categorical, texts: Sequence[str]) -> pd.Categorical:
    """A column with another text for each of its own; "" makes cells blank."""
    if list(texts) == column.categories.tolist():
        return column
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(text, len(numbers)) if text else -1 for text in texts]
    again = np.array([*places, -1], dtype=np.int32)[column.codes.astype(np.int32)]
    return pd.Categorical.from_codes(again, categories=pd.Index(list(numbers), dtype="str"), validate=False)


def _of_reading(problems: Sequence[Problem], shown: Mapping[str, str], source: Source) -> Iterator[Problem]:
    """What was found in reading, under the headings that the columns of ours are shown by.

    A cell that a rule for rows or a joined text needs holds its row like one that is sent.
    """
    of_joined = {
        name: shown[heading]
        for heading, rule in source.columns.items()
        for name in rule.headings
        if shown[heading] != name
    }
    of_rows = {*source.fill_down, source.fill_within, *(rule.column for rule in source.skip)}
    for problem in problems:
        if problem.severity is not Severity.ERROR or not problem.row or problem.column in shown.values():
            yield problem
        elif problem.column in of_joined:
            yield replace(problem, column=of_joined[problem.column])
        elif problem.column in of_rows:
            yield replace(problem, column="", message=f"{problem.column}: {problem.message}")
        else:
            yield problem


__all__ = ["OWN", "applied"]
