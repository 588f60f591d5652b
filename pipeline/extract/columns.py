"""Columns of text, gathered block by block.

A block brings a column as a pyarrow array, or None where every cell is blank. Only columns that hold anything take
memory: four bytes a cell and each distinct text once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.extract.blanks import BLANKS, column_letters
from pipeline.extract.headings import Layout
from pipeline.extract.sources.headings import OWN
from pipeline.values.problems import Problem, Severity
from pipeline.values.tables import RESULT_COLUMNS

Rows = npt.NDArray[np.int64]
Cells = Sequence["pa.StringArray | None"]


class Columns:
    """The cells under one row of headings."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._rows: list[Rows] = []
        self._chunks: dict[str, list[tuple[int, pa.DictionaryArray]]] = {}  # with the place of their block in _rows
        self._filled: Counter[int] = Counter()  # cells at each position that no contract knows

    def add(self, rows: Rows, cells: Cells) -> None:
        """Take in a block: the numbers of its rows and its cells by position."""
        encoded = {at: array.dictionary_encode() for at, array in enumerate(cells) if array is not None}
        filled = self._rows_with_cells(len(rows), encoded)
        everywhere = bool(filled.all())
        block = len(self._rows)
        self._rows.append(rows if everywhere else rows[filled])
        for at, array in encoded.items():
            if column := self._layout.columns[at]:
                kept = array if everywhere else array.filter(pa.array(filled))
                self._chunks.setdefault(column, []).append((block, kept))
            else:
                self._filled[at] += int(np.count_nonzero(_filled(array)))

    def frame(self) -> pd.DataFrame:
        """Hand over the rows that hold anything under a heading, as `Table.frame` promises; once."""
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, dtype=np.int64)
        starts = np.cumsum([0, *map(len, self._rows)])
        columns = {}
        order = (*self._layout.record.columns, *RESULT_COLUMNS, *self._layout.columns)
        for heading in dict.fromkeys(filter(None, order)):
            if joined := _joined(self._chunks.pop(heading, []), starts):
                # What a source makes columns of has no need to be a column of ours: that would take as long again.
                columns[heading] = (_dictionary if heading.startswith(OWN) else _categorical)(*joined)
        # pyarrow keeps what it no longer needs: after a million lines that is 160 MB, which others can use.
        pa.default_memory_pool().release_unused()
        return pd.DataFrame(columns, index=pd.Index(rows, name="row"), copy=False)

    @property
    def unknown(self) -> dict[str, int]:
        """The filled cells under each heading that no contract knows."""
        counts: Counter[str] = Counter()
        for at, (column, cell) in enumerate(zip(self._layout.columns, self._layout.cells, strict=True)):
            if cell and not column:
                counts[cell] += self._filled[at]
        return dict(counts)

    @property
    def nameless(self) -> list[Problem]:
        """A warning for each column that holds cells under a blank heading."""
        return [
            Problem(
                0,
                "",
                "",
                f"column {column_letters(at)} has no heading: its {_filled_cells(count)} not read",
                "write a heading above them, or clear the column",
                Severity.WARNING,
                loud=True,
            )
            for at, count in sorted(self._filled.items())
            if count and not self._layout.cells[at]
        ]

    def _rows_with_cells(self, size: int, encoded: dict[int, pa.DictionaryArray]) -> npt.NDArray[np.bool_]:
        filled = np.zeros(size, dtype=bool)
        for at, array in encoded.items():
            if self._layout.cells[at]:
                filled |= _filled(array)
                if filled.all():
                    break
        return filled


def _filled_cells(count: int) -> str:
    return "1 filled cell is" if count == 1 else f"{count} filled cells are"


def _filled(array: pa.DictionaryArray) -> npt.NDArray[np.bool_]:
    """Which cells of a block hold more than blanks."""
    words = pc.not_equal(pc.utf8_trim(array.dictionary, BLANKS), "")
    return np.append(words.to_numpy(zero_copy_only=False), False)[_codes(array)]


def _codes(array: pa.DictionaryArray) -> npt.NDArray[np.int32]:
    """The place of each cell in the dictionary; -1: missing."""
    codes: npt.NDArray[np.int32] = array.indices.fill_null(-1).to_numpy()
    return codes


def _joined(
    chunks: list[tuple[int, pa.DictionaryArray]], starts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], pa.StringArray] | None:
    """Join the blocks of a column: the place of each cell among the texts; None where all its cells are blank."""
    if not chunks:
        return None
    unified = pa.chunked_array([array for _, array in chunks]).unify_dictionaries()
    renumbered, texts = _stripped(unified.chunk(0).dictionary)
    if not len(texts):
        return None
    codes = np.full(starts[-1], -1, dtype=np.int32)
    for (block, _), array in zip(chunks, unified.chunks, strict=True):
        codes[starts[block] : starts[block + 1]] = renumbered[_codes(array)]
    return codes, texts


def _categorical(codes: npt.NDArray[np.int32], texts: pa.StringArray) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts.to_pandas(), dtype="str"), validate=False)


def _dictionary(codes: npt.NDArray[np.int32], texts: pa.StringArray) -> pd.arrays.ArrowExtensionArray:
    return pd.arrays.ArrowExtensionArray(pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), texts))


def _stripped(words: pa.StringArray) -> tuple[npt.NDArray[np.int32], pa.StringArray]:
    """Strip distinct texts: the new number of each, at the end -1 for what is missing, and the texts that remain."""
    trimmed = pc.utf8_trim(words, BLANKS)
    blank = pc.equal(trimmed, "")
    if trimmed.equals(words) and not pc.any(blank).as_py():
        return np.append(np.arange(len(words), dtype=np.int32), np.int32(-1)), words
    # Stripping makes equal what differed in blanks only.
    again = pc.if_else(blank, None, trimmed).dictionary_encode()
    return np.append(_codes(again), np.int32(-1)), again.dictionary
