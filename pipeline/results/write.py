"""The files that come back for one input file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.results.atomic_write import replacing
from pipeline.results.names import ResultNames, result_names
from pipeline.results.rows_to_correct import rows_to_correct
from pipeline.results.text_file import ReadRecords, write_delimited
from pipeline.values.row_results import TableReport

if TYPE_CHECKING:
    from pipeline.results.failed_workbook import ReadRows

log = logging.getLogger(__name__)


def write_results(
    source: Path,
    folder: Path,
    reports: Sequence[TableReport],
    read_records: ReadRecords,
    names: ResultNames | None = None,
    failed_rows: ReadRows | None = None,
) -> list[Path]:
    """Write the results of a file and, while somebody has something to correct, the file of those documents.

    Both have the columns, rows and order of the input, then the status columns. Results have its type; so has the
    failed file, unless it is written as a workbook of texts. What an earlier call wrote is replaced; a failed file with
    nothing left to correct is removed.

    Args:
        source: The input as it lies in the run's folder.
        folder: Where to write.
        reports: Of all tables of the file: one of a text file, one per sheet with data of a workbook.
        read_records: Reads the records of a text file as they are: (number as Excel counts, fields).
        names: What to call the two (see `all_result_names`), where other inputs lie in the folder.
        failed_rows: Reads the rows of a table as texts: with it, the failed file is a workbook of texts.

    Returns:
        The files written.
    """
    names = names or result_names(source.name, (), ".xlsx" if failed_rows else "")
    results, failed = folder / names.results, folder / names.failed
    wrong = [rows_to_correct(report) for report in reports]
    written = [results, failed] if any(wrong) and failed_rows is None else [results]
    if source.suffix.lower() == ".xlsx":
        # Text files start without what only a workbook needs: it takes a tenth of the start.
        from pipeline.results.workbook import write_plain_workbook, write_workbook

        for target, only in zip(written, (None, wrong), strict=False):
            try:
                with replacing(target) as temporary:
                    write_workbook(source, temporary, reports, only)
            except OSError:
                raise
            except Exception:
                # Records are in Clarus by now: whatever a workbook holds, its rows come back with their ids.
                log.warning("%s comes back without its look: there is something unusual in it", source.name)
                log.debug("what went wrong", exc_info=True)
                with replacing(target) as temporary:
                    write_plain_workbook(source, temporary, reports, only)
    else:
        write_delimited(source, written, reports[0], read_records, wrong[0])
    if any(wrong) and failed_rows is not None:
        from pipeline.results.failed_workbook import write_failed_workbook

        with replacing(failed) as temporary:
            write_failed_workbook(temporary, reports, wrong, failed_rows)
        written.append(failed)
    if failed not in written:
        failed.unlink(missing_ok=True)
    return written
