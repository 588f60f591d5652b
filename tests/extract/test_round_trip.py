"""Tables written in any dialect, or into a workbook, are read back as they were."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.extract import Options, extract
from pipeline.extract.blanks import stripped
from pipeline.values.tables import Table
from tests.support.records import cells_by_row

HEADINGS = ["customer_code", "customer_name", "address_1", "notes of ours", "postcode"]
KNOWN = [heading for heading in HEADINGS if heading != "notes of ours"]
# What single-byte code pages, workbooks and UTF-8 can all hold; quotes, delimiters, line ends and blanks included.
CELLS = st.text('ab0é";,|\t \u00a0\n', max_size=4)
# The first row fills a column that is needed: nothing but notes would not prove what the file holds.
FIRST = st.lists(CELLS, min_size=len(HEADINGS) - 1, max_size=len(HEADINGS) - 1).map(lambda cells: ["A1", *cells])
MORE = st.lists(st.lists(CELLS, min_size=len(HEADINGS), max_size=len(HEADINGS)), max_size=8)
ROWS = st.just([]) | st.tuples(FIRST, MORE).map(lambda rows: [rows[0], *rows[1]])


def expected(rows: list[list[str]]) -> dict[int, list[str]]:
    """The rows that hold anything, by the number that a person sees; the headings are row 1."""
    cells = {row: list(map(stripped, values)) for row, values in enumerate(rows, start=2)}
    return {
        row: [value for heading, value in zip(HEADINGS, values, strict=True) if heading in KNOWN]
        for row, values in cells.items()
        if any(values)
    }


def found(table: Table) -> dict[int, list[str]]:
    """The cells of each row, blank ones as empty texts."""
    frame = table.frame.reindex(columns=KNOWN).astype(object)
    frame = frame.where(pd.notna(frame), "")
    return {int(row): list(map(str, cells)) for row, *cells in frame.itertuples(name=None)}


@settings(max_examples=150, deadline=None)
@example([["A1", "", "", ' "a', 'b"']], ",", "utf-8", "\r", csv.QUOTE_ALL)
@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_dialect_is_read_back(rows: list[list[str]], delimiter: str, encoding: str, end: str, quoting: int) -> None:
    """Every cell comes back stripped, under its row number, and the raw records exactly as written."""
    text = io.StringIO()
    if end == "\r":  # the writer does not quote line feeds then
        quoting = csv.QUOTE_ALL
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([HEADINGS, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "addresses.csv")
        path.write_bytes(text.getvalue().encode(encoding))

        [table] = extract(path, Options(fallback_encoding="cp1252"))

        assert table.dialect is not None
        assert list(cells_by_row(path, table.dialect)) == list(enumerate([HEADINGS, *rows], start=1))
    assert found(table) == expected(rows)
    assert not table.broken
    assert table.unknown == {"notes of ours": sum(bool(stripped(row[3])) for row in rows)}


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, titles=st.integers(0, 2))
def test_any_workbook_is_read_back(rows: list[list[str]], titles: int) -> None:
    """Every text of a workbook comes back stripped, under its row number."""
    book = openpyxl.Workbook()
    for _ in range(titles):
        book.active.append(["Our addresses"])
    for cells in [HEADINGS, *rows]:
        book.active.append([cell or None for cell in cells])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "addresses.xlsx")
        book.save(path)

        [table] = extract(path, Options())

    assert {row - titles: cells for row, cells in found(table).items()} == expected(rows)
    assert table.heading_row == titles + 1
