"""Give rows that come back the values that a spreadsheet has changed, by what was kept of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.extract.returned.spreadsheet_changes import changed_by_a_spreadsheet
from pipeline.values.problems import NamedRows, Problem, Severity, shortened
from pipeline.values.row_keys import RowKey, TableKey, read_key
from pipeline.values.tables import ROW_KEY, Table

_Codes = npt.NDArray[np.int32]
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """What was kept of a table: its rows as they were read, and the cells that were wrong then."""

    table: Table
    wrong: frozenset[tuple[int, str]]  # row and contract heading


def keys_of(table: Table) -> dict[int, RowKey]:
    """The key of each row that has one; of rows that somebody has copied, the first has it."""
    if ROW_KEY not in table.frame:
        return {}
    texts = table.frame[ROW_KEY].dropna()
    keys: dict[RowKey, int] = {}
    for row, text in zip(texts.index.tolist(), texts.astype(str).tolist(), strict=True):
        if (key := read_key(text)) is not None:
            keys.setdefault(key, row)
    return {row: key for key, row in keys.items()}


def restore_keys(table: Table, known: Mapping[int, tuple[str, ...]]) -> Table:
    """Give rows their reference, and what narrows it, where a spreadsheet has changed them.

    Args:
        table: Of results that came back.
        known: By row, what the headings of the record type's key held; "" where that is not known.
    """
    frame, warnings = table.frame.copy(deep=False), list[Problem]()
    settled = set[tuple[int, str]]()
    for at, heading in enumerate(table.record.key):
        if heading not in frame:
            continue
        places = frame.index.get_indexer(pd.Index(list(known)))
        now, place_of = _texts(frame, heading, places), dict(zip(known, places.tolist(), strict=True))
        found = [
            _Restored(row, text, was[at])
            for (row, was), text in zip(known.items(), now, strict=True)
            if text and was[at] and text != was[at] and changed_by_a_spreadsheet(was[at], text)
        ]
        if found:
            texts = {place_of[each.row]: each.original for each in found}
            frame[heading] = _with_texts(frame[heading], texts)
            warnings.append(_warning(table.headings[heading], found))
            settled |= {(each.row, table.headings[heading]) for each in found}
    return replace(table, frame=frame, problems=(*_unsettled(table, settled), *warnings)) if warnings else table


def _unsettled(table: Table, settled: set[tuple[int, str]]) -> Iterator[Problem]:
    """The problems of a table but for those of cells whose value is known again, whatever they show or hold now."""
    return (problem for problem in table.problems if (problem.row, problem.column) not in settled)


def _with_texts(column: pd.Series[str], texts: Mapping[int, str]) -> pd.Categorical:
    """A column with other texts in some places."""
    codes = column.cat.codes.to_numpy(np.int32, copy=True)
    numbers = {text: number for number, text in enumerate(column.cat.categories.tolist())}
    for place, text in texts.items():
        codes[place] = numbers.setdefault(text, len(numbers))
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(numbers), dtype="str"), validate=False)


def restore(table: Table, originals: Mapping[TableKey, Original]) -> Table:
    """Give cells their original value where they differ from it only as a spreadsheet changes cells.

    Cells that were wrong are left to the person who has corrected them; every other difference is a correction too. One
    warning for each column says what was restored, and names an example.
    """
    frame, warnings = table.frame.copy(deep=False), list[Problem]()
    renamed: dict[int, tuple[str, ...]] = {}
    by_table: dict[TableKey, list[tuple[int, int]]] = {}
    for row, key in keys_of(table).items():
        if key.table in originals:
            by_table.setdefault(key.table, []).append((row, key.row))
    restored: dict[str, list[_Restored]] = {}
    for kept, pairs in by_table.items():
        original = originals[kept]
        matched = _Matched.of(table, original, pairs)
        for heading in original.table.frame.columns.intersection(frame.columns).intersection([*table.record.columns]):
            found = _restored(frame, heading, original, matched)
            restored.setdefault(heading, []).extend(found)
        renamed.update(_renamed(frame, table, original, matched))
    settled = set[tuple[int, str]]()
    for heading, cells in restored.items():
        if cells:
            warnings.append(_warning(table.headings[heading], cells))
            settled |= {(each.row, table.headings[heading]) for each in cells}
    return replace(table, frame=frame, problems=(*_unsettled(table, settled), *warnings), renamed=renamed)


@dataclass(frozen=True, slots=True)
class _Restored:
    row: int
    now: str
    original: str


@dataclass(frozen=True, slots=True, eq=False)
class _Matched:
    """Rows of the file beside those of the original: their places in the two frames."""

    places: _Places
    originals: _Places

    @classmethod
    def of(cls, table: Table, original: Original, pairs: list[tuple[int, int]]) -> _Matched:
        rows, before = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
        places, originals = (
            table.frame.index.get_indexer(pd.Index(rows)),
            original.table.frame.index.get_indexer(pd.Index(before)),
        )
        there = (places >= 0) & (originals >= 0)
        return cls(places[there], originals[there])


def _restored(frame: pd.DataFrame, heading: str, original: Original, matched: _Matched) -> list[_Restored]:
    """Restore a column in place; returns what was restored."""
    now, before = frame[heading], original.table.frame[heading]
    codes = now.cat.codes.to_numpy(np.int32)
    now_texts, before_texts = now.cat.categories.tolist(), before.cat.categories.tolist()
    then = before.cat.codes.to_numpy(np.int32)[matched.originals]
    here = codes[matched.places]
    both = np.flatnonzero((here >= 0) & (then >= 0))
    pairs, which = np.unique(then[both].astype(np.int64) * len(now_texts) + here[both], return_inverse=True)
    texts = [(before_texts[pair // len(now_texts)], now_texts[pair % len(now_texts)]) for pair in pairs.tolist()]
    changed = np.array([was != text and changed_by_a_spreadsheet(was, text) for was, text in texts], dtype=bool)
    rows, found = original.table.frame.index.to_numpy(np.int64), list[_Restored]()
    changed_texts: dict[int, str] = {}
    for at, pair in zip(both[changed[which]].tolist(), which[changed[which]].tolist(), strict=True):
        if (int(rows[matched.originals[at]]), heading) not in original.wrong:
            was, text = texts[pair]
            changed_texts[int(matched.places[at])] = was
            found.append(_Restored(int(frame.index[matched.places[at]]), text, was))
    if found:
        frame[heading] = _with_texts(now, changed_texts)
    return found


def _renamed(
    frame: pd.DataFrame, table: Table, original: Original, matched: _Matched
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows whose reference, or what narrows it, somebody has changed, with what stood there."""
    key = table.record.key
    now = [_texts(frame, heading, matched.places) for heading in key]
    before = [_texts(original.table.frame, heading, matched.originals) for heading in key]
    rows = frame.index.to_numpy(np.int64)[matched.places].tolist()
    for row, own, was in zip(rows, zip(*now, strict=True), zip(*before, strict=True), strict=True):
        if was[-1] and any(there and there != here for here, there in zip(own, was, strict=True)):
            yield row, was


def _texts(frame: pd.DataFrame, heading: str, places: _Places) -> list[str]:
    if heading not in frame:
        return [""] * len(places)
    texts, codes = frame[heading].cat.categories.tolist(), frame[heading].cat.codes.to_numpy()[places]
    return [texts[code] if code >= 0 else "" for code in codes.tolist()]


def _warning(shown: str, cells: list[_Restored]) -> Problem:
    first = cells[0]
    count = "1 cell has" if len(cells) == 1 else f"{len(cells):,} cells have"
    changed = f"{shortened(first.now)} is {shortened(first.original)} again"
    named = NamedRows(
        f"{count} the original value again, which a spreadsheet had changed: {changed} in", (first.row,), ""
    )
    return Problem.naming(0, shown, "", named, "", Severity.WARNING)
