"""Workbooks: what a cell holds, which sheets are read, and what is refused."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract
from pipeline.values.problems import Severity
from pipeline.values.tables import Table

DATE = "expected_date_of_dispatch"
HEAD = ["customer_code", "customer_name", "postcode"]


def write(folder: Path, rows: Iterable[Sequence[Any]], prepare: Callable[[Worksheet], None] | None = None) -> Path:
    """Write a workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if prepare:
        prepare(sheet)
    book.save(folder / "addresses.xlsx")
    return folder / "addresses.xlsx"


def rewrite(path: Path, part: str, pattern: str, replacement: str) -> None:
    """Change the XML of a part of a workbook, as other programs write it."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    changed = re.sub(pattern, replacement, parts[part].decode(), flags=re.DOTALL)
    assert changed != parts[part].decode()
    parts[part] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def only(path: Path) -> Table:
    """Read the only table of a workbook."""
    [table] = extract(path, Options())
    return table


def names(table: Table) -> dict[int, str]:
    """The cells of the column `customer_name`, blank ones left out."""
    return {int(str(row)): str(cell) for row, cell in table.frame["customer_name"].items() if pd.notna(cell)}


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("0012", "@", "0012"),
        ("0012", "General", "0012"),
        (12, "General", "12"),
        (12.0, "0.00", "12.00"),
        (-3, "General", "-3"),
        (0.1 + 0.2, "General", "0.3"),
        (0.00001, "General", "0.00001"),
        (1234567890123, "General", "1234567890123"),
        (12, "00000", "00012"),
        (12, "[$-407]00000", "00012"),
        (12, "#0000_)", "0012"),
        (12, "[Blue]00000", "00012"),
        (12, "[<=99999]00000;00000-0000", "00012"),
        (12, "[$SKU-]0000", "SKU0012"),
        (1234567, "00000", "1234567"),
        (12345, "000-000", "012-345"),
        (7, '"SKU-"000', "SKU-007"),
        (0.5, "0%", "50%"),
        (12.5, "#,##0.00 [$€-407]", "12.50 €"),
        (1, '[=1]"Yes";[=0]"No";General', "Yes"),
        (7, '[=1]"Yes";[=0]"No";General', "7"),
        ("17", '"SKU-"@', "SKU-17"),
        ("17", '0;-0;0;"LOT "@', "LOT 17"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
        (datetime.date(1900, 1, 31), "yyyy-mm-dd", "1900-01-31"),
        ("  Ann\u00a0", "General", "Ann"),
        ("a_x000D_b", "General", "a\rb"),
        ("two\nlines", "General", "two\nlines"),
    ],
)
def test_a_cell_becomes_the_text_that_it_shows(tmp_path: Path, value: Any, number_format: str, text: str) -> None:
    """Text stays text, numbers lose what only looks like precision, dates go by the cell's format."""

    def dress(sheet: Worksheet) -> None:
        sheet["B2"].number_format = number_format

    path = write(tmp_path, [HEAD, ["A1", value]], dress)

    table = only(path)

    assert names(table) == {2: text}
    assert table.problems == ()


@pytest.mark.parametrize(
    ("value", "number_format", "heading", "text"),
    [
        (12.0, "0.00", "quantity", "12"),
        (1e14, "0.00E+00", "quantity", "100000000000000"),
        (0.5, "0%", "quantity", "0.5"),
        (12.5, "#,##0.00 [$€-407]", "quantity", "12.5"),
        (5, ";;;", "quantity", "5"),
        (datetime.date(2026, 6, 10), "dd/mm/yyyy", DATE, "2026-06-10"),
        (
            datetime.datetime(2026, 6, 10, 14, 30),
            "dd/mm/yyyy hh:mm",
            DATE,
            "2026-06-10 14:30:00",
        ),
        (
            datetime.datetime(2026, 6, 10, 14, 30, 0, 500_000),
            "hh:mm",
            DATE,
            "2026-06-10 14:30:00.500",
        ),
        (datetime.time(14, 30), "h:mm AM/PM", DATE, "14:30:00"),
        (datetime.timedelta(hours=26, minutes=5), "[h]:mm", DATE, "26:05:00"),
        (46183, "d-mmm;@", DATE, "2026-06-10"),
    ],
)
def test_a_column_of_values_takes_what_the_cell_holds(
    tmp_path: Path, value: Any, number_format: str, heading: str, text: str
) -> None:
    """How a quantity or a date looks does not change it."""
    cells = {"order_reference": "1", "account_code": "A", "product_code": "P", "quantity": 1, DATE: "2026-06-10"}
    cells[heading] = value

    def dress(sheet: Worksheet) -> None:
        sheet.cell(2, [*cells].index(heading) + 1).number_format = number_format

    table = only(write(tmp_path, [[*cells], [*cells.values()]], dress))

    assert table.frame[heading].tolist() == [text]
    assert table.problems == ()


