"""A sheet that is left out of an edited workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
from openpyxl.workbook.defined_name import DefinedName

from pipeline.xlsx.editing.archive import Archive


def test_names_of_later_sheets_follow_them(tmp_path: Path) -> None:
    """A name says by number to which sheet it belongs; those of the sheet left out go with it."""
    book = openpyxl.Workbook()
    book.active.title = "First"
    for title in ("Second", "Third"):
        book.create_sheet(title)
    for sheet in book:
        sheet.defined_names["own"] = DefinedName("own", attr_text=f"{sheet.title}!$A$1")
    book.active = 2
    book.save(tmp_path / "before.xlsx")

    with zipfile.ZipFile(tmp_path / "before.xlsx") as source, zipfile.ZipFile(tmp_path / "after.xlsx", "w") as target:
        package = Archive(source)
        package.drop_sheet(dict(package.sheets())["Second"])
        package.write_rest(target, set())

    after = openpyxl.load_workbook(tmp_path / "after.xlsx")
    assert after.sheetnames == ["First", "Third"]
    assert {sheet.title: sheet.defined_names["own"].attr_text for sheet in after} == {
        "First": "First!$A$1",
        "Third": "Third!$A$1",
    }
    assert after.active.title == "First"
