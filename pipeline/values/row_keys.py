"""The key of a row: which run, file and row of it a results file speaks of.

It has to come back from a spreadsheet as it went: it begins with a letter and is neither a number nor a date in any of
them. The file stands in it as a checksum of its name and sheet, so that a name with whatever characters does no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

_KEY = re.compile(r"r(\d{8}-\d{6}-\d{3})\.([0-9a-f]{8})\.(\d{1,8})\.([0-9a-f]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TableKey:
    """A table of a run: its file, and its sheet where the file is a workbook."""

    run: str
    checksum: str


@dataclass(frozen=True, slots=True)
class RowKey:
    """A row of a table of a run; rows are numbered as Excel numbers them."""

    table: TableKey
    row: int

    def __str__(self) -> str:
        return written_key(self.table, self.row)


def table_key(run: str, file: str, sheet: str) -> TableKey:
    """The key of a table; `file` is the name that it has in the folder of the run."""
    return TableKey(run, f"{crc32(f'{file}|{sheet}'.encode('utf-8', 'surrogateescape')):08x}")


def written_key(table: TableKey, row: int) -> str:
    """The key of a row, as results files have it."""
    key = f"r{table.run}.{table.checksum}.{row}"
    return f"{key}.{crc32(key.encode()) & 0xFF:02x}"


def read_key(text: str) -> RowKey | None:
    """Read a key back; None for a text that is none, or in which somebody has typed."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    table, row = TableKey(match[1], match[2]), int(match[3])
    return RowKey(table, row) if written_key(table, row) == text else None