@pytest.mark.parametrize(
    ("value", "number_format", "shows", "holds"),
    [
        (datetime.date(2026, 6, 10), "dd/mm/yyyy", "10/06/2026", "2026-06-10"),
        (datetime.datetime(2026, 6, 10, 14, 30), "d mmm yy h:mm", "10 Jun 26 14:30", "2026-06-10 14:30:00"),
        (datetime.time(14, 30), "h:mm AM/PM", "2:30 PM", "14:30:00"),
        (datetime.timedelta(hours=26, minutes=5), "[h]:mm", "a time or a date", "26:05:00"),
        (46183, "d-mmm;@", "10-Jun", "2026-06-10"),
        (46183, "dddd, mmmm", "Wednesday, June", "2026-06-10"),
        (1e14, "0.00E+00", "1.00E+14", "100000000000000"),
        (22, ";;;", "nothing", "22"),
        (36, "[$-804][DBNum1]General", "its number by the format [$-804][DBNum1]General, which cannot be read", "36"),
        ("secret", ";;;", "nothing", "secret"),
    ],
)
def test_a_text_that_is_shown_and_not_held_is_a_problem(
    tmp_path: Path, value: Any, number_format: str, shows: str, holds: str
) -> None:
    """What nobody typed as a text is no text: both are named, and the cell's row is held."""

    def dress(sheet: Worksheet) -> None:
        sheet["B2"].number_format = number_format

    [problem] = only(write(tmp_path, [HEAD, ["A1", value]], dress)).problems

    assert problem.message == f"the cell shows {shows}, and holds {holds}"
    assert (problem.row, problem.column, problem.severity) == (2, "customer_name", Severity.ERROR)


