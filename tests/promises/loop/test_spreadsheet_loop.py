"""The advertised loop through a spreadsheet that changes cells on opening and saving: nothing is sent twice."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.sandbox import Fault, What

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"
Cells = Callable[[str], str]


def eats_zeros(cell: str) -> str:
    """Excel reads digits as a number, and a long one as an exponent."""
    if cell.isdigit() and cell != "0":
        return cell.lstrip("0") if len(cell) < 12 else f"{float(cell):.5E}".replace("E+", "E+")
    return cell


def of_the_locale(cell: str) -> str:
    """Zeros gone, dates and numbers in the form of a locale, TRUE in capitals."""
    if len(cell) == 10 and cell[4] == cell[7] == "-":
        return "/".join(reversed(cell.split("-")))
    return "TRUE" if cell == "true" else eats_zeros(cell)


def through_a_spreadsheet(source: Path, target: Path, change: Cells, correct: dict[str, str] | None = None) -> None:
    """Open a results file, let the program change its cells, correct some, and save it."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    changed = [[(correct or {}).get(cell, change(cell)) for cell in row] for row in rows]
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(changed)


def references(operator: Any) -> list[str]:
    return [order.attributes["reference"] for order in operator.clarus.records("goods_outs")]


@pytest.mark.parametrize("change", [eats_zeros, of_the_locale])
def test_a_stopped_run_corrected_through_a_spreadsheet_sends_each_order_once(operator: Any, change: Cells) -> None:
    """Orders 0001 to 0008, one with a wrong quantity, stopped after the first post; the results come back changed."""
    lines = "".join(f"000{n},ACME,2026-06-10,Jo,DEMO-002,{'zwei' if n == 5 else n}\n" for n in range(1, 9))
    operator.drop("o.csv", HEADING + lines)
    operator.clarus.faults.add(Fault(what=What.STATUS, status=401, path="/api/goods_outs", skip=1, times=10_000))
    assert operator.call("run").exit_code == 3
    operator.clarus.faults.replace()
    results = operator.runs()[-1] / "o.results.csv"
    through_a_spreadsheet(results, operator.inbox / "o.csv", change, {"zwei": "2"})

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert sorted(references(operator)) == [f"000{n}" for n in range(1, 9)]


def test_what_is_done_is_never_sent_under_what_is_left_of_its_reference(operator: Any) -> None:
    """All rows created, the zeros of their references lost, dropped in again: nothing is sent, and exit code 0."""
    operator.drop("o.csv", f"{HEADING}0042,ACME,2026-06-10,Jo,DEMO-002,1\n0042,,,,DEMO-002,2\n")
    operator.call("run")
    sent = operator.posts()
    through_a_spreadsheet(operator.runs()[-1] / "o.results.csv", operator.inbox / "o.csv", of_the_locale)

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert operator.posts() == sent
    assert references(operator) == ["0042"]
    assert operator.statuses("o.results.csv") == ["created", "created"]
    assert "42 is 0042 again" in called.output


@pytest.mark.parametrize("gone", ["clarus_row", "the run folder"])
def test_rows_without_their_original_are_known_by_their_ids(operator: Any, gone: str) -> None:
    """The key lost, or the folder pruned: the reference still comes back from the ledger."""
    operator.drop("o.csv", f"{HEADING}0042,ACME,2026-06-10,Jo,DEMO-002,1\n")
    operator.call("run")
    sent, results = operator.posts(), operator.runs()[-1] / "o.results.csv"
    through_a_spreadsheet(results, operator.inbox / "o.csv", eats_zeros)
    if gone == "clarus_row":
        text = (operator.inbox / "o.csv").read_text(encoding="utf-8-sig")
        (operator.inbox / "o.csv").write_text("\n".join(line.rpartition(",")[0] for line in text.splitlines()))
    else:
        shutil.rmtree(operator.runs()[-1])

    operator.call("run")

    assert operator.posts() == sent
    assert references(operator) == ["0042"]
    assert operator.results("o.results.csv")[0]["clarus_id"] == "6000001"


def test_another_product_is_never_shipped_instead(operator: Any) -> None:
    """00731 becomes 731 in the spreadsheet, and there is a product 731 as well."""
    products = "Code,Description,Unit Stock Unit Type Code\n00731,Spring,EACH\n731,Hammer,EACH\n"
    operator.drop("p.csv", products)
    operator.drop("o.csv", f"{HEADING}S-1,ACME,2026-06-10,Jo,00731,1\nS-1,,,,00731,x\n")
    operator.call("run")
    failed = operator.runs()[-1] / "o.failed.xlsx"
    book = openpyxl.load_workbook(failed)
    for cell in (cell for row in book["orders"].iter_rows() for cell in row):
        cell.value = {"00731": 731, "x": 4}.get(cell.value, cell.value)  # as a number, as one may retype it
    book.save(operator.inbox / "o.xlsx")

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    [spring] = [p for p in operator.clarus.records("products") if p.attributes["code"] == "00731"]
    [order] = operator.clarus.records("goods_outs")
    assert {line.attributes["product_id"] for line in order.lines} == {spring.id}


