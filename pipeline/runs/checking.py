"""Files that were only checked, as workbooks in which everything wrong is marked; no network, no run, no ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.extract import raw_records, rows_of
from pipeline.results.names import all_result_names
from pipeline.results.row_accounts import RowAccounts
from pipeline.results.write import write_results
from pipeline.runs.outbox import free_name
from pipeline.runs.reading import ReadFile
from pipeline.values.document_tables import DocumentTable
from pipeline.values.outcomes import Status
from pipeline.values.row_results import RowResult, TableReport

# Stands in the keys of rows where the name of a run would: a file that comes back is read like any other.
_CHECK = "check"
_LONGEST_SHEET = 1_048_576  # rows, its headings among them


def write_marked(folder: Path, files: Sequence[ReadFile], tables: Sequence[DocumentTable]) -> list[Path]:
    """Write what a run would write of each file before anything is sent, as workbooks; text files become one too.

    Rows that would be sent are `ready`. Beside the whole file lies, where somebody has something to correct, that of
    these documents alone. A text file of more rows than a sheet has comes back as a text file.

    Args:
        folder: is there already.
        files: those that were checked.
        tables: all their documents.

    Returns:
        The files written.
    """
    reports: dict[Path, list[TableReport]] = {file.path: [] for file in files}
    for table in tables:
        reports[table.clean.table.path].append(_report(table))
    written: list[Path] = []
    with TemporaryDirectory() as temporary:
        sources = dict[Path, Path]()
        taken = {path.name.casefold() for path in reports if path.suffix.lower() == ".xlsx"}
        for path, [report, *_] in ((path, found) for path, found in reports.items() if found):
            sources[path] = path
            if path.suffix.lower() != ".xlsx" and report.results.last < _LONGEST_SHEET:
                sources[path] = Path(temporary) / free_name(f"{path.stem}.xlsx", taken)
                reports[path] = [_as_workbook(report, sources[path])]
        names = all_result_names([source.name for source in sources.values()], ".xlsx")
        for path, source in sources.items():
            written += write_results(source, folder, reports[path], raw_records, names[source.name], rows_of)
    return written


def _report(table: DocumentTable) -> TableReport:
    accounts = RowAccounts(table, _CHECK, {}, ())
    for row in accounts.results.unrecorded():
        accounts.results.record(row, RowResult(Status.READY))
    return accounts.close(stopped=False)


def _as_workbook(report: TableReport, target: Path) -> TableReport:
    """Write a text file as a workbook of texts, its rows where they were."""
    from pipeline.xlsx.writing import TextCell, TextWorkbook

    with TextWorkbook(target, []) as book:
        sheet_name = book.name_for(report.table.record.name)
        with book.sheet(sheet_name, [], frozen=0) as sheet:
            for _, texts in rows_of(report):
                sheet.add([TextCell(text) if text else None for text in texts])
    return replace(report, table=replace(report.table, path=target, sheet=sheet_name, dialect=None))
