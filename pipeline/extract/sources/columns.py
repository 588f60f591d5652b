"""Columns as codes and different texts, on their way from columns of the file to columns of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.source_blocks import Template
from pipeline.extract.sources.rules import joined
from pipeline.extract.sources.texts import TEXT, texts_of

Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column on its way: the place of each cell among its texts, -1 for a blank one."""

    codes: Codes
    texts: pa.LargeStringArray
    is_tidy: bool = True  # no text is blank or there twice

    def with_texts(self, texts: pa.LargeStringArray) -> Coded:
        """The column with another text for each of its own."""
        return self if texts.equals(self.texts) else Coded(self.codes, texts, is_tidy=False)

    def without(self, places: Flags) -> Coded:
        """The column with blank cells where some of its texts stood."""
        return replace(self, codes=np.where(np.append(places, False)[self.codes], np.int32(-1), self.codes))

    def of_rows(self, kept: Flags) -> Coded:
        """The cells of some rows: texts of the others are gone, for a column is judged by its texts."""
        codes = self.codes[kept]
        used = np.zeros(len(self.texts) + 1, dtype=bool)  # the last one is that of blank cells
        used[codes] = True
        if used[:-1].all():
            return replace(self, codes=codes)
        renumbered = np.append(np.cumsum(used[:-1], dtype=np.int32) - 1, np.int32(-1))
        return replace(self, codes=renumbered[codes], texts=self.texts.filter(pa.array(used[:-1])))

    def cells_with(self, places: Iterable[int]) -> npt.NDArray[np.int64]:
        """The places of the cells that hold one of some texts, in the order of the cells."""
        wanted = np.zeros(len(self.texts) + 1, dtype=bool)
        wanted[list(places)] = True
        return np.flatnonzero(wanted[self.codes])

    def categorical(self) -> pd.Categorical | None:
        """The column as tables have it, each text once; None where every cell is blank."""
        codes, texts = self.codes, self.texts
        if not self.is_tidy:
            different = pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts).dictionary_encode()
            texts = different.dictionary
            codes = np.append(different.indices.fill_null(-1).to_numpy(), np.int32(-1))[codes]
        if not len(texts):
            return None
        return pd.Categorical.from_codes(codes, categories=pd.Index(texts.to_pandas(), dtype="str"), validate=False)


def as_read(column: Any) -> Coded:
    """Take up a column of a frame of the file: a categorical, or a dictionary of pyarrow."""
    if isinstance(column, pd.Categorical):
        return Coded(column.codes.astype(np.int32, copy=False), texts_of(column.categories))
    array = pa.array(column)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return Coded(array.indices.fill_null(-1).to_numpy(), array.dictionary.cast(TEXT))


def of_blanks(size: int) -> Coded:
    """A column of blank cells."""
    return Coded(np.full(size, -1, dtype=np.int32), texts_of([]))


def of_constant(text: str, size: int) -> Coded:
    """A column with the same text in every row."""
    return Coded(np.zeros(size, dtype=np.int32), texts_of([text]))


def joined_column(columns: Sequence[Coded], template: Template) -> Coded:
    """Join the cells of each row; each combination of texts is joined once."""
    codes = reduce(_combined, (column.codes.astype(np.int64) + 1 for column in columns))
    combined, firsts = _numbered(codes)
    places = (pa.array(column.codes[firsts], mask=column.codes[firsts] < 0) for column in columns)
    cells = [pc.fill_null(column.texts.take(at), "") for column, at in zip(columns, places, strict=True)]
    return Coded(combined, joined(cells, template), is_tidy=False)


def _combined(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One number for each combination of two; the first are numbered anew, so that it has room in 64 bits."""
    return _numbered(one)[0].astype(np.int64) * (int(other.max(initial=0)) + 1) + other


def _numbered(codes: npt.NDArray[np.int64]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Number codes from 0, and say where each stands first."""
    numbers, different = pd.factorize(codes)
    firsts = np.zeros(len(different), dtype=np.int64)
    firsts[numbers[::-1]] = np.arange(len(codes))[::-1]
    return numbers.astype(np.int32), firsts
