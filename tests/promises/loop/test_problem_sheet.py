"""The first sheet of a failed file: what is wrong, in words, with the way to each cell."""

from __future__ import annotations

import shutil
from typing import Any

import openpyxl

from pipeline.values.problem_sheets import PROBLEM_HEADINGS

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"
ORDERS = (
    "0001,ACME,2026-06-10,Jo,DEMO-002,1\n"
    "0002,ACME,2026-06-10,Jo,DEMO-002,ten\n"
    "0002,,,,DEMO-002,2\n"
    "0003,ACME,2026-06-10,Jo,NO-SUCH,1\n"
)


def failed_of(operator: Any) -> Any:
    operator.drop("o.csv", HEADING + ORDERS)
    operator.call("run")
    return operator.runs()[-1] / "o.failed.xlsx"


def test_a_failed_file_opens_with_the_first_problem(operator: Any) -> None:
    """Each cell to correct is a line: its row in this file, its value, what to do and a link; good rows have none."""
    book = openpyxl.load_workbook(failed_of(operator))

    sheet = book.active
    heading, first, second = sheet.values
    assert (sheet.title, heading) == ("Problems", PROBLEM_HEADINGS)
    assert first == ("orders!F2", "2", "quantity", "ten", "ten is not a number", "write it in digits: 10")
    assert second[:4] == ("orders!E4", "4", "product_code", "NO-SUCH")
    assert sheet["A2"].hyperlink.location == "'orders'!F2"
    assert [book["orders"][cell].value for cell in ("F2", "E4")] == ["ten", "NO-SUCH"]


def test_dropped_in_again_the_sheet_is_ignored_without_a_word_and_goes(operator: Any) -> None:
    """It holds no data, and what it says was yesterday's."""
    failed = failed_of(operator)
    operator.correct(failed, "corrected.xlsx", {"ten": "10", "NO-SUCH": "DEMO-002"})

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert "Problems" not in called.output
    book = openpyxl.load_workbook(operator.runs()[-1] / "corrected.results.xlsx")
    assert book.sheetnames == ["orders"]
    assert book.active.title == "orders"


def test_the_sheet_saved_as_text_is_told_by_its_name(operator: Any) -> None:
    """A spreadsheet that opens with it saves it, and not the rows."""
    book = openpyxl.load_workbook(failed_of(operator))
    rows = "\n".join(",".join(f'"{cell}"' for cell in row) for row in book["Problems"].values)
    operator.drop("o.failed.csv", rows)

    called = operator.call("run", "-q")

    assert called.exit_code == 1
    assert "this is the sheet Problems of a failed file: save the sheet beside it" in called.output


def test_what_stays_wrong_is_on_a_new_sheet(operator: Any) -> None:
    """Only what is still to be corrected is there, in its new place."""
    failed = failed_of(operator)
    operator.correct(failed, "half.xlsx", {"ten": "10"})

    called = operator.call("run")

    assert called.exit_code == 1, called.output
    rows = list(openpyxl.load_workbook(operator.runs()[-1] / "half.failed.xlsx")["Problems"].values)
    assert [row[:4] for row in rows[1:]] == [("orders!E2", "2", "product_code", "NO-SUCH")]


def test_an_untouched_failed_file_comes_back_with_the_same_problems(operator: Any) -> None:
    """The sheet does not gather what earlier rounds said."""
    failed = failed_of(operator)
    before = [*openpyxl.load_workbook(failed)["Problems"].values]
    shutil.copy(failed, operator.inbox / "o.xlsx")

    operator.call("run")

    again = openpyxl.load_workbook(operator.runs()[-1] / "o.failed.xlsx")
    assert [*again["Problems"].values] == before
    assert again.sheetnames == ["Problems", "orders"]
