"""Reports as the stages before would make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pytest

from pipeline.values.problems import Problem
from pipeline.values.row_results import RowResult, RowResults, TableReport
from pipeline.values.tables import Dialect, Table
from schemas import RECORD_TYPES


class MakeReport(Protocol):
    def __call__(
        self,
        path: Path,
        results: Mapping[int, RowResult],
        problems: Sequence[Problem] = (),
        *,
        documents: Mapping[int, int] | None = None,
        sheet: str = "",
        heading_row: int = 1,
        dialect: Dialect | None = None,
        broken: Sequence[int] = (),
    ) -> TableReport: ...


@pytest.fixture
def report() -> MakeReport:
    """Makes the report of a table; rows are documents of their own unless `documents` says otherwise."""

    def make(
        path: Path,
        results: Mapping[int, RowResult],
        problems: Sequence[Problem] = (),
        *,
        documents: Mapping[int, int] | None = None,
        sheet: str = "",
        heading_row: int = 1,
        dialect: Dialect | None = None,
        broken: Sequence[int] = (),
    ) -> TableReport:
        table = Table(
            path=path,
            sheet=sheet,
            record=RECORD_TYPES["orders"],
            frame=pd.DataFrame(),
            headings={},
            unknown={},
            broken=dict.fromkeys(broken, ("…",)),
            problems=(),
            heading_row=heading_row,
            dialect=dialect or Dialect("utf-8-sig", ","),
        )
        rows = RowResults(results)
        for row, result in results.items():
            rows.record(row, result)
        document_of = np.full(max(results, default=0) + 1, -1, dtype=np.int32)
        for row in results:
            document_of[row] = row if documents is None else documents.get(row, -1)
        return TableReport(table, rows, list(problems), document_of)

    return make
