"""A table of text, as it was read from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.source_blocks import Source
from pipeline.values.problems import Problem
from schemas import RecordType
from schemas.vocabulary.headings import fold

ROW_KEY = "clarus_row"  # opaque: which run, file and row of it the results are of
RESULT_COLUMNS = ("clarus_status", "clarus_id", "clarus_line_id", "clarus_error", ROW_KEY)


def is_result_column(heading: str) -> bool:
    """Whether a heading is that of a column which our results files add."""
    return fold(heading) in _FOLDED


_FOLDED = frozenset(map(fold, RESULT_COLUMNS))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file is written."""

    encoding: str
    delimiter: str
    quoting: str = "double"  # or "none", "backslash"


@dataclass(frozen=True, slots=True, eq=False)
class SkippedRows:
    """Rows that a rule of the file's source leaves out."""

    rows: npt.NDArray[np.int64]
    rule: str  # as the configuration has it: "Financial Status is voided"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The rows of one text file or one sheet.

    `frame` has the rows that hold anything and could be split into cells. Its index `row` is the number that a person
    sees in Excel. Its columns are headings of the contract, of those that hold anything, and `RESULT_COLUMNS` of a
    results file that was dropped in again. Each is a categorical of stripped, non-empty texts, blank cells are missing:
    a column of a million rows rarely has a million different values, and each is then checked and converted once.
    """

    path: Path
    sheet: str  # "" for a text file
    record: RecordType
    frame: pd.DataFrame
    headings: Mapping[str, str]  # of every known column of the file: contract heading -> heading as the file has it
    unknown: Mapping[str, int]  # headings that no contract knows -> number of filled cells
    broken: Mapping[int, tuple[str, ...]]  # rows that could not be split into cells safely -> whatever texts they hold
    problems: tuple[Problem, ...]  # of reading: broken rows, cells that hold no data (#REF!), what was announced
    heading_row: int = 1
    dialect: Dialect | None = None  # of a text file
    renamed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # rows that came back under another reference
    # -> what the headings of the record type's key held

    source: Source | None = None  # the block of the configuration by which it was read
    skipped: Sequence[SkippedRows] = ()

    @property
    def is_mapped(self) -> bool:
        """Whether a source says where each column comes from; then no other column is read."""
        return self.source is not None and bool(self.source.columns)

    @property
    def name(self) -> str:
        """How messages call the table."""
        return f"{self.path.name}, sheet {self.sheet}" if self.sheet else self.path.name
