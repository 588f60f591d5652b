"""Check every cell of a table against its contract.

Each column's different values are checked and converted once, however many rows hold them: validating a million order
lines takes about as long as validating the different values in them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pandera.pandas as pa

from pipeline.validate.column_form import dates_either_way, numbers_either_way
from pipeline.validate.doubts import Doubt
from pipeline.validate.plain_texts import plain_texts, taken_off
from pipeline.validate.unknown_columns import unknown_columns
from pipeline.validate.unsent_columns import unsent_columns
from pipeline.values.clean_tables import Cells, CleanTable, Codes
from pipeline.values.problems import Problem, Severity, shortened
from pipeline.values.tables import Table
from schemas import Column, Level, RecordType
from schemas.vocabulary.dates import Reading
from schemas.vocabulary.kinds import Json

# pandera spends some 40 ms a call, and memory grows with the block: 50,000 values keep both small.
_BLOCK = 50_000

_Failures = dict[str, dict[int, str]]  # by heading and place among its texts, which check fails


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration adds to the contract of one record type."""

    reading: Reading = field(default_factory=Reading)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # heading -> folded word -> word of Clarus
    defaults: Mapping[str, str] = field(default_factory=dict)  # heading -> text that stands in for a blank cell
    unsent_columns: str = "warn"  # or "error", "ignore"
    unknown_columns: str = "warn"  # likewise
    dropped: frozenset[str] = frozenset()  # keys that say that columns which hold their file may be left out


def validate(table: Table, rules: Rules) -> CleanTable:
    """Check and convert the cells of a table, and report every wrong one.

    Whether a document has all it needs is not asked here: header cells may be left blank after its first row.
    """
    return validate_all([table], [rules])[0]


def validate_all(tables: Sequence[Table], rules: Sequence[Rules]) -> list[CleanTable]:
    """Check and convert the cells of tables; small ones of one record type share the calls of pandera."""
    read = [_canonical_columns(table, own) for table, own in zip(tables, rules, strict=True)]
    failures: list[_Failures] = [{} for _ in tables]
    for places in _groups(tables, read):
        texts = [{heading: column.texts for heading, column in read[place].items()} for place in places]
        for place, own in zip(places, _failures(tables[places[0]].record, texts), strict=True):
            failures[place] = own
    return [_clean(*each) for each in zip(tables, rules, read, failures, strict=True)]


def _canonical_columns(table: Table, rules: Rules) -> dict[str, _Canonical]:
    return {
        column.heading: _canonical(table.frame[column.heading], column, rules, table.headings[column.heading])
        for column in table.record.columns.values()
        if column.level is not Level.UNSENT and column.heading in table.frame
    }


def _groups(tables: Sequence[Table], read: Sequence[Mapping[str, _Canonical]]) -> Iterator[list[int]]:
    """The places of tables that are checked together: of one record type, and not more than a block of values."""
    open_groups: dict[int, tuple[list[int], int]] = {}
    for place, (table, columns) in enumerate(zip(tables, read, strict=True)):
        group, size = open_groups.get(id(table.record), ([], 0))
        own = max((len(column.texts) for column in columns.values()), default=0)
        if group and size + own > _BLOCK:
            yield group
            group, size = [], 0
        group.append(place)
        open_groups[id(table.record)] = group, size + own
    yield from (group for group, _ in open_groups.values())


def _clean(table: Table, rules: Rules, canonical: Mapping[str, _Canonical], failures: _Failures) -> CleanTable:
    rows = table.frame.index.to_numpy(np.int64)
    problems = list(_of_reading(table))
    unreadable = {(p.row, p.column) for p in problems if p.severity is Severity.ERROR}
    columns = {}
    for heading, read in canonical.items():
        column, failed = table.record.columns[heading], {**read.reasons, **failures.get(heading, {})}
        values = [None if i in failed or not text else column.kind.convert(text) for i, text in enumerate(read.texts)]
        columns[heading] = Cells(read.codes, values, read.originals)
        shown = table.headings[heading]
        problems += read.told
        problems += _doubtful_cells(rows, shown, read, failed)
        problems += (p for p in _wrong_cells(rows, column, shown, read, failed) if (p.row, shown) not in unreadable)
    if again := _rows_that_repeat_the_headings(table):
        problems = [p for p in problems if p.row not in again]
        problems += (Problem(row, "", "", "repeats the headings", "delete this row") for row in again)
    problems += unsent_columns(table, rules.unsent_columns, rules.dropped)
    problems += unknown_columns(table, rules.unknown_columns, rules.unsent_columns)
    return CleanTable(table, rows, columns, _defaults(table.record, rules), problems)


def _of_reading(table: Table) -> Iterator[Problem]:
    """The problems of reading; what is wrong in cells of a column that is not sent anyway holds nothing back."""
    sent = {table.headings.get(c.heading) for c in table.record.columns.values() if c.level is not Level.UNSENT}
    for problem in table.problems:
        harmless = problem.row and problem.column and problem.column not in sent
        yield replace(problem, severity=Severity.WARNING) if harmless else problem


@dataclass(frozen=True, slots=True, eq=False)
class _Canonical:
    """A column's different values, as written and in the one spelling that is checked."""

    codes: Codes
    originals: list[str]
    texts: list[str]
    reasons: dict[int, str]  # what is wrong, where the spelling could not be found
    doubts: dict[int, Doubt]
    told: list[Problem]  # of the column as a whole


