"""What an analyst does with a workbook that came back: correct the red cells, save, drop it in again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = [
    *("order_reference", "account_code", "expected_date_of_dispatch", "recipient_name"),
    *("country_code", "product_code", "quantity"),
]
DAY = date(2026, 6, 10)
ROWS: list[list[Any]] = [
    ["SO-1", "ACME", DAY, "Jo", "GB", "DEMO-002", 3],
    ["SO-1", None, None, None, None, "DEMO-002", 2],
    ["SO-2", "ACME", DAY, "Ann", "UK", "DEMO-002", "ten"],
    ["SO-2", None, None, None, None, "DEMO-002", 4],
    ["SO-3", "ACME", DAY, "Bob", "DE", "NOPE", 1],
    ["SO-4", "ACME", DAY, "Eve", "FR", "DEMO-002", 6],
    ["SO-5", "NOBODY", DAY, "Dan", "FR", "DEMO-002", None],
]
RED = "FFF4756F"


@pytest.fixture
def first_round(operator: Any) -> Path:
    """The folder of a run that loaded SO-1 and SO-4, and has three other orders to be corrected."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Orders"
    for row in [HEADINGS, *ROWS]:
        sheet.append(row)
    sheet["A1"].fill = PatternFill("solid", fgColor="FF1F4E78")
    book.create_sheet("Notes")["A1"] = "Please load by Friday."
    book.save(operator.inbox / "orders.xlsx")
    called = operator.call("run")
    assert called.exit_code == 1, called.output
    folder: Path = operator.runs()[-1]
    return folder


def test_what_came_back_looks_as_an_analyst_expects(first_round: Path) -> None:
    """Wrong cells are red and say why, the heading is frozen and filtered, notes and colours are still there."""
    book = openpyxl.load_workbook(first_round / "orders.results.xlsx")

    sheet = book["Orders"]

    assert {cell: said(sheet, cell) for cell in red_cells(sheet)} == {
        "E4": "UK is not a country code (write GB)",
        "G4": "ten is not a number (write it in digits: 10)",
        "F6": "product NOPE is not in Clarus (correct the code, or create the product in Clarus first)",
        "G8": "is blank (fill it: every row needs one)",
    }
    assert [row[7] for row in sheet.iter_rows(values_only=True)] == [
        "clarus_status",
        *("created", "created", "invalid", "invalid", "invalid", "created", "invalid"),
    ]
    assert sheet["K5"].value == "not sent because of row 4: the order goes whole or not at all"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:L8")
    assert sheet["A1"].fill.fgColor.rgb == "FF1F4E78"
    assert book["Notes"]["A1"].value == "Please load by Friday."


@pytest.mark.parametrize("kind", ["results", "failed"])
def test_only_what_was_corrected_is_sent(operator: Any, first_round: Path, kind: str) -> None:
    """Round by round one mistake less; whatever is in Clarus is kept and never sent again."""
    names = {"results": "orders.results.xlsx", "failed": "orders.failed.xlsx"}
    corrected = [{"UK": "GB", "ten": 10}, {"NOPE": "DEMO-002"}, {None: 7}, {"NOBODY": "GLOBEX"}]
    source, sent = first_round / names[kind], [operator.posts()]

    for number, values in enumerate(corrected, start=1):
        book = openpyxl.load_workbook(source)
        correct(book["Orders"], values)
        name = f"orders corrected {number}.xlsx"
        book.save(operator.inbox / name)
        called = operator.call("run")
        sent.append(operator.posts())
        source = operator.runs()[-1] / f"orders corrected {number}.{kind}.xlsx"

    assert called.exit_code == 0, called.output
    assert [later - earlier for earlier, later in pairwise(sent)] == [1, 1, 0, 1]
    assert loaded(operator) == ["SO-1", "SO-2", "SO-3", "SO-4", "SO-5"]
    assert not (operator.runs()[-1] / "orders corrected 4.failed.xlsx").exists()