def test_dates_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    """Old workbooks from Macintosh count days from 1904."""
    with xlsxwriter.Workbook(tmp_path / "mac.xlsx", {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD[:2])
        sheet.write_row(1, 0, ["A1"])
        sheet.write_datetime(1, 1, datetime.datetime(2026, 6, 10), book.add_format({"num_format": "yyyy-mm-dd"}))

    assert names(only(tmp_path / "mac.xlsx")) == {2: "2026-06-10"}


def test_results_of_formulas_are_read(tmp_path: Path) -> None:
    """A formula stands for what it came to, a text, a number, or nothing."""
    path = write(tmp_path, [HEAD, *(["A1", f"={n}", "N1"] for n in range(4))])
    results = iter(["<v>12.0</v>", "<v>1.5</v>"])
    rewrite(path, SHEET, r'<c r="B2"><f>0</f><v ?/></c>', f'<c r="B2"><f>0</f>{next(results)}</c>')
    rewrite(path, SHEET, r'<c r="B3"><f>1</f><v ?/></c>', '<c r="B3" t="str"><f>1</f><v>Ann</v></c>')
    rewrite(path, SHEET, r'<c r="B4"><f>2</f><v ?/></c>', '<c r="B4" t="str"><f>2</f><v></v></c>')
    rewrite(path, SHEET, r'<c r="B5"><f>3</f><v ?/></c>', '<c r="B5" t="b"><f>3</f><v>1</v></c>')

    table = only(path)

    assert names(table) == {2: "12", 3: "Ann", 5: "TRUE"}
    assert table.problems == ()


@pytest.mark.parametrize(
    ("value", "text", "says"),
    [
        ("#REF!", "#REF!", "#REF! is an error of Excel, not a value"),
        ("#N/A", "#N/A", "#N/A is an error of Excel, not a value"),
        ("=A1&A2", "=A1&A2", "the formula was never calculated"),
        (10**15, "1000000000000000", "a number of more than 15 digits"),
        (501234567890123456, "501234567890124000", "a number of more than 15 digits"),
    ],
)
def test_what_is_no_data_is_a_problem(tmp_path: Path, value: Any, text: str, says: str) -> None:
    """Errors, formulas without a result and numbers that lost digits are named by cell, and kept as shown."""
    path = write(tmp_path, [["customer_code", "Customer Name", "postcode"], ["A1", "Ann"], ["A2", value]])

    table = only(path)

    assert names(table) == {2: "Ann", 3: text}
    [problem] = table.problems
    assert (problem.row, problem.column, problem.value) == (3, "Customer Name", text)
    assert says in problem.message
    assert problem.hint


def test_formulas_of_a_program_that_never_calculates(tmp_path: Path) -> None:
    """xlsxwriter stores 0 for every formula and leaves the rest to Excel: that is no result."""
    with xlsxwriter.Workbook(tmp_path / "written.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD[:2])
        sheet.write_row(1, 0, ["A1", "=1+1"])

    [problem] = only(tmp_path / "written.xlsx").problems

    assert problem.message == "the formula was never calculated"


def test_rich_and_phonetic_texts(tmp_path: Path) -> None:
    """Formatted pieces of a text are joined, reading aids left out, in shared and in inline texts."""
    with xlsxwriter.Workbook(tmp_path / "rich.xlsx") as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD[:2])
        sheet.write_row(1, 0, ["A1"])
        sheet.write_rich_string(1, 1, "Ann", bold, " Lee")
        sheet.write_row(2, 0, ["A2", "東京"])
    path = tmp_path / "rich.xlsx"
    rewrite(path, "xl/sharedStrings.xml", "<t>東京</t>", '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh>')

    assert names(only(path)) == {2: "Ann Lee", 3: "東京"}


def test_element_prefixes_and_missing_references(tmp_path: Path) -> None:
    """Some programs prefix every element, and leave out the references of rows and cells."""
    path = write(tmp_path, [HEAD, ["A1", "Ann", "N1"]])
    rewrite(path, SHEET, r'(<row|<c) r="\w+"', r"\1")
    rewrite(path, SHEET, r"<(/?)(\w)", r"<\1x:\2")
    rewrite(path, SHEET, "xmlns=", "xmlns:x=")

    assert names(only(path)) == {2: "Ann"}


def test_blank_rows_keep_their_number(tmp_path: Path) -> None:
    """Rows are numbered as in Excel, also where nothing is written of some."""
    path = write(tmp_path, [HEAD, [], ["A1", "Ann"], [" "], ["A2", "Bob"]])

    table = only(path)

    assert list(table.frame.index) == [3, 5]


def test_titles_above_the_headings_are_said(tmp_path: Path) -> None:
    """Title rows are skipped, with a warning."""
    table = only(write(tmp_path, [["Our addresses"], [], HEAD, ["A1", "Ann"]]))

    assert names(table) == {4: "Ann"}
    assert [p.message for p in table.problems] == ["the headings are in row 3: rows 1 to 2 above them are not read"]


def test_every_sheet_with_data_is_a_table(tmp_path: Path) -> None:
    """Notes, charts and hidden sheets are skipped and said; an empty sheet is nothing."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Please load these"])
    for name, head in [
        ("Places", HEAD),
        ("Old", HEAD),
        ("Items", ["Code", "Description", "Unit Stock Unit Type Code"]),
    ]:
        book.create_sheet(name).append(head)
        book[name].append(["A1", "Ann", "EACH"])
    book["Old"].sheet_state = "hidden"
    book.create_sheet("Empty")
    book.create_chartsheet("Chart")
    book.save(tmp_path / "all.xlsx")

    tables = extract(tmp_path / "all.xlsx", Options())

    assert [(table.sheet, table.record.name, len(table.frame)) for table in tables] == [
        ("Places", "customers", 1),
        ("Items", "products", 1),
    ]
    assert [problem.message for problem in tables[0].problems] == [
        "sheet Notes has no headings of a known record type: it is not read",
        "sheet Old is hidden: it is not read",
    ]
    assert tables[1].problems == ()


def test_hidden_rows_are_read_and_said(tmp_path: Path) -> None:
    """A filter hides rows; they are loaded nevertheless."""

    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    table = only(write(tmp_path, [HEAD, ["A1", "Ann"], ["A2", "Bob"]], hide))

    assert names(table) == {2: "Ann", 3: "Bob"}
    assert [p.message for p in table.problems] == ["row 3 is hidden and read like all others"]


def test_merged_cells_hold_for_all_their_rows(tmp_path: Path) -> None:
    """What is one cell on the screen is read in each row of it; to the right it counts once."""
    path = write(
        tmp_path,
        [HEAD, ["A1", "Ann"], ["A2", None], [None, None], ["A3", None, "N3"], ["A4", "Bob", None]],
        lambda sheet: [sheet.merge_cells(cells) for cells in ("B2:B5", "B6:C6", "A7:A9")],
    )

    table = only(path)

    assert names(table) == {2: "Ann", 3: "Ann", 5: "Ann", 6: "Bob"}
    assert table.problems == ()


def test_a_quantity_merged_over_lines_is_a_problem(tmp_path: Path) -> None:
    """Whether each line has it or all together is not said."""
    headings = ["order_reference", "account_code", "expected_date_of_dispatch", "product_code", "quantity"]
    rows = [["O-1", "ACME", "2026-06-10", "P-1", 5], ["O-1", None, None, "P-2", None]]
    path = write(tmp_path, [headings, *rows], lambda sheet: sheet.merge_cells("E2:E3"))

    [problem] = only(path).problems

    assert (problem.row, problem.column) == (3, "quantity")
    assert problem.message == "is merged with row 2, which alone has the value"


def test_cells_right_of_the_headings_are_said(tmp_path: Path) -> None:
    """What stands under no heading would be lost: it is a warning, and makes no row."""

    def scribble(sheet: Worksheet) -> None:
        sheet["Z2"] = "note"
        sheet["XFD1048576"] = "far"

    table = only(write(tmp_path, [HEAD, ["A1", "Ann"]], scribble))

    assert list(table.frame.index) == [2]
    [problem] = table.problems
    assert problem.message == "2 filled cells right of the last heading are not read (the first is Z2)"


def test_only_hidden_data_is_refused(tmp_path: Path) -> None:
    """A file whose data nobody sees is not loaded."""
    book = openpyxl.Workbook()
    book.active.append(["notes"])
    book.create_sheet("Data").append(HEAD)
    book["Data"].sheet_state = "veryHidden"
    book.save(tmp_path / "hidden.xlsx")

    with pytest.raises(UnreadableFile, match="the only sheet with data, Data, is hidden"):
        extract(tmp_path / "hidden.xlsx", Options())


def test_a_sheet_meant_as_data_is_never_skipped(tmp_path: Path) -> None:
    """A required heading that is missing from one of two sheets refuses the file: its rows would be forgotten."""
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.create_sheet("Orders").append(["order_reference", "account_code", "product_code"])
    book.save(tmp_path / "two.xlsx")

    with pytest.raises(UnreadableFile, match="sheet Orders: the headings expected_date_of_dispatch, quantity"):
        extract(tmp_path / "two.xlsx", Options())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"customer_code,customer_name\nA1,Ann\n", "not a workbook; if it holds text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted or an old .xls"),
        (b"PK\x03\x04 and no more", "cut off or damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """The sentence tells what the file seems to be."""
    (tmp_path / "a.xlsx").write_bytes(content)

    with pytest.raises(UnreadableFile, match=says):
        extract(tmp_path / "a.xlsx", Options())


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    """Half a workbook is no workbook."""
    path = write(tmp_path, [HEAD, ["A1", "Ann"]])
    path.write_bytes(path.read_bytes()[:-200])

    with pytest.raises(UnreadableFile, match="cut off or damaged"):
        extract(path, Options())


def test_another_zip_is_refused(tmp_path: Path) -> None:
    """A zip file is not a workbook yet."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("orders.csv", "customer_code,customer_name")

    with pytest.raises(UnreadableFile, match="a zip file but no workbook"):
        extract(tmp_path / "a.xlsx", Options())
