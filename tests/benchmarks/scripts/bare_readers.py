"""Read a file with the bare library and nothing else.

python bare_readers.py pandas|openpyxl FILE, or: plain-workbook SOURCE TARGET
"""

from __future__ import annotations

import sys


def _pandas(path: str) -> None:
    import pandas as pd

    pd.read_csv(path, dtype=str)


def _openpyxl(path: str) -> None:
    from openpyxl import load_workbook

    for sheet in load_workbook(path, read_only=True):
        for _ in sheet.iter_rows(values_only=True):
            pass


def _plain_workbook(path: str, target: str) -> None:
    """Read a workbook and write its cells into another: what writing results costs without any results."""
    from openpyxl import Workbook, load_workbook

    copy = Workbook(write_only=True)
    for sheet in load_workbook(path, read_only=True):
        written = copy.create_sheet(sheet.title)
        for row in sheet.iter_rows(values_only=True):
            written.append(row)
    copy.save(target)


if __name__ == "__main__":
    _, what, *paths = sys.argv
    {"pandas": _pandas, "openpyxl": _openpyxl, "plain-workbook": _plain_workbook}[what](*paths)