def test_sorting_deleting_adding_columns_and_renaming_break_nothing(operator: Any, first_round: Path) -> None:
    """The rows find their orders again by what they hold, not by where they stand."""
    book = openpyxl.load_workbook(first_round / "orders.results.xlsx")
    sheet = book["Orders"]
    correct(sheet, {"UK": "GB", "ten": 10, "NOPE": "DEMO-002"})
    rows = [list(cells) for cells in sheet.iter_rows(min_row=2, values_only=True)]
    kept = [row for row in rows if row[0] not in ("SO-4", "SO-5")]
    kept.sort(key=lambda row: (row[0], -row[6]), reverse=True)
    sheet.delete_rows(2, sheet.max_row)
    for row in kept:
        sheet.append(row)
    sheet.insert_cols(1)
    sheet.insert_cols(6)
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, 1, "checked by" if row == 1 else "Ann")
        sheet.cell(row, 6, "shelf" if row == 1 else row)
    book.save(operator.inbox / "Bestellungen (final) 2.xlsx")
    before = operator.posts()

    called = operator.call("run")

    results = openpyxl.load_workbook(operator.runs()[-1] / "Bestellungen (final) 2.results.xlsx")["Orders"]
    heading, *told = results.iter_rows(values_only=True)
    assert called.exit_code == 0, called.output
    assert operator.posts() - before == 2
    assert [(row[0], row[1], row[heading.index("clarus_status")]) for row in told] == [
        ("Ann", "SO-3", "created"),
        ("Ann", "SO-2", "created"),
        ("Ann", "SO-2", "created"),
        ("Ann", "SO-1", "created"),
        ("Ann", "SO-1", "created"),
    ]
    assert all(row[heading.index("clarus_id")] for row in told)
    assert not red_cells(results)


def test_an_uncorrected_file_dropped_in_again_sends_nothing(operator: Any, first_round: Path) -> None:
    """The same cells are red for the same reasons."""
    before = operator.posts()
    shutil.copy(first_round / "orders.results.xlsx", operator.inbox / "again.xlsx")

    called = operator.call("run")

    results = openpyxl.load_workbook(operator.runs()[-1] / "again.results.xlsx")["Orders"]
    earlier = openpyxl.load_workbook(first_round / "orders.results.xlsx")["Orders"]
    assert called.exit_code == 1
    assert operator.posts() == before
    assert [row[:11] for row in results.values] == [row[:11] for row in earlier.values]
    assert {cell: said(results, cell) for cell in red_cells(results)} == {
        cell: said(earlier, cell) for cell in red_cells(earlier)
    }


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_a_spreadsheet_program_saves_what_we_can_read(operator: Any, first_round: Path, tmp_path: Path) -> None:
    """Results that LibreOffice opened and saved hold the same cells, and the corrected orders go."""
    book = openpyxl.load_workbook(first_round / "orders.results.xlsx")
    correct(book["Orders"], {"UK": "GB", "ten": 10})
    book.save(tmp_path / "corrected.xlsx")
    before = operator.posts()

    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            operator.inbox,
            tmp_path / "corrected.xlsx",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    operator.call("run")

    rows = list(openpyxl.load_workbook(operator.runs()[-1] / "corrected.results.xlsx")["Orders"].values)
    assert operator.posts() - before == 1
    assert [row[7] for row in rows[1:]] == [
        *("created", "created", "created", "created", "invalid", "created", "invalid"),
    ]
    assert [row[:7] for row in rows[1:3]] == [
        row[:7] for row in list(openpyxl.load_workbook(first_round / "orders.xlsx")["Orders"].values)[1:3]
    ]


def red_cells(sheet: Worksheet) -> list[str]:
    """The cells that are marked as wrong."""
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return [cell.coordinate for cell in cells if cell.fill.patternType and cell.fill.fgColor.rgb == RED]


def said(sheet: Worksheet, cell: str) -> str:
    """The comment on a cell."""
    comment = sheet[cell].comment
    return comment.text if comment else ""


def correct(sheet: Worksheet, values: Mapping[Any, Any]) -> None:
    """Type another value into each red cell that holds one of these; formats and comments stay, as in Excel."""
    for cell in red_cells(sheet):
        if sheet[cell].value in values:
            sheet[cell].value = values[sheet[cell].value]


def loaded(operator: Any) -> list[str]:
    """The references that Clarus holds."""
    return sorted(record.attributes["reference"] for record in operator.clarus.records("goods_outs"))
