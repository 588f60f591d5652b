"""The files that come back for one input file."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.results.atomic_write import replacing
from pipeline.results.names import result_names
from pipeline.results.text_file import ReadRecords, write_delimited
from pipeline.results.unfinished_rows import owed_rows
from pipeline.values.row_results import TableReport

log = logging.getLogger(__name__)


def write_results(
    source: Path,
    folder: Path,
    reports: Sequence[TableReport],
    read_records: ReadRecords,
    inputs: Collection[str] = (),
) -> list[Path]:
    """Write the results of a file and, while a document still needs someone, the file of those documents.

    Both have the type of the input and its columns, rows and order, then the status columns. What an earlier call
    wrote is replaced; a failed file with nothing left to tell is removed.

    Args:
        source: The input as it lies in the run's folder.
        folder: Where to write.
        reports: Of all tables of the file: one of a text file, one per sheet with data of a workbook.
        read_records: Reads the records of a text file as they are: (number as Excel counts, fields).
        inputs: The names of all input files in the folder; results never take the name of one (see `result_names`).

    Returns:
        The files written.
    """
    names = result_names(source.name, inputs)
    results, failed = folder / names.results, folder / names.failed
    owed = [owed_rows(report) for report in reports]
    written = [results, failed] if any(owed) else [results]
    if source.suffix.lower() == ".xlsx":
        # Text files start without what only a workbook needs: it takes a tenth of the start.
        from pipeline.results.workbook import write_plain_workbook, write_workbook

        for target, only in zip(written, (None, owed), strict=False):
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
        write_delimited(source, written, reports[0], read_records, owed[0])
    if failed not in written:
        failed.unlink(missing_ok=True)
    return written
