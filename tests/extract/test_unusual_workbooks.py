"""Workbooks as other programs write them, and cells that nobody sees."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.values.problems import Severity
from tests.extract.test_workbook import HEAD, SHEET, names, only, rewrite, write


def test_a_character_spelled_in_two_halves_is_read(tmp_path: Path) -> None:
    """Some writers escape both halves of an emoji."""
    path = write(tmp_path, [HEAD, ["A1", "Ann _xD83D__xDE00_"], ["A2", "a_x000D_b _x005F_x000D_"], ["A3", "x_xD83D_"]])

    assert names(only(path)) == {2: "Ann \U0001f600", 3: "a\rb _x000D_", 4: "x\ufffd"}


def test_an_empty_style_is_the_standard_one(tmp_path: Path) -> None:
    """A cell with `s=""` is a cell without a style."""
    path = write(tmp_path, [HEAD, ["A1", 12]])
    rewrite(path, SHEET, r'<c r="B2" ', '<c r="B2" s="" ')

    assert names(only(path)) == {2: "12"}


def test_a_missing_part_of_styles_is_no_damage(tmp_path: Path) -> None:
    """Some writers name a part of styles that they do not write."""
    path = write(tmp_path, [HEAD, ["A1", 12]])
    _copied(path, lambda name: "" if name == "xl/styles.xml" else name)

    assert names(only(path)) == {2: "12"}


def test_backslashes_between_folders_of_the_zip(tmp_path: Path) -> None:
    """Some writers on Windows use the separator of their system."""
    path = write(tmp_path, [HEAD, ["A1", "Ann"]])
    _copied(path, lambda name: name.replace("/", "\\"))

    assert names(only(path)) == {2: "Ann"}


def test_a_text_that_the_file_lacks_is_told_by_its_cell(tmp_path: Path) -> None:
    """One cell without its text does not make the others unreadable."""
    path = write(tmp_path, [HEAD, ["A1", "Ann"], ["A2", "Bob"]])
    rewrite(path, SHEET, r'<c r="B3".*?</c>', '<c r="B3" t="s"><v>99</v></c>')

    table = only(path)

    assert names(table)[2] == "Ann"
    [problem] = table.problems
    assert (problem.row, problem.column, problem.severity) == (3, "customer_name", Severity.ERROR)
    assert problem.message == "the file lacks the text of this cell, its number 99"


@pytest.mark.parametrize("merged", ["A2:B2", "B2:B3", "A2:B3"])
def test_a_cell_hidden_under_a_merge_is_not_read_and_told(tmp_path: Path, merged: str) -> None:
    """Nobody sees what other programs left under merged cells."""
    path = write(tmp_path, [HEAD, ["A1", "Ann", "N1"], ["A2", "Bob", "N2"]])
    rewrite(path, SHEET, "</sheetData>", f'</sheetData><mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>')

    table = only(path)

    shown = {"A2:B2": {3: "Bob"}, "B2:B3": {2: "Ann", 3: "Ann"}, "A2:B3": {}}
    assert names(table) == shown[merged]
    told = next(problem for problem in table.problems if problem.column == "customer_name")
    assert "is hidden under merged cells and is not read" in told.message
    assert told.severity is Severity.WARNING


def test_dates_that_look_like_codes_among_shown_texts(tmp_path: Path) -> None:
    """A code that Excel took for a date is named by what the cell shows and holds; others go on as shown."""

    def dress(sheet: Worksheet) -> None:
        sheet["A2"].number_format = "d-mmm"
        sheet["A3"].number_format = '"SKU-"00'

    table = only(write(tmp_path, [HEAD, [46093, "Ann"], [7, "Bob"]], dress))

    assert table.frame["customer_code"].tolist()[1] == "SKU-07"
    [problem] = table.problems
    assert problem.message == "the cell shows 12-Mar, and holds 2026-03-12"


def _copied(path: Path, renamed: Callable[[str], str]) -> None:
    """Write the parts of a workbook under other names; "" leaves one out."""
    with zipfile.ZipFile(path) as package:
        parts = {renamed(name): package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            if name:
                package.writestr(name, content)
