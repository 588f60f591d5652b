"""What an analyst does with a CSV file that came back: mend it in whatever opens it, save, drop it in again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

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


def mended(rows: Rows, words: dict[str, str]) -> Rows:
    """Other words for those that are wrong."""
    return [[words.get(cell, cell) for cell in row] for row in rows]


def without_surplus(rows: Rows) -> Rows:
    """The row whose quantity had a comma, as its note asks: quantity in one cell, and the last cells deleted."""
    width = len(rows[0])
    return [[*row[:6], "1.5", *row[7:width]] if row and row[0] == "SO-3" else row for row in rows]


@pytest.fixture
def first_round(operator: Any) -> Path:
    """The folder of a run that loaded SO-1 and SO-4."""
    operator.drop("orders.csv", ORDERS)
    assert operator.call("run").exit_code == 1
    assert operator.statuses("orders.results.csv") == [
        *("created", "created", "invalid", "invalid", "invalid", "created"),
    ]
    folder: Path = operator.runs()[-1]
    return folder


@pytest.mark.parametrize("kind", ["results", "failed"])
@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t")])
def test_only_what_was_mended_is_sent(
    operator: Any, first_round: Path, kind: str, encoding: str, delimiter: str
) -> None:
    """Whichever way the program saves the file; what is in Clarus keeps its ids."""
    source, sent = first_round / f"orders.{kind}.csv", [operator.posts()]
    rounds: list[Callable[[Rows], Rows]] = [
        lambda rows: mended(rows, {"UK": "GB"}),
        lambda rows: mended(rows, {"ten": "10"}),
        without_surplus,
    ]

    for number, mend in enumerate(rounds, start=1):
        saved(operator.inbox / f"round {number}.csv", mend(opened(source)), encoding, delimiter)
        operator.call("run")
        sent.append(operator.posts())
        source = operator.runs()[-1] / f"round {number}.{kind}.csv"

    assert [later - earlier for earlier, later in pairwise(sent)] == [0, 1, 1]


def test_sorted_rows_with_columns_of_their_own_under_another_name(operator: Any, first_round: Path) -> None:
    """Blank rows and done rows may be gone, and status columns may stand anywhere."""
    heading, *rows = without_surplus(mended(opened(first_round / "orders.results.csv"), {"UK": "GB", "ten": "10"}))
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


def test_an_unmended_file_dropped_in_again_says_the_same(operator: Any, first_round: Path) -> None:
    """Nothing is sent, and nothing changes but the file's name."""
    before, results = operator.posts(), (first_round / "orders.results.csv").read_bytes()
    (operator.inbox / "again.csv").write_bytes(results)

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.posts() == before
    again = opened(operator.runs()[-1] / "again.results.csv")
    assert [row[7:10] for row in again] == [row[7:10] for row in opened(first_round / "orders.results.csv")]
