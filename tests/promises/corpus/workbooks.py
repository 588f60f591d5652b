"""The workbooks of the corpus, made here so that everybody can read what is in them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = ["order_reference", "account_code", "expected_date_of_dispatch", "product_code", "quantity"]
SHEET = "xl/worksheets/sheet1.xml"

Build = Callable[[Path], None]
WORKBOOKS: dict[str, Build] = {}


def workbook(suffix: str = ".xlsx") -> Callable[[Build], Build]:
    """Put what a function writes into the corpus, under the function's name."""

    def put(build: Build) -> Build:
        WORKBOOKS[f"{build.__name__}{suffix}"] = build
        return build

    return put


def order(number: int, quantity: Any = 1, product: Any = "DEMO-002", when: Any = date(2026, 6, 10)) -> list[Any]:
    """A row that is right unless something else is given."""
    return [f"SO-{number}", "ACME", when, product, quantity]


def filled(sheet: Worksheet, rows: Iterable[Sequence[Any]]) -> Worksheet:
    """Append rows to a sheet."""
    for row in rows:
        sheet.append(row)
    return sheet


def book_of(rows: Iterable[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> openpyxl.Workbook:
    """A workbook with one sheet of orders."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Orders"
    filled(sheet, [headings, *rows])
    return book


def repacked(path: Path, change: Callable[[str, str], str]) -> None:
    """Write a workbook again; `change` takes name and text of each XML part and gives its new text."""
    old = path.with_suffix(".old")
    path.rename(old)
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            after.writestr(part, change(part, before.read(part).decode()))
    old.unlink()


# What cells show


@workbook()
def numbers_as_they_are_shown(path: Path) -> None:
    """Leading zeros of a number format, decimals that only look like it, currencies, percents, texts, fractions."""
    book = book_of(
        [
            order(1, 12.0, 731),
            order(2, 1.5),
            order(3, 0.1 + 0.2),
            order(4, 12),
            order(5, 0.5),
            order(6, "007", "00731"),
            order(7, 1e-7),
            order(8, 5012345678900, 5012345678900),
            order(9, -3),
            order(10, 1234.5),
        ]
    )
    sheet = book.worksheets[0]
    sheet["D2"].number_format = "00000"
    sheet["E5"].number_format = "[$£-809]#,##0.00"
    sheet["E6"].number_format = "0%"
    sheet["D9"].number_format = "0.00E+00"
    sheet["E11"].number_format = "#,##0.00"
    book.save(path)


@workbook()
def references_with_a_number_format(path: Path) -> None:
    """The reference, the account and the product are numbers that show zeros, texts or dashes around them."""
    book = book_of([[17, "ACME", date(2026, 6, 10), 42, 1], [18.0, "ACME", date(2026, 6, 10), 7, 2]])
    sheet = book.worksheets[0]
    sheet["A2"].number_format = '"SO-"0000'
    sheet["D2"].number_format = "000-000"
    book.save(path)


@workbook()
def dates_and_times(path: Path) -> None:
    """Cells of date and time types, texts that look like dates, numbers that are none, a date before 1970."""
    book = book_of(
        order(number, when=when)
        for number, when in enumerate(
            [
                date(2026, 6, 10),
                datetime(2026, 6, 10, 14, 30),
                datetime(2026, 6, 10, 14, 30, 0, 250_000),
                "2026-06-10",
                "10/06/2026",
                46183,
                time(14, 30),
                timedelta(hours=30),
                date(1900, 1, 1),
                date(2126, 6, 10),
                True,
                -5,
            ],
            start=1,
        )
    )
    sheet = book.worksheets[0]
    sheet["C3"].number_format = "dd/mm/yyyy hh:mm"
    sheet["C2"].number_format = "[$-F800]dddd, mmmm dd, yyyy"
    sheet["C13"].number_format = "yyyy-mm-dd"
    book.save(path)


@workbook()
def clock_change_in_a_date_cell(path: Path) -> None:
    """The hour that does not exist and the one that exists twice, in cells of Excel's date type."""
    book_of(
        [
            order(1, when=datetime(2026, 3, 29, 1, 30)),
            order(2, when=datetime(2026, 10, 25, 1, 30)),
            order(3, when=date(2026, 3, 29)),
        ]
    ).save(path)


@workbook()
def dates_counted_from_1904(path: Path) -> None:
    """A workbook of an old Macintosh."""
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["SO-1", "ACME"])
        sheet.write_datetime(1, 2, datetime(2026, 6, 10), book.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_row(1, 3, ["DEMO-002", 1])


@workbook()
def booleans(path: Path) -> None:
    """TRUE and FALSE as Excel's own type, as words, and where a number should be."""
    book_of(
        [[*order(1), True], [*order(2), False], [*order(3), "Yes"], [*order(4), "maybe"], [*order(5, True), None]],
        [*HEADINGS, "sales_order_boolean1"],
    ).save(path)


@workbook()
def formulas_with_results(path: Path) -> None:
    """Texts, numbers, truth and nothing that formulas came to; an error that one came to."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, [*HEADINGS, "notes", "sales_order_boolean1"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(1, 5):
            sheet.write_formula(row, 0, f'="SO-"&{row}', None, f"SO-{row}")
            sheet.write(row, 1, "ACME")
            sheet.write_formula(row, 2, "=DATE(2026,6,10)", day, 46183)
            sheet.write(row, 3, "DEMO-002")
        sheet.write_formula(1, 4, "=6*2", None, 12)
        sheet.write_formula(2, 4, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 4, "=VLOOKUP(A4,Stock!A:B,2,0)", None, "#N/A")
        sheet.write_formula(4, 4, "=3/2", None, 1.5)
        sheet.write_formula(1, 6, "=1=1", None, True)


@workbook()
def formulas_never_calculated(path: Path) -> None:
    """openpyxl writes formulas without results."""
    book_of([order(1), order(2, "=6*2"), ["=A2", "ACME", date(2026, 6, 10), "DEMO-002", 1]]).save(path)


@workbook()
def formulas_left_to_excel(path: Path) -> None:
    """xlsxwriter writes 0 for every formula and has Excel calculate when it opens the file."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["SO-1", "ACME", "2026-06-10", "DEMO-002", 1])
        sheet.write_row(2, 0, ["SO-2", "ACME", "2026-06-10", "DEMO-002"])
        sheet.write_formula(2, 4, "=6*2")


@workbook()
def errors_of_excel(path: Path) -> None:
    """Error values in columns that are sent, that are not, and that nobody knows."""
    book_of(
        [
            [*order(1), None, None],
            [*order(2, "#REF!"), None, None],
            [*order(3, product="#N/A"), None, None],
            [*order(4), "#VALUE!", "#NAME?"],
            ["#NULL!", *order(5)[1:]],
        ],
        [*HEADINGS, "account_product_code", "colour"],
    ).save(path)


@workbook()
def numbers_that_lost_digits(path: Path) -> None:
    """10^15 and more as numbers, in a code and in a quantity; the same as text is fine as a code."""
    book_of(
        [
            order(1, product=123456789012345678),
            order(2, 10**15),
            order(3, product="123456789012345678"),
            order(4, product=999999999999999),
            order(5, 1e300),
        ]
    ).save(path)


@workbook()
def digits_lost_before_the_workbook(path: Path) -> None:
    """A barcode that came into the workbook as the text 5.01E+12."""
    book_of([order(1, product="5.01235E+12"), order(2, product=5012350000000)]).save(path)


@workbook()
def rich_and_phonetic_texts(path: Path) -> None:
    """Pieces in bold, reading aids above Japanese, escaped characters."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, [*HEADINGS, "notes"])
        sheet.write_row(1, 0, ["", "ACME", "2026-06-10", "DEMO-002", 1, "_x0041_ is A"])
        sheet.write_rich_string(1, 0, "SO", book.add_format({"bold": True}), "-1")
        sheet.write_row(2, 0, ["SO-2", "ACME", "2026-06-10", "DEMO-002", "many", "課きく"])

    def with_phonetics(part: str, xml: str) -> str:
        return xml.replace("<t>課きく</t>", '<t>課きく</t><rPh sb="0" eb="1"><t>カ</t></rPh>')

    repacked(path, with_phonetics)


@workbook()
def blanks_in_texts(path: Path) -> None:
    """No-break spaces, tabs, line breaks and zero-width characters around values and in headings."""
    book_of(
        [["\u00a0SO-1\n", " ACME\t", "2026-06-10\u200b", "DEMO-002 ", "\u00a03"], [" ", "\u00a0", "", "\n", "\u200b"]],
        [" Order\nReference ", "ACCOUNT  CODE", "Expected Date-of-Dispatch\u00a0", "product_code", "Quantity"],
    ).save(path)


# What a sheet looks like


@workbook()
def titles_above_the_headings(path: Path) -> None:
    """A logo's worth of rows, one of them merged, above the headings; a total below."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    filled(sheet, [["Orders of week 24"], [], ["printed", date(2026, 6, 8)], HEADINGS, order(1), order(2, "x"), []])
    sheet.append(["Total", None, None, None, 2])
    sheet.merge_cells("A1:E1")
    book.save(path)


@workbook()
def table_that_begins_at_c4(path: Path) -> None:
    """Blank columns before the headings, and a blank column between them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for number, cells in enumerate([HEADINGS, order(1), order(2, 0)], start=4):
        for column, value in enumerate(cells, start=3):
            sheet.cell(number, column + (column > 5), value)
    book.save(path)


@workbook()
def blank_and_formatted_rows(path: Path) -> None:
    """Blank rows between, and a thousand formatted ones without a value behind."""
    book = book_of([order(1), [], [" "], order(2, None), []])
    sheet = book.worksheets[0]
    for row in range(7, 1007):
        for column in range(1, 6):
            sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFEEEEEE")
    book.save(path)


@workbook()
def hidden_rows_and_columns(path: Path) -> None:
    """A filter hides a row, and somebody hid a column."""
    book = book_of([order(1), order(2, -1), order(3)])
    sheet = book.worksheets[0]
    sheet.auto_filter.ref = "A1:E4"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["E"].hidden = True
    book.save(path)


@workbook()
def merged_cells(path: Path) -> None:
    """Reference and header stand merged over the lines of their order, and so does, on the other one, a quantity."""
    book = book_of(
        [
            order(1),
            [None, None, None, "DEMO-002", 2],
            order(2),
            [None, None, None, "DEMO-002", None],
            order(3, product="NOPE"),
        ]
    )
    for reference in ("A2:A3", "B2:B3", "C2:C3", "A4:A5", "B4:B5", "E4:E5"):
        book.worksheets[0].merge_cells(reference)
    book.save(path)


@workbook()
def cells_beside_the_table(path: Path) -> None:
    """Notes right of the last heading, and a column without one."""
    book = book_of([[*order(1), "urgent!", None, "see mail"], order(2, "x")], [*HEADINGS, None])
    book.save(path)


@workbook()
def table_with_filter(path: Path) -> None:
    """The rows are a formatted table of Excel, with a list to choose from and a comment."""
    book = book_of([order(1), order(2, "two"), order(3)])
    sheet = book.worksheets[0]
    sheet.add_table(Table(displayName="Orders", ref="A1:E4"))
    choices = DataValidation("list", formula1='"ACME,GLOBEX"')
    choices.add("B2:B100")
    sheet.add_data_validation(choices)
    sheet["D3"].comment = Comment("is this the right one?", "Ann")
    sheet["A1"].font = Font(bold=True, color="FF0000FF")
    book.save(path)


@workbook()
def protected_sheet(path: Path) -> None:
    """Protection keeps from typing, not from reading."""
    book = book_of([order(1), order(2, "x")])
    book.worksheets[0].protection.set_password("secret")
    book.security.lockStructure = True
    book.save(path)


# What a workbook holds


@workbook()
def several_sheets(path: Path) -> None:
    """Products, then orders that name them; notes and an empty sheet; a hidden one."""
    book = openpyxl.Workbook()
    notes = book.worksheets[0]
    notes.title = "Read me"
    filled(notes, [["Please load by Friday."], ["Thanks"]])
    filled(book.create_sheet("Orders"), [HEADINGS, order(1, product="K-1"), order(2, product="K-2"), order(3, "x")])
    filled(
        book.create_sheet("Products"),
        [["Code", "Description", "Unit Stock Unit Type Code"], ["K-1", "Kettle", "EACH"], ["K-2", None, "EACH"]],
    )
    book.create_sheet("Sheet4")
    hidden = filled(book.create_sheet("Old"), [HEADINGS, order(99)])
    hidden.sheet_state = "hidden"
    book.save(path)


@workbook()
def two_sheets_of_orders(path: Path) -> None:
    """Two sheets of the same kind, the same order on both."""
    book = book_of([order(1), order(2)])
    filled(book.create_sheet("More"), [HEADINGS, order(3), order(2)])
    book.save(path)


@workbook()
def only_sheet_is_hidden(path: Path) -> None:
    """Nobody sees the data: the visible sheet is empty."""
    book = book_of([order(1)])
    book.create_sheet("Empty")
    book.worksheets[0].sheet_state = "veryHidden"
    book.active = 1
    book.save(path)


@workbook()
def notes_only(path: Path) -> None:
    """No sheet has headings."""
    book = openpyxl.Workbook()
    filled(book.worksheets[0], [["Dear all"], ["the orders follow tomorrow"]])
    book.save(path)


@workbook()
def second_sheet_lacks_a_heading(path: Path) -> None:
    """One sheet is right, the other one clearly meant as orders but for the quantity."""
    book = book_of([order(1)])
    filled(book.create_sheet("More"), [[*HEADINGS[:4], "qty"], order(2)])
    book.save(path)


@workbook()
def nothing_at_all(path: Path) -> None:
    """A new workbook, saved as it is."""
    openpyxl.Workbook().save(path)


@workbook()
def headings_only(path: Path) -> None:
    """A template that nobody filled."""
    book_of([]).save(path)


@workbook()
def repeated_heading(path: Path) -> None:
    """Two columns for one thing."""
    book_of([[*order(1), 2]], [*HEADINGS, "Quantity"]).save(path)


@workbook()
def chart_sheet_first(path: Path) -> None:
    """A chart on a sheet of its own, before the data."""
    with xlsxwriter.Workbook(path) as book:
        chart = book.add_chart({"type": "column"})
        chartsheet = book.add_chartsheet("Chart")
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["SO-1", "ACME", "2026-06-10", "DEMO-002", "lots"])
        chart.add_series({"values": "=Orders!$E$2:$E$2"})
        chartsheet.set_chart(chart)


# Other programs


@workbook()
def written_by_pandas(path: Path) -> None:
    """Whole numbers as 1.0 beside blanks, timestamps, missing values."""
    frame = pd.DataFrame([order(1, 1.0), order(2, None), order(3, 2.0)], columns=HEADINGS)
    frame["expected_date_of_dispatch"] = pd.to_datetime(frame["expected_date_of_dispatch"])
    frame.to_excel(path, index=False)


@workbook()
def written_by_pandas_with_its_index(path: Path) -> None:
    """The index stands in a column without a heading."""
    pd.DataFrame([order(1, 1.0), order(2, 0)], columns=HEADINGS).to_excel(path)


@workbook()
def strict_edition_of_the_standard(path: Path) -> None:
    """Excel's "Strict Open XML": other name spaces, and dates as text."""
    book_of([order(1), order(2, "x")]).save(path)

    def strict(part: str, xml: str) -> str:
        xml = xml.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
        ).replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        return re.sub(r'(<c r="C\d" s="\d+") t="n"><v>46183</v>', r'\1 t="d"><v>2026-06-10T00:00:00</v>', xml)

    repacked(path, strict)


@workbook()
def inline_texts_and_prefixes(path: Path) -> None:
    """Texts inside the cells, a prefix before every element, no references on rows and cells."""
    book_of([order(1), order(2, "x")]).save(path)
    cells = [HEADINGS, [*order(1)[:2], "2026-06-10", "DEMO-002", "1"], [*order(2)[:2], "2026-06-10", "DEMO-002", "x"]]
    rows = "".join(f"<x:row>{''.join(map(_inline, row))}</x:row>" for row in cells)
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<x:sheetData>{rows}</x:sheetData></x:worksheet>"
    )
    repacked(path, lambda part, xml: sheet if part == SHEET else xml)


