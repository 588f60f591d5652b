"""Which rows somebody has to correct."""

from __future__ import annotations

import numpy as np

from pipeline.values.outcomes import TO_CORRECT
from pipeline.values.row_results import TableReport


def rows_to_correct(report: TableReport) -> list[int]:
    """The rows of every document in which somebody has something to correct, in order.

    Whole documents, because a document is sent whole or not at all. A row that belongs to none counts by itself. What
    is pending or unknown goes on by itself.
    """
    wrong = report.results.among(TO_CORRECT)
    documents = report.document_of[wrong]
    of_documents = np.flatnonzero(np.isin(report.document_of, documents[documents >= 0]))
    return [int(row) for row in np.union1d(of_documents, wrong)]
