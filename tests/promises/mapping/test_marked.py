"""`check`: what is wrong in a customer's own file, in words and marked in a workbook; no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

BLOCK = """[[sources]]
match = "shop*"
type = "orders"
[sources.columns]
order_reference = "Name"
account_code = { value = "ACME" }
expected_date_of_dispatch = "Date"
product_code = { from = "Item", upper = true }
quantity = "Qty"
"""
ROWS = ("Name,Date,Item,Qty", "A,2026-12-01,demo-002,1", "B,2026-12-01,demo-002,x", "B,2026-12-01,demo-002,2")


def _file(operator: Any, suffix: str) -> Path:
    """The customer's file, outside the inbox."""
    operator.configure("", BLOCK)
    path = Path(operator.folder / f"shop.{suffix}")
    if suffix == "csv":
        path.write_text("\n".join(ROWS), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row.split(","))
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_marked_workbook_shows_what_is_wrong_where_it_stands(operator: Any, suffix: str) -> None:
    """The cell is red and says why, every row says how it would end, and a sheet lists the problems."""
    file = _file(operator, suffix)

    done = operator.call("check", file, "-o", operator.folder / "marked")

    assert done.exit_code == 1
    assert operator.posts() == 0
    sheet = openpyxl.load_workbook(operator.folder / "marked" / "shop.results.xlsx").active
    assert sheet["D3"].fill.fgColor.rgb == "FFF4756F"
    assert "is not a number" in sheet["D3"].comment.text
    assert [cell.value for cell in sheet["E"]] == ["clarus_status", "ready", "invalid", "invalid"]
    failed = openpyxl.load_workbook(operator.folder / "marked" / "shop.failed.xlsx")
    assert failed.sheetnames[0] == "Problems"
    assert failed["Problems"]["C2"].value == "Qty"


def test_a_marked_workbook_is_loaded_once_it_is_corrected(operator: Any) -> None:
    """It is read by the block of the file it was made of, and none of its rows counts as one that was sent before."""
    file = _file(operator, "csv")
    operator.call("check", file, "-o", operator.folder / "marked")
    book = openpyxl.load_workbook(operator.folder / "marked" / "shop.results.xlsx")
    book.active["D3"] = "3"
    book.save(operator.inbox / "shop.results.xlsx")

    done = operator.call("run")

    assert done.exit_code == 0, done.output
    assert sorted(record.attributes["reference"] for record in operator.clarus.records("goods_outs")) == ["A", "B"]


def test_files_of_one_name_are_marked_side_by_side(operator: Any) -> None:
    """A text file and a workbook of the same name each have their own."""
    files = _file(operator, "csv"), _file(operator, "xlsx")

    done = operator.call("check", *files, "-o", operator.folder / "marked", "--json")

    written = json.loads(done.output)["written"]
    assert len(set(written)) == 4
    assert all(Path(path).exists() for path in written)


def test_check_names_our_columns_beside_the_headings_of_the_file(operator: Any) -> None:
    """Whoever writes a block sees which of its columns a message is about."""
    file = _file(operator, "csv")

    words = operator.call("check", file).output
    told = json.loads(operator.call("check", file, "--json").output)

    assert "shop.csv row 3, Qty (quantity): x is not a number" in words
    assert told["files"][0]["columns"]["quantity"] == "Qty"
    assert told["files"][0]["problems"][0]["column"] == "Qty"
    assert not (operator.folder / "marked").exists()
