"""The cells of a table after validation: every different value of a column once, and which row holds which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.values.problems import Problem
from pipeline.values.tables import Table
from schemas.vocabulary.kinds import Json

Codes = np.ndarray[tuple[int], np.dtype[np.int32]]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """One column: `values[codes[i]]` is the JSON value of the i-th row of the frame, a code of -1 a blank cell."""

    codes: Codes
    values: list[Json]
    texts: list[str]  # the same values as the file writes them

    def merged(self) -> Codes:
        """The codes, alike where the values are alike: `yes` and `TRUE` are two texts and one value.

        Wrong cells have no value: they are alike where their texts are.
        """
        first: dict[Json, int] = {}
        numbered = enumerate(self.values)
        alike = np.array([first.setdefault(v, i) if v is not None else i for i, v in numbered], dtype=np.int32)
        return np.where(self.codes >= 0, alike[self.codes], -1).astype(np.int32) if alike.size else self.codes


@dataclass(frozen=True, slots=True, eq=False)
class CleanTable:
    """A validated table.

    `columns` has the columns that are used, by contract heading; wrong cells, which are among `problems`, have the
    value None.
    """

    table: Table
    rows: np.ndarray[tuple[int], np.dtype[np.int64]]  # row numbers, in the order of the cells
    columns: Mapping[str, Cells]
    defaults: Mapping[str, Json]  # what stands in for a blank cell, by contract heading
    problems: list[Problem]
