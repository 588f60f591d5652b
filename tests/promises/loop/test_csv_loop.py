"""What an analyst does with a CSV file that came back: correct it in whatever opens it, save, drop it in again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

ORDERS = """\
order_reference,account_code,expected_date_of_dispatch,recipient_name,country_code,product_code,quantity
SO-1,ACME,2026-06-10,Jörg,GB,DEMO-002,3
SO-1,,,,,DEMO-002,2

SO-2,ACME,2026-06-10,Ann,UK,DEMO-002,ten
SO-2,,,,,DEMO-002,4
SO-3,ACME,2026-06-10,"Bob, Jr.",DE,DEMO-002,1,5
SO-4,ACME,2026-06-10,Eve,FR,DEMO-002,6
"""

Rows = list[list[str]]


def opened(path: Path) -> Rows:
    """The rows of a file that we wrote."""
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = text[text.index("clarus_status") - 1]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def saved(path: Path, rows: Rows, encoding: str = "utf-8-sig", delimiter: str = ",") -> None:
    """Save rows as a spreadsheet program does."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def corrected(rows: Rows, words: dict[str, str]) -> Rows:
    """Other words for those that are wrong."""
    return [[words.get(cell, cell) for cell in row] for row in rows]


def without_surplus(rows: Rows) -> Rows:
    """The row whose quantity had a comma, as its note asks: quantity in one cell, and the last cells deleted."""
    width = len(rows[0])
    return [[*row[:6], "1.5", *row[7:width]] if row and row[0] == "SO-3" else row for row in rows]


@pytest.fixture
def first_round(operator: Any) -> Path:
    """The folder of a run that loaded SO-1 and SO-4."""
    operator.configure(top='failed_files = "same"')
    operator.drop("orders.csv", ORDERS)
    assert operator.call("run").exit_code == 1
    assert operator.statuses("orders.results.csv") == [
        *("created", "created", "invalid", "invalid", "invalid", "created"),
    ]
    folder: Path = operator.runs()[-1]
    return folder


@pytest.mark.parametrize("kind", ["results", "failed"])
@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t")])
def test_only_what_was_corrected_is_sent(
    operator: Any, first_round: Path, kind: str, encoding: str, delimiter: str
) -> None:
    """Whichever way the program saves the file; what is in Clarus keeps its ids."""
    operator.configure('fallback_encoding = "cp1252"\nfailed_files = "same"\n')
    source, sent = first_round / f"orders.{kind}.csv", [operator.posts()]
    rounds: list[Callable[[Rows], Rows]] = [
        lambda rows: corrected(rows, {"UK": "GB"}),
        lambda rows: corrected(rows, {"ten": "10"}),
        without_surplus,
    ]

    for number, correct in enumerate(rounds, start=1):
        saved(operator.inbox / f"round {number}.csv", correct(opened(source)), encoding, delimiter)
        operator.call("run")
        sent.append(operator.posts())
        source = operator.runs()[-1] / f"round {number}.{kind}.csv"

    assert [later - earlier for earlier, later in pairwise(sent)] == [0, 1, 1]


def test_sorted_rows_with_columns_of_their_own_under_another_name(operator: Any, first_round: Path) -> None:
    """Blank rows and done rows may be gone, and status columns may stand anywhere."""
    heading, *rows = without_surplus(corrected(opened(first_round / "orders.results.csv"), {"UK": "GB", "ten": "10"}))
    rows = sorted((row for row in rows if row and row[0] != "SO-4"), key=lambda row: (row[6], row[0]), reverse=True)
    before = operator.posts()
    saved(
        operator.inbox / "Kopie von Aufträge.csv", [[*row[7:], "checked by Ann", *row[:7]] for row in [heading, *rows]]
    )

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    assert operator.posts() - before == 2
    assert set(operator.statuses("Kopie von Aufträge.results.csv")) == {"created"}
    kept = {
        row["clarus_id"]
        for row in operator.results("Kopie von Aufträge.results.csv")
        if row["order_reference"] == "SO-1"
    }
    [first] = [order for order in operator.clarus.records("goods_outs") if order.attributes["reference"] == "SO-1"]
    assert kept == {str(first.id)}


def test_the_failed_file_speaks_of_its_own_rows(first_round: Path) -> None:
    """Rows have moved up in it; what held an order is named where it stands now."""
    rows = opened(first_round / "orders.failed.csv")

    told = {number: row[10] for number, row in enumerate(rows, start=1) if number > 1}

    assert told[2].startswith("country_code: UK is not a country code")
    assert told[3] == "not sent because of row 2: the order goes whole or not at all"
    assert told[4].startswith("the row has 8 fields where the headings have 7")


def test_an_uncorrected_file_dropped_in_again_says_the_same(operator: Any, first_round: Path) -> None:
    """Nothing is sent, and nothing changes but the file's name."""
    before, results = operator.posts(), (first_round / "orders.results.csv").read_bytes()
    (operator.inbox / "again.csv").write_bytes(results)

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.posts() == before
    again = opened(operator.runs()[-1] / "again.results.csv")
    assert [row[7:10] for row in again] == [row[7:10] for row in opened(first_round / "orders.results.csv")]