def _inline(text: str) -> str:
    return f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>'


@workbook()
def styles_left_out(path: Path) -> None:
    """A minimal writer: no styles, no properties, numbers and inline texts only."""
    book_of([[*order(1)[:2], "2026-06-10", "DEMO-002", 1], [*order(2)[:2], "2026-06-10", "DEMO-002", 0]]).save(path)
    repacked(
        path, lambda part, xml: re.sub(r"<Relationship [^>]*styles[^>]*/>", "", xml) if part.endswith(".rels") else xml
    )


# What is no workbook, or a dangerous one


@workbook(".xlsx")
def text_called_a_workbook(path: Path) -> None:
    """A CSV file that was renamed."""
    path.write_text(f"{','.join(HEADINGS)}\nSO-1,ACME,2026-06-10,DEMO-002,1\n")


@workbook(".csv")
def workbook_called_a_text(path: Path) -> None:
    """A workbook that was renamed."""
    with path.open("wb") as file:
        book_of([order(1)]).save(file)


@workbook()
def web_page_called_a_workbook(path: Path) -> None:
    """What "export to Excel" of many web applications gives."""
    path.write_text("<html><body><table><tr><td>order_reference</td></tr></table></body></html>")


@workbook()
def encrypted(path: Path) -> None:
    """A password makes another kind of file of it."""
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le"))


