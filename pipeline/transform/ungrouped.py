"""A table that was read and not looked at: its rows are known, its documents are not."""

from __future__ import annotations

import numpy as np

from pipeline.values.clean_tables import CleanTable
from pipeline.values.document_tables import DocumentTable, Groups
from pipeline.values.tables import Table


def ungrouped(table: Table) -> DocumentTable:
    """The table with no documents, columns or problems: for a run that was stopped before it had checked it."""
    rows = table.frame.index.to_numpy(np.int64)
    nowhere = np.full(len(rows), -1, dtype=np.int32)
    groups = Groups(nowhere, 0, np.empty(0, np.int64), np.zeros(1, np.int64), problems=[], held={})
    return DocumentTable(CleanTable(table, rows, {}, {}, []), groups, {}, {}, problems=[], held={})
