"""The last stage: every row comes back with its Clarus id or the reason it has none."""

from pipeline.results.causes import Cause, causes_of, each_alone, summarise
from pipeline.results.issues import ISSUES, Issue, read_issues, write_issues
from pipeline.results.names import RESERVED_NAMES, ResultNames, result_names
from pipeline.results.summary import SUMMARY, write_summary
from pipeline.results.write import write_results

__all__ = [
    "ISSUES",
    "RESERVED_NAMES",
    "SUMMARY",
    "Cause",
    "Issue",
    "ResultNames",
    "causes_of",
    "each_alone",
    "read_issues",
    "result_names",
    "summarise",
    "write_issues",
    "write_results",
    "write_summary",
]