@workbook()
def cut_off(path: Path) -> None:
    """Half of the file arrived."""
    book_of(order(number) for number in range(1, 200)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@workbook()
def damaged_inside(path: Path) -> None:
    """The zip is whole, the sheet inside is not."""
    book_of([order(1)]).save(path)
    repacked(path, lambda part, xml: xml[: len(xml) // 2] if part == SHEET else xml)


@workbook()
def damaged_where_nobody_looks(path: Path) -> None:
    """Half of the colours are gone; the results would have to copy them."""
    book_of([order(1)]).save(path)
    repacked(path, lambda part, xml: xml[: len(xml) // 2] if part.endswith("theme1.xml") else xml)


@workbook()
def another_zip(path: Path) -> None:
    """A zip file, but no workbook."""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("orders.csv", ",".join(HEADINGS))


@workbook()
def empty(path: Path) -> None:
    """Nothing."""
    path.write_bytes(b"")


@workbook()
def zip_bomb(path: Path) -> None:
    """64 MB of blanks in some kilobytes."""
    book_of([order(1)]).save(path)
    repacked(path, lambda part, xml: xml.replace("<sheetData>", " " * 2**26 + "<sheetData>") if part == SHEET else xml)


@workbook()
def cell_at_the_end_of_the_world(path: Path) -> None:
    """One cell at XFD1048576: read without making room for all between."""
    book = book_of([order(1), order(2, "x")])
    book.worksheets[0]["XFD1048576"] = "lost"
    book.save(path)


@workbook()
def cell_beyond_the_end_of_the_world(path: Path) -> None:
    """A row that no sheet has."""
    book_of([order(1)]).save(path)
    repacked(path, lambda part, xml: re.sub(r'<row r="2"', '<row r="1048577"', xml) if part == SHEET else xml)


@workbook()
def document_type_inside(path: Path) -> None:
    """Entities that grow without bound."""
    book_of([order(1)]).save(path)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    repacked(path, lambda part, xml: f"{bomb}{xml}" if part == SHEET else xml)


# What came back


@workbook()
def results_dropped_in_again(path: Path) -> None:
    """Columns of results, one of them in another place, and a remark of the analyst's own."""
    book_of(
        [
            [None, *order(1, "ten"), "invalid", None, None, "quantity: ten is not a number"],
            ["checked", *order(2), "created", 11, 12, None],
        ],
        ["my remark", *HEADINGS, "clarus_status", "clarus_id", "clarus_line_id", "clarus_error"],
    ).save(path)
