"""A rehearsal: everything is looked up and written down, nothing is sent, moved or owed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

RECEIPTS = "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity\n"


def drop_everything(consultant: Any) -> None:
    """A new product with all that can belong to one, one that exists, one to be changed, and two receipts."""
    consultant.drop(
        "products.csv",
        {"code": "NEW", "description": "New", "account": "ACME", "pallet": True, "location": "PICK-A-01"},
        {"code": "OLD", "description": "Old"},
        {"code": "DEMO-002", "description": "Changed", "update": "true", "account": "ACME"},
        {"code": "BAD", "description": ""},
    )
    consultant.drop(
        "receipts.csv",
        text=RECEIPTS + "GR-1,ACME,WHS01,2030-01-01,DEMO-002,1\nGR-2,ACME,WHS01,2030-01-01,NEW,1\n"
        "GR-3,ACME,WHS01,2030-01-01,BAD,1\nGR-4,NOBODY,WHS01,2030-01-01,OLD,1\n",
    )


def payloads(consultant: Any) -> list[dict[str, Any]]:
    text = (consultant.last_run() / "payloads.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_it_tells_what_would_become_of_every_row(consultant: Any) -> None:
    """Rows are ready, exists, invalid, blocked; records are counted; what it cannot know is said."""
    consultant.run({"code": "OLD", "description": "Old"})
    drop_everything(consultant)

    result = consultant.call("run", "--dry-run")

    assert result.exit_code == 1
    assert consultant.statuses() == ["ready", "exists", "ready", "invalid"]
    assert consultant.statuses("receipts.results.csv") == ["ready", "ready", "blocked", "invalid"]
    told = consultant.summary()["rehearsal"]
    one_each = {"products": 1, "account_products": 2, "product_storage_units": 1, "pickface_products": 1}
    assert told["would_create"] == {**one_each, "receipts": 2}
    assert told["would_change"] == {"products": 1}
    assert told["would_leave_alone"] == {"products": 1}
    assert told["would_refuse"] == {"products": 1, "receipts": 2}
    assert "would be refused: " in result.output
    assert "only sending them shows that" in result.output


def test_it_touches_nothing(consultant: Any) -> None:
    """No write reaches Clarus, no file moves, the ledger stays, nothing is owed, and a second one says the same."""
    consultant.run({"code": "OLD", "description": "Old"})
    writes, ledger = consultant.writes(), (consultant.outbox / "ledger.sqlite3").read_bytes()
    drop_everything(consultant)
    inbox = {path: path.read_bytes() for path in (consultant.folder / "inbox").iterdir()}

    consultant.call("run", "--dry-run")
    first = payloads(consultant)
    consultant.call("run", "--dry-run")

    assert consultant.writes() == writes
    assert (consultant.outbox / "ledger.sqlite3").read_bytes() == ledger
    assert {path: path.read_bytes() for path in (consultant.folder / "inbox").iterdir()} == inbox
    assert payloads(consultant) == first
    assert "Nothing to do" in consultant.call("retry").output


def test_the_bodies_are_those_of_the_run(consultant: Any) -> None:
    """What names no record of the run itself is made exactly as it was written down."""
    consultant.drop("products.csv", {"code": "NEW", "description": "New", "barcode": "0012", "output": 1.5})
    consultant.drop("receipts.csv", text=RECEIPTS + "GR-1,ACME,WHS01,2030-01-01,DEMO-002,1\n")
    assert consultant.call("run", "--dry-run").exit_code == 0
    product, receipt = payloads(consultant)

    consultant.run()

    assert (product["method"], product["path"], receipt["path"]) == ("POST", "/products", "/goods_in_receipts")
    assert product["body"]["data"]["attributes"] == consultant.products()["NEW"]
    [made] = consultant.clarus.records("goods_in_receipts")
    attributes = receipt["body"]["data"]["attributes"]
    assert [line["attributes"] for line in attributes.pop("lines_changes")] == [line.attributes for line in made.lines]
    assert attributes == made.attributes


def test_ids_of_new_records_stand_as_words(consultant: Any) -> None:
    """A body that names a record of the run says so; those of a product that exists have its id."""
    drop_everything(consultant)

    consultant.call("run", "--dry-run")

    paths = [line["path"] for line in payloads(consultant) if line["record_type"] == "account_products"]
    assert paths == [
        "/products/(the id of product NEW, once it is created)/account_products",
        "/products/1000001/account_products",
    ]
    receipt = next(line for line in payloads(consultant) if line["reference"] == "GR-2")
    [line] = receipt["body"]["data"]["attributes"]["lines_changes"]
    assert "once it is created" in line["attributes"]["product_id"]
    assert "once it is created" in line["attributes"]["product_storage_unit_id"]


def test_what_a_run_would_refuse_for_another_file_is_not_ready(consultant: Any) -> None:
    """Two files that say different things of one product."""
    for name in ("one", "two"):
        consultant.drop(f"{name}.csv", {"code": "NEW", "description": name})

    assert consultant.call("run", "--dry-run").exit_code == 1

    assert consultant.statuses("one.results.csv") == ["ready"]
    assert consultant.statuses("two.results.csv") == ["invalid"]


def test_a_record_that_several_files_describe_is_written_once(consultant: Any) -> None:
    """The second one would meet the first."""
    for name in ("one.csv", "two.csv"):
        consultant.drop(name, {"code": "NEW", "description": "New", "account": "ACME"})

    assert consultant.call("run", "--dry-run").exit_code == 0

    assert [line["record_type"] for line in payloads(consultant)] == ["products", "account_products"]
    assert consultant.summary()["rehearsal"]["would_create"] == {"products": 1, "account_products": 1}


def test_an_unreadable_file_is_told_and_stays(consultant: Any) -> None:
    """The others are rehearsed."""
    consultant.drop("products.csv", {"code": "NEW", "description": "New"})
    consultant.drop("broken.csv", text="no,such,headings\n1,2,3\n")

    result = consultant.call("run", "--dry-run")

    assert result.exit_code == 1
    assert "broken.csv" in result.output
    assert consultant.statuses() == ["ready"]
    assert sorted(path.name for path in (consultant.folder / "inbox").iterdir()) == ["broken.csv", "products.csv"]


def test_it_needs_no_ledger(consultant: Any) -> None:
    """And makes none."""
    consultant.drop("products.csv", {"code": "NEW", "description": "New"})

    assert consultant.call("run", "--dry-run").exit_code == 0

    assert not (consultant.outbox / "ledger.sqlite3").exists()
    assert consultant.run().exit_code == 0


def test_it_cannot_finish_without_clarus(consultant: Any) -> None:
    """Out of reach: exit 3, the rows are pending, the file stays, nothing is owed."""
    path = consultant.drop("products.csv", {"code": "NEW", "description": "New"})
    consultant.clarus.conditions.outage = True

    result = consultant.call("run", "--dry-run")

    assert result.exit_code == 3
    assert consultant.statuses() == ["pending"]
    assert path.exists()
    consultant.clarus.conditions.outage = False
    assert consultant.run().exit_code == 0


@pytest.mark.parametrize("leftover", [True, False])
def test_the_ledger_of_a_killed_run_is_read_as_it_is(consultant: Any, leftover: bool) -> None:
    """Also where SQLite's log lies beside it still."""
    consultant.run({"code": "OLD", "description": "Old"})
    wal = Path(f"{consultant.outbox / 'ledger.sqlite3'}-wal")
    if leftover:
        wal.touch()
    consultant.drop("products.csv", {"code": "OLD", "description": "Old"})

    assert consultant.call("run", "--dry-run").exit_code == 0

    assert consultant.statuses() == ["exists"]