def test_codes_that_a_workbook_holds_as_numbers_and_dates_are_known_again(operator: Any) -> None:
    """A program that saves a CSV file as a workbook makes 1E5 a number that it shows as 1.00E+05, and 3/4 a day."""
    operator.drop("p.csv", "Code,Description,Unit Stock Unit Type Code\n1E5,Spring,EACH\n")
    operator.drop("o.csv", f"{HEADING}3/4,ACME,2026-06-10,Jo,1E5,x\n")
    operator.call("run")
    with (operator.runs()[-1] / "o.results.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, row = csv.reader(file)
    book = openpyxl.Workbook()
    book.active.append(heading)
    book.active.append([datetime(2026, 3, 4), *row[1:4], 100_000, 2, *row[6:]])
    book.active["A2"].number_format, book.active["E2"].number_format = "MM/DD/YY", "0.00E+00"
    book.save(operator.inbox / "o.xlsx")

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert references(operator) == ["3/4"]


def test_a_row_given_another_reference_stays_the_order_that_it_is(operator: Any) -> None:
    """Else the order would be in Clarus under both; clearing the clarus_ columns makes a new one of it."""
    operator.drop("o.csv", f"{HEADING}0042,ACME,2026-06-10,Jo,DEMO-002,1\n")
    operator.call("run")
    results = operator.runs()[-1] / "o.results.csv"
    through_a_spreadsheet(results, operator.inbox / "o.csv", str, {"0042": "1002"})

    first = operator.call("run")
    with results.open(encoding="utf-8-sig", newline="") as file:
        heading, row = csv.reader(file)
    row = ["1002", *row[1:6], *[""] * 5]
    operator.drop("new.csv", "\n".join(map(",".join, [heading, row])))
    second = operator.call("run")

    assert (first.exit_code, second.exit_code) == (1, 0), second.output
    assert "this row is order 0042, in Clarus as 6000001" in first.output
    assert references(operator) == ["0042", "1002"]


def test_failed_files_hold_texts_and_no_row_that_goes_on_by_itself(operator: Any) -> None:
    """Every cell is a text, and what is pending or unknown is not in it."""
    operator.drop("o.csv", f"{HEADING}0001,ACME,2026-06-10,Jo,DEMO-002,x\n0002,ACME,2026-06-10,Jo,DEMO-002,1\n")
    operator.clarus.faults.add(Fault(what=What.STATUS, status=401, path="/api/goods_outs", times=10_000))

    operator.call("run")

    book = openpyxl.load_workbook(operator.runs()[-1] / "o.failed.xlsx")
    cells = [cell for row in book["orders"].iter_rows() for cell in row if cell.value is not None]
    assert operator.statuses("o.results.csv") == ["invalid", "pending"]
    assert [row[0] for row in book["orders"].values] == ["order_reference", "0001"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}


def test_a_file_that_lost_the_keys_of_its_rows_is_held(operator: Any) -> None:
    """Whether such a row was sent before is not known."""
    operator.drop("o.csv", f"{HEADING}0001,ACME,2026-06-10,Jo,DEMO-002,x\n")
    operator.call("run")
    through_a_spreadsheet(operator.runs()[-1] / "o.results.csv", operator.inbox / "o.csv", str, {"x": "1"})
    text = (operator.inbox / "o.csv").read_text(encoding="utf-8-sig")
    operator.drop("o.csv", "\n".join(line.rpartition(",")[0] for line in text.splitlines()))

    called = operator.call("run")

    assert called.exit_code == 1
    assert references(operator) == []
    assert "the file has lost its clarus_row column" in called.output


def test_three_rounds_of_corrections_are_followed_back(operator: Any) -> None:
    """A value corrected in one round and changed by a spreadsheet in the next is the corrected one."""
    operator.drop("o.csv", f"{HEADING}42x,ACME,2026-06-10,Jo,DEMO-002,a\n0001,ACME,2026-06-10,Jo,DEMO-002,b\n")
    operator.call("run")
    rounds: list[tuple[Cells, dict[str, str]]] = [
        (str, {"42x": "0042"}),
        (eats_zeros, {"a": "1"}),
        (eats_zeros, {"b": "2"}),
    ]

    for number, (change, correct) in enumerate(rounds, start=1):
        source = next(iter(operator.runs()[-1].glob("*.results.csv")))
        through_a_spreadsheet(source, operator.inbox / f"round {number}.csv", change, correct)
        called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert sorted(references(operator)) == ["0001", "0042"]