def test_rows_that_are_done_stand_whatever_a_spreadsheet_made_of_their_cells(operator: Any) -> None:
    """Dates in another form, digits lost, rows sorted away from their account: they keep status and ids, with warnings.

    And who names such a product is not held up.
    """
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
    operator.drop(
        "orders.csv", f"{heading}\nS-1,ACME,2026-06-10,DEMO-002,3\nS-1,,,DEMO-002,1\nS-1,GLOBEX,2026-06-10,DEMO-002,2\n"
    )
    operator.drop("products.csv", "Code,Description,Unit Stock Unit Type Code,Barcode\nP-1,One,EACH,5012345678900\n")
    assert operator.call("run").exit_code == 0
    before, sent = operator.results("orders.results.csv"), operator.posts()
    rows = corrected(opened(operator.runs()[-1] / "orders.results.csv"), {"2026-06-10": "10/06/2026"})
    products = corrected(opened(operator.runs()[-1] / "products.results.csv"), {"5012345678900": "5.01235E+12"})

    saved(operator.inbox / "orders.csv", [rows[0], rows[2], rows[3], rows[1]])
    saved(operator.inbox / "products.csv", products)
    operator.drop("new.csv", f"{heading}\nS-2,ACME,2026-06-10,P-1,1\n")
    result = operator.call("run")

    assert result.exit_code == 0, result.output
    assert operator.posts() == sent + 1
    told = ("clarus_status", "clarus_id", "clarus_line_id")
    results = before, operator.results("orders.results.csv")
    first, after = ([[row[name] for name in told] for row in rows] for rows in results)
    assert after == [first[1], first[2], first[0]]
    assert operator.statuses("products.results.csv") == operator.statuses("new.results.csv") == ["created"]


def test_what_says_that_it_is_done_without_the_ledger_knowing_is_checked(operator: Any) -> None:
    """Anybody can write an id into a cell."""
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,clarus_status,clarus_id"
    operator.drop("orders.csv", f"{heading}\nS-1,ACME,10/06/2026,DEMO-002,3,created,6000001\n")

    result = operator.call("run")

    assert result.exit_code == 1
    assert operator.statuses("orders.results.csv") == ["invalid"]


def test_a_run_taken_up_again_still_tells_the_cells_of_what_stands(operator: Any) -> None:
    """Column, value and hint of a row that is not tried again are those of the first time."""
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
    operator.drop("orders.csv", f"{heading}\nS-1,ACME,2026-06-10,NOPE,3\nS-2,ACME,2026-06-10,DEMO-002,1\n")
    operator.clarus.faults.add(Fault(what=What.STATUS, status=422, path="/api/goods_outs"))
    operator.call("run")
    first = (operator.runs()[-1] / "issues.csv").read_text(encoding="utf-8-sig").splitlines()

    operator.call("retry")

    again = (operator.runs()[-1] / "issues.csv").read_text(encoding="utf-8-sig").splitlines()
    assert operator.statuses("orders.results.csv") == ["invalid", "created"]
    assert again == [line for line in first if "NOPE" in line or line.startswith("file,")]
    assert ",product_code,NOPE,error," in again[1]


@pytest.mark.parametrize("accounts", ["stated", "by default"])
def test_a_line_that_is_done_is_never_sent_in_another_document(operator: Any, accounts: str) -> None:
    """Rows sorted by product, of one reference in two accounts: what is done stays, what was corrected goes whole."""
    if accounts == "by default":
        operator.configure(sections='[defaults.orders]\naccount_code = "ACME"\n')
    heading = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,alt_line_reference"
    acme = "" if accounts == "by default" else "ACME"
    lines = f"S-0,ACME,2026-06-10,DEMO-002,9,0\nS-1,{acme},2026-06-10,DEMO-002,1,1\nS-1,,,DEMO-002,2,3\n"
    operator.drop("orders.csv", heading + "\n" + lines)
    assert operator.call("run").exit_code == 0
    done = opened(operator.runs()[-1] / "orders.results.csv")
    new = [["S-1", "GLOBEX", "2026-06-10", "DEMO-002", "x", "2"], ["S-1", "", "", "DEMO-002", "4", "4"]]
    new = [[*row, "", "", "", "", ""] for row in new]

    saved(operator.inbox / "orders.csv", [done[0], done[1], done[2], new[0], done[3], new[1]])
    first = operator.call("run")
    rows = corrected(opened(operator.runs()[-1] / "orders.results.csv"), {"x": "5"})
    saved(operator.inbox / "orders.csv", [rows[0], *sorted(rows[1:], key=lambda row: row[5])])
    second = operator.call("run")

    assert (first.exit_code, second.exit_code) == (1, 0), second.output
    orders = operator.clarus.records("goods_outs")
    lines_of = [[line.attributes["alt_line_reference"] for line in order.lines] for order in orders]
    assert lines_of == [["0"], ["1", "3"], ["2", "4"]]
    results = operator.results("orders.results.csv")
    assert [row["clarus_id"] for row in results] == ["6000001", "6000002", "6000003", "6000002", "6000003"]
    assert len({row["clarus_line_id"] for row in results}) == 5
