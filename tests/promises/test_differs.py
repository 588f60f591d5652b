"""A document that Clarus has with other content than a file says: told, never overwritten, never exit code 0."""

from __future__ import annotations

import shutil
from typing import Any

import openpyxl
import pytest

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,postcode,product_code,quantity\n"
ORDER = "SO-1,ACME,2026-06-10,Jo,SE1 0AA,DEMO-002,3\nSO-1,,,,,DEMO-002,2\n"
PRODUCT = "Code,Description,Unit Stock Unit Type Code,Barcode\n"


def sent(operator: Any, name: str, text: str) -> None:
    operator.drop(name, text)
    called = operator.call("run")
    assert called.exit_code == 0, called.output


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("SE1 0AA", "SE1 0AB", "postcode: SE1 0AA → SE1 0AB"),
        (",Jo,", ",Ann,", "recipient_name: Jo → Ann"),
        (
            "2026-06-10",
            "2026-06-11",
            "expected_date_of_dispatch: 2026-06-10T00:00:00+00:00 → 2026-06-11T00:00:00+00:00",
        ),
        ("DEMO-002,2", "DEMO-002,5", "row 3, quantity: 2 → 5"),
        ("DEMO-002,2\n", "DEMO-002,2\nSO-1,,,,,DEMO-002,9\n", "row 4 is a new line (product DEMO-002)"),
        ("SO-1,,,,,DEMO-002,2\n", "", "a line is missing (product DEMO-002)"),
        (",SE1 0AA,", ",,", "postcode: SE1 0AA → nothing"),
    ],
)
def test_a_changed_order_names_old_and_new(operator: Any, was: str, now: str, told: str) -> None:
    """Its new line or address is nowhere in Clarus: the exit code says so, also with -q."""
    sent(operator, "orders.csv", HEADING + ORDER)
    posts = operator.posts()
    operator.drop("again.csv", HEADING + ORDER.replace(was, now))

    called = operator.call("run", "-q")

    rows = operator.results("again.results.csv")
    assert called.exit_code == 1
    assert operator.posts() == posts
    assert {row["clarus_status"] for row in rows} == {"differs"}
    assert {row["clarus_id"] for row in rows} == {"6000001"}
    assert told in rows[0]["clarus_error"]
    assert told in called.output


def test_a_changed_product_names_old_and_new(operator: Any) -> None:
    """And what the file leaves blank has not changed."""
    sent(operator, "products.csv", f"{PRODUCT}P-1,One,EACH,501\nP-2,Two,EACH,502\n")
    operator.drop("again.csv", f"{PRODUCT}P-1,Eins,EACH,501\nP-2,Two,EACH,\n")

    called = operator.call("run")

    first, second = operator.results("again.results.csv")
    assert called.exit_code == 1
    assert (first["clarus_status"], second["clarus_status"]) == ("differs", "exists")
    assert "Description: One → Eins" in first["clarus_error"]


def test_where_the_kept_input_is_gone_the_columns_are_named(operator: Any) -> None:
    """The ledger holds digests only."""
    sent(operator, "orders.csv", HEADING + ORDER)
    shutil.rmtree(operator.runs()[-1])
    operator.drop("again.csv", HEADING + ORDER.replace("SE1 0AA", "SE1 0AB").replace("DEMO-002,3", "DEMO-002,4"))

    called = operator.call("run")

    error = operator.results("again.results.csv")[0]["clarus_error"]
    assert called.exit_code == 1
    assert "address" in error
    assert "1 line changed" in error
    assert "SE1" not in error


def test_what_differs_is_to_be_corrected_and_compared_again(operator: Any) -> None:
    """It is in the failed file, and done once it says what Clarus holds."""
    sent(operator, "orders.csv", HEADING + ORDER)
    operator.drop("again.csv", HEADING + ORDER.replace("SE1 0AA", "SE1 0AB"))
    operator.call("run")
    failed = operator.runs()[-1] / "again.failed.xlsx"
    assert openpyxl.load_workbook(failed)["orders"].max_row == 3
    operator.correct(failed, "corrected.xlsx", {"SE1 0AB": "SE1 0AA"})

    called = operator.call("run")

    assert called.exit_code == 0, called.output


def test_check_without_a_network_cannot_know_it(operator: Any) -> None:
    """What is in Clarus is known only to a run."""
    sent(operator, "orders.csv", HEADING + ORDER)
    changed = operator.drop("again.csv", HEADING + ORDER.replace("SE1 0AA", "SE1 0AB"))

    called = operator.call("check", changed)

    assert called.exit_code == 0, called.output
    assert "differs" not in called.output
