"""Which rows still need someone."""

from __future__ import annotations

import numpy as np

from pipeline.values.row_results import TableReport


def owed_rows(report: TableReport) -> list[int]:
    """The rows of every document of which a row is not done, in order.

    Whole documents, because a document is sent whole or not at all. A row that belongs to none counts by itself.
    """
    unfinished = report.results.unfinished()
    documents = report.document_of[unfinished]
    of_documents = np.flatnonzero(np.isin(report.document_of, documents[documents >= 0]))
    return [int(row) for row in np.union1d(of_documents, unfinished)]