def _canonical(series: pd.Series[str], column: Column, rules: Rules, shown: str) -> _Canonical:
    plain = plain_texts(series.cat.categories, column, rules.words.get(column.heading, {}))
    originals, texts = series.cat.categories.tolist(), plain.texts
    codes = np.asarray(series.cat.codes, dtype=np.int32)
    if plain.blank:
        codes = np.where(np.isin(codes, plain.blank), -1, codes).astype(np.int32)
    told = list(taken_off(plain, originals, shown))
    doubts = plain.doubts | dict(numbers_either_way(texts, column))
    reasons = {i: doubt.message for i, doubt in doubts.items() if doubt.holds}
    written = list(texts) if column.kind.name == "datetime" else []
    if column.kind.canonical:
        for i, text in enumerate(texts):
            if text and i not in reasons:
                try:
                    texts[i] = column.kind.canonical(text, rules.reading)
                except ValueError as error:
                    reasons[i] = str(error)
    if written and reasons:
        either_way = dict(dates_either_way(written, list(reasons), rules.reading.date_formats))
        doubts |= either_way
        reasons |= {i: doubt.message for i, doubt in either_way.items()}
    return _Canonical(codes, originals, texts, reasons, doubts, told)


def _defaults(record: RecordType, rules: Rules) -> dict[str, Json]:
    """What stands in for blank cells: of the configuration, which has checked it already, else of the contract."""
    texts = {column.heading: column.default for column in record.columns.values() if column.default}
    defaults = {}
    for heading, text in {**texts, **rules.defaults}.items():
        kind = record.columns[heading].kind
        defaults[heading] = kind.convert(kind.canonical(text, rules.reading) if kind.canonical else text)
    return defaults


_selected: dict[tuple[int, tuple[str, ...]], tuple[pa.DataFrameSchema, pa.DataFrameSchema]] = {}


def _of_columns(schema: pa.DataFrameSchema, headings: tuple[str, ...]) -> pa.DataFrameSchema:
    """The part of a contract that is about these columns.

    pandera copies all of it for each, some 10 ms: a night of many small files has the same headings over and over.
    """
    name = (id(schema), headings)
    if name not in _selected:
        _selected[name] = (
            schema,
            schema.select_columns(list(headings)),
        )  # kept, so that its id is its own
    return _selected[name][1]


def _failures(record: RecordType, tables: Sequence[Mapping[str, list[str]]]) -> list[_Failures]:
    """Return for each table, by heading and place in its list, what is wrong with each text that breaks a check."""
    if len(tables) == 1:
        return [_wrong_texts(record, tables[0])]
    together: dict[str, list[str]] = {}
    begins: dict[str, list[tuple[int, int]]] = {}  # by heading: where the texts of a table begin, and its place
    for at, texts in enumerate(tables):
        for heading, values in texts.items():
            begins.setdefault(heading, []).append((len(together.setdefault(heading, [])), at))
            together[heading] += values
    failures: list[_Failures] = [{} for _ in tables]
    for heading, wrong in _wrong_texts(record, together).items():
        for place, check in wrong.items():
            begin, at = begins[heading][bisect_right(begins[heading], (place, len(tables))) - 1]
            failures[at].setdefault(heading, {})[place - begin] = check
    return failures


def _wrong_texts(record: RecordType, texts: Mapping[str, list[str]]) -> _Failures:
    failures: _Failures = {}
    for start in range(0, max(map(len, texts.values()), default=0), _BLOCK):
        block = {heading: values[start : start + _BLOCK] for heading, values in texts.items() if len(values) > start}
        longest = max(map(len, block.values()))
        frame = pd.DataFrame(
            {
                heading: pd.Series(values + [None] * (longest - len(values)), dtype="str")
                for heading, values in block.items()
            }
        )
        try:
            _of_columns(record.schema, tuple(block)).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases.sort_values("check_number", kind="stable")
            for heading, check, place in zip(cases["column"], cases["check"], cases["index"], strict=True):
                failures.setdefault(heading, {}).setdefault(start + int(place), str(check))
    return failures


def _rows_that_repeat_the_headings(table: Table) -> list[int]:
    """Where files were joined end to end, each has brought its headings."""
    blank_or_alike, alike = np.ones(len(table.frame), dtype=bool), np.zeros(len(table.frame), dtype=bool)
    for heading, column in table.frame.items():
        codes = column.cat.codes.to_numpy()
        own = np.isin(codes, np.flatnonzero(column.cat.categories == table.headings[str(heading)]))
        blank_or_alike &= own | (codes < 0)
        alike |= own
        if not blank_or_alike.any():
            break
    return table.frame.index[blank_or_alike & alike].tolist()


def _wrong_cells(
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    column: Column,
    shown: str,
    read: _Canonical,
    failed: Mapping[int, str],
) -> Iterator[Problem]:
    if not failed:
        return
    is_wrong = np.isin(read.codes, np.fromiter(failed, dtype=np.int32, count=len(failed)))
    words = {
        i: (
            f"{shortened(read.originals[i])} {read.reasons.get(i, check)}",
            read.doubts[i].hint if i in read.doubts else column.kind.hint(read.originals[i]),
        )
        for i, check in failed.items()
    }
    for row, code in zip(rows[is_wrong].tolist(), read.codes[is_wrong].tolist(), strict=True):
        message, hint = words[code]
        yield Problem(row, shown, read.originals[code], message, hint)


def _doubtful_cells(
    rows: np.ndarray[tuple[int], np.dtype[np.int64]], shown: str, read: _Canonical, failed: Mapping[int, str]
) -> Iterator[Problem]:
    """What may be right: it is sent, and somebody should look."""
    for place in read.doubts.keys() - failed.keys():
        doubt, value = read.doubts[place], read.originals[place]
        for row in rows[read.codes == place].tolist():
            message = f"{shortened(value)} {doubt.message}"
            yield Problem(row, shown, value, message, doubt.hint, Severity.WARNING, loud=True)
