"""What needs someone stays in `status` until somebody has corrected it, whatever newer runs have done."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from pipeline.runs.outbox import LEDGER

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"


def order(reference: str, quantity: str = "1", account: str = "ACME") -> str:
    return f"{reference},{account},2026-06-10,Jo,DEMO-002,{quantity}\n"


def status(operator: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(operator.call("status", "--json").stdout)
    return told


def test_a_new_outbox_has_nothing_outstanding(operator: Any) -> None:
    """And looking at it makes nothing."""
    called = operator.call("status")

    assert called.exit_code == 0
    assert "Nothing is outstanding" in called.output
    assert not operator.outbox.exists()


def test_a_newer_run_that_went_well_forgets_nothing(operator: Any) -> None:
    """The wrong order is named with its file, cause and age; `run -q` says how many rows there are, and ends with 0."""
    operator.drop("monday.csv", HEADING + order("0001", "ten") + order("0002"))
    assert operator.call("run").exit_code == 1
    operator.drop("tuesday.csv", HEADING + order("0003"))

    called = operator.call("run", "-q")

    assert called.exit_code == 0
    assert called.stdout == "1 row of earlier runs still needs someone: clarus-batch status\n"
    told = status(operator)
    assert (told["exit_code"], told["rows"]) == (1, 1)
    [file] = told["files"]
    assert (file["file"], file["statuses"], file["days"]) == ("monday.csv", {"invalid": 1}, 0)
    assert [(cause["column"], cause["first_rows"]) for cause in file["causes"]] == [("quantity", [2])]
    shown = operator.call("status")
    assert shown.exit_code == 1
    assert "monday.csv row 2, quantity: ten is not a number" in shown.output


def test_a_corrected_row_that_comes_back_closes_it(operator: Any) -> None:
    """By its key, in the failed file."""
    operator.drop("o.csv", HEADING + order("0001", "ten"))
    operator.call("run")
    operator.correct(operator.runs()[-1] / "o.failed.xlsx", "corrected.xlsx", {"ten": "10"})

    assert operator.call("run").exit_code == 0
    assert operator.call("status").exit_code == 0


def test_the_order_in_a_new_export_closes_it(operator: Any) -> None:
    """By its reference, without any key; also where the account was what was missing."""
    operator.drop("o.csv", HEADING + order("0001", "ten") + order("0002", account=""))
    operator.call("run")
    assert status(operator)["rows"] == 2
    operator.drop("o.csv", HEADING + order("0001", "10") + order("0002"))

    assert operator.call("run").exit_code == 0
    assert operator.call("status").exit_code == 0


def test_a_row_that_is_still_wrong_is_told_once_and_keeps_its_age(operator: Any) -> None:
    """The same wrong order every night is one order that waits, since the first night."""
    operator.drop("o.csv", HEADING + order("0001", "ten"))
    operator.call("run")
    with closing(sqlite3.connect(operator.outbox / LEDGER)) as ledger, ledger:
        ledger.execute("UPDATE open_rows SET since = '2026-01-01T00:00:00+00:00'")
    operator.drop("o.csv", HEADING + order("0001", "eleven"))
    operator.call("run")

    told = status(operator)

    assert told["rows"] == 1
    assert told["files"][0]["since"].startswith("2026-01-01")
    assert told["files"][0]["run"] == operator.runs()[-1].name


def test_good_lines_of_a_bad_order_are_rows_but_no_cause(operator: Any) -> None:
    """They wait for the bad one."""
    operator.drop("o.csv", HEADING + order("0001", "ten") + order("0001", "2"))
    operator.call("run")

    told = status(operator)

    assert told["rows"] == 2
    assert [cause["rows"] for cause in told["files"][0]["causes"]] == [1]


def test_an_unreadable_file_stays_until_it_is_let_go(operator: Any) -> None:
    """A file of the same name that can be read may hold other orders."""
    operator.drop("o.csv", "nothing,that,anybody,knows\n1,2,3,4\n")
    operator.call("run")
    run = operator.runs()[-1].name
    operator.drop("o.csv", HEADING + order("0001"))
    assert operator.call("run").exit_code == 0

    assert status(operator)["files"][0]["statuses"] == {"unreadable": 1}
    operator.call("forget", "--run", run)
    assert operator.call("status").exit_code == 0


def test_what_is_unfinished_is_told_apart(operator: Any) -> None:
    """It needs nobody, and goes on by itself."""
    operator.drop("o.csv", HEADING + order("0001") + order("0002"))
    operator.clarus.stop()
    operator.call("run")

    told = status(operator)

    assert (told["exit_code"], told["rows"]) == (1, 0)
    assert [(run["rows"], run["statuses"]) for run in told["unfinished"]] == [(2, {"pending": 2})]


def test_a_retry_that_succeeds_closes_its_rows(operator: Any) -> None:
    """An order that waited for its product goes once the product is there."""
    operator.drop("products.csv", "Code,Description,Unit Stock Unit Type Code\nNEW-1,New,NONE\n")
    operator.drop("o.csv", HEADING + order("0001").replace("DEMO-002", "NEW-1"))
    operator.call("run")
    assert [file["statuses"] for file in status(operator)["files"]] == [{"blocked": 1}, {"invalid": 1}]
    operator.drop("products.csv", "Code,Description,Unit Stock Unit Type Code\nNEW-1,New,EACH\n")
    operator.call("run")
    assert [file["statuses"] for file in status(operator)["files"]] == [{"blocked": 1}]

    operator.call("retry")
    assert operator.call("status").exit_code == 0


def test_the_ledger_holds_no_cell_but_references(operator: Any) -> None:
    """Names, addresses and the words of problems stay in the files of the run."""
    operator.drop("o.csv", HEADING + order("0001", "ten").replace("Jo", "Josephine Bloggs"))
    operator.call("run")

    content = b"".join(path.read_bytes() for path in operator.outbox.glob(f"{LEDGER}*"))

    assert b"0001" in content
    assert b"Josephine" not in content
    assert b"is not a number" not in content


def test_a_rebuilt_ledger_knows_what_needs_someone(operator: Any) -> None:
    """From the results files, run by run."""
    operator.drop("o.csv", HEADING + order("0001", "ten") + order("0002", "ten"))
    operator.call("run")
    operator.drop("o.csv", HEADING + order("0001"))
    operator.call("run")
    operator.call("rebuild")

    told = status(operator)

    assert told["rows"] == 1
    assert told["files"][0]["causes"][0]["first_rows"] == [3]
