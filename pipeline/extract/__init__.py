"""Files read into tables of text; nothing in them is interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import UnreadableFile
from pipeline.extract.archives import PACKED, TEXTS, is_packed, refusal
from pipeline.extract.options import Options
from pipeline.extract.text_file import raw_records, read_text
from pipeline.values.row_results import TableReport
from pipeline.values.tables import Table

__all__ = ["READ", "SUFFIXES", "Options", "extract", "raw_records", "rows_of"]

SUFFIXES = (*TEXTS, ".xlsx")
READ = (*SUFFIXES, *PACKED)  # with those that hold such files


def extract(path: Path, options: Options) -> list[Table]:
    """Read a file without interpreting it.

    Returns:
        The table of a text file, or one for each sheet of a workbook that holds data; `Table` says what is in it.

    Raises:
        UnreadableFile: not what its suffix claims, or without the headings that its rows need, or packed; the message
            begins with the file's name.
    """
    try:
        if is_packed(path.name):
            with TemporaryDirectory() as folder:
                raise refusal(path, Path(folder), SUFFIXES)
        if path.suffix.lower() == ".xlsx":
            # Workbooks need a good deal of code that a text file does not: --help and CSV files start without it.
            from pipeline.extract.workbook import read_workbook

            return [_by_source(table, options.for_sheet(table.sheet)) for table in read_workbook(path, options)]
        return [_by_source(read_text(path, options), options)]
    except UnreadableFile as error:
        raise UnreadableFile(error.reason, path.name) from error
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {error.strerror or error}", path.name) from error


def _by_source(table: Table, options: Options) -> Table:
    """The columns of ours, where the configuration says how they come out of the file's own."""
    if options.source is None:
        return table
    from pipeline.extract.sources import applied

    return applied(table, options.source)


def rows_of(report: TableReport) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a table again, as they are in its file: the number that Excel shows, and the texts."""
    table = report.table
    if table.dialect is None:
        from pipeline.extract.workbook import table_rows

        yield from table_rows(table)
        return
    for row, record in raw_records(table.path, table.dialect):
        yield row, record.split(table.dialect.delimiter) if isinstance(record, str) else record
