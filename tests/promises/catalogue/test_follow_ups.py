"""What belongs to a product: its accounts, its storage units, its pick faces."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from pipeline.clarus.lists import Lists
from pipeline.sandbox import Fault, What
from schemas.vocabulary.lists import PRODUCT_STORAGE_UNITS

ACCOUNTS = "/api/products/"
UNITS = "/api/product_storage_units"
PICK_FACES = "/api/pickface_products"


def test_rows_with_one_code_are_one_product_in_several_accounts(consultant: Any) -> None:
    """Several rows with one code and different accounts make one product; the same account twice is one assignment."""
    rows = [{"code": "P-1", "description": "One", "account": a} for a in ("ACME", "GLOBEX", "ACME")]
    consultant.drop("products.csv", *rows)

    result = consultant.call("run")

    assert result.exit_code == 0, result.output
    assert list(consultant.products()) == ["P-1"]
    assert consultant.accounts() == [("P-1", "ACME"), ("P-1", "GLOBEX")]
    assert consultant.statuses() == ["created"] * 3


def test_what_is_in_clarus_already_is_left_alone(consultant: Any) -> None:
    """A product with its account and storage unit that another ledger has made: nothing is posted, the row exists."""
    text = consultant.products_file({"code": "P-1", "description": "One", "account": "ACME", "pallet": True})
    consultant.drop("products.csv", text=text)
    consultant.call("run")
    shutil.rmtree(consultant.outbox)
    before = consultant.writes()
    consultant.drop("products.csv", text=text)

    result = consultant.call("run")

    assert result.exit_code == 0, result.output
    assert consultant.statuses() == ["exists"]
    assert consultant.writes() == before


def test_a_unit_whose_type_clarus_does_not_show_is_doubtful(consultant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be one of another type: nothing is sent, and the row says so."""
    text = consultant.products_file({"code": "P-1", "description": "One", "pallet": True})
    consultant.drop("products.csv", text=text)
    consultant.call("run")
    shutil.rmtree(consultant.outbox)
    monkeypatch.setattr(Lists, "cannot_tell_apart", lambda self, codes: codes is PRODUCT_STORAGE_UNITS)
    consultant.drop("products.csv", text=text)

    consultant.run()

    assert consultant.statuses() == ["exists"]
    assert "this one, or one of another storage unit type, which it does not show" in consultant.error()


def test_the_first_storage_unit_of_a_product_gets_priority_0(consultant: Any) -> None:
    """Of two units of one file only the first asks for priority 0; a product that has one gets what Clarus gives."""
    tote = {"type": "TOTE", "configuration": "unit", "measure": "centimetre", "per_layer": 1, "layers": 1}
    consultant.drop(
        "products.csv",
        {"code": "P-1", "description": "One", "pallet": True},
        {"code": "P-1", **tote},
        {"code": "DEMO-002", "description": "Demo product 2", **tote},
    )

    result = consultant.call("run")

    assert result.exit_code == 0, result.output
    assert consultant.storage_units() == [("P-1", "PALLET", "case", 0), ("P-1", "TOTE", "unit", 1)]
    of_demo = [r.attributes for r in consultant.clarus.records("product_storage_units")]
    assert [unit["priority"] for unit in of_demo if unit["product_id"] == 1_000_001] == [0, 1]
    assert consultant.statuses() == ["created", "created", "exists"]


def test_units_of_one_product_that_contradict_each_other_are_a_problem(consultant: Any) -> None:
    """Two rows that describe one storage unit differently: neither is sent, the later row says why."""
    consultant.drop(
        "products.csv",
        {"code": "P-1", "description": "One", "pallet": True},
        {"code": "P-1", "pallet": True, "per_layer": 12},
    )

    result = consultant.call("run")

    assert result.exit_code == 1
    first, second = consultant.results()
    assert (first["clarus_status"], second["clarus_status"]) == ("invalid", "invalid")
    assert "12 contradicts 10 in row 2 of the same storage unit" in second["clarus_error"]
    assert consultant.writes() == {}


def test_a_storage_unit_without_what_it_needs_is_a_problem(consultant: Any) -> None:
    """Every cell that Clarus requires of a storage unit is asked for, each under its own heading."""
    consultant.drop("products.csv", {"code": "P-1", "description": "One", "type": "PALLET", "measure": ""})

    result = consultant.call("run")

    assert result.exit_code == 1
    [row] = consultant.results()
    assert row["clarus_status"] == "invalid"
    for heading in ("Stock Configuration", "Unit Of Measure", "Units Per Layer", "Number of Layers"):
        assert f"Storage Unit {heading}: is blank" in row["clarus_error"]


def test_a_configured_account_goes_for_rows_without_one(consultant: Any) -> None:
    """[defaults.products] "Account Code" assigns every product that names no account, also without the column."""
    consultant.configure(more='[defaults.products]\n"Account Code" = "ACME"\n')
    consultant.drop("one.csv", {"code": "P-1", "description": "One"})
    rows = [{"code": "P-2", "description": "Two", "account": "GLOBEX"}, {"code": "P-3", "description": "Three"}]
    consultant.drop("two.csv", *rows)

    result = consultant.call("run")

    assert result.exit_code == 0, result.output
    assert consultant.accounts() == [("P-1", "ACME"), ("P-2", "GLOBEX"), ("P-3", "ACME")]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (ACCOUNTS + "1000002/account_products", "account assignment ACME"),
        (UNITS, "storage unit PALLET/case"),
        (PICK_FACES, "pick face PICK-A-01"),
    ],
)
def test_a_refused_follow_up_is_told_and_added_later(consultant: Any, path: str, named: str) -> None:
    """The row has the product's id and says what is missing; the file dropped again adds only that."""
    consultant.clarus.faults.add(Fault(what=What.STATUS, status=422, method="POST", path=path))
    row = {"code": "P-1", "description": "One", "account": "ACME", "pallet": True, "location": "PICK-A-01"}
    consultant.drop("products.csv", row)

    first = consultant.call("run")

    assert first.exit_code == 1
    [told] = consultant.results()
    assert (told["clarus_status"], told["clarus_id"]) == ("rejected", "1000002")
    assert named in told["clarus_error"]
    before = consultant.writes()

    consultant.drop("products.csv", row)
    second = consultant.call("run")

    assert second.exit_code == 0, second.output
    assert sum(consultant.writes().values()) == sum(before.values()) + 1
    assert consultant.accounts() == [("P-1", "ACME")]
    assert consultant.storage_units() == [("P-1", "PALLET", "case", 0)]
    assert consultant.pick_faces() == [("P-1", "PICK-A-01")]
    assert consultant.statuses() == ["exists"]


@pytest.mark.parametrize("how", ["retry", "results dropped again"])
def test_other_ways_to_add_what_is_missing(consultant: Any, how: str) -> None:
    """`retry`, and the results file itself, add a follow-up that was refused, and only that."""
    consultant.clarus.faults.add(Fault(what=What.STATUS, status=422, method="POST", path=UNITS))
    consultant.drop("products.csv", {"code": "P-1", "description": "One", "account": "ACME", "pallet": True})
    consultant.call("run")
    before = consultant.writes()

    if how == "retry":
        result = consultant.call("retry")
    else:
        results = consultant.last_run() / "products.results.csv"
        consultant.drop("again.csv", text=results.read_text(encoding="utf-8-sig"))
        result = consultant.call("run")

    assert result.exit_code == 0, result.output
    assert sum(consultant.writes().values()) == sum(before.values()) + 1
    [row] = consultant.results("products.results.csv" if how == "retry" else "again.results.csv")
    assert row["clarus_status"] in ("created", "exists")
    assert row["clarus_error"] == ""


def test_a_refused_account_does_not_touch_the_other_rows(consultant: Any) -> None:
    """Each row answers for its own follow-ups, whatever becomes of those of other rows of the product."""
    path = ACCOUNTS + "1000002/account_products"
    consultant.clarus.faults.add(Fault(what=What.STATUS, status=422, method="POST", path=path))
    rows = [{"code": "P-1", "description": "One", "account": a} for a in ("ACME", "GLOBEX")]
    consultant.drop("products.csv", *rows)

    consultant.call("run")

    assert sorted(consultant.statuses()) == ["created", "rejected"]


def test_a_refused_row_stays_refused_while_another_is_owed(consultant: Any) -> None:
    """A run taken up for one row's unanswered follow-up does not call another row done whose own was refused."""
    path = ACCOUNTS + "1000002/account_products"
    consultant.configure(more="concurrency = 1\n")
    consultant.clarus.faults.add(
        Fault(what=What.STATUS, status=422, method="POST", path=path, times=2),
        Fault(what=What.CUT_BEFORE, method="POST", path=PICK_FACES),
    )
    consultant.drop(
        "products.csv",
        {"code": "P-1", "description": "One", "account": "ACME"},
        {"code": "P-1", "location": "PICK-A-01"},
    )
    consultant.call("run")
    assert consultant.statuses() == ["rejected", "unknown"]

    consultant.call("run")

    assert consultant.statuses() == ["rejected", "unknown"]
    assert "account assignment ACME" in consultant.results()[0]["clarus_error"]


def test_what_cannot_be_listed_is_not_sent_again_unasked(consultant: Any) -> None:
    """A pick face whose answer was lost stays unknown and says how to go on; retry --send-unknown sends it again."""
    consultant.clarus.faults.add(Fault(what=What.CUT_BEFORE, method="POST", path=PICK_FACES))
    text = consultant.products_file({"code": "P-1", "description": "One", "location": "PICK-A-01"})
    consultant.drop("products.csv", text=text)

    first = consultant.call("run")
    consultant.drop("products.csv", text=text)
    again = consultant.call("run")
    retried = consultant.call("retry")

    assert (first.exit_code, again.exit_code, retried.exit_code) == (1, 1, 1)
    assert consultant.pick_faces() == []
    [row] = consultant.results()
    assert (row["clarus_status"], row["clarus_id"]) == ("unknown", "1000002")
    assert "retry --send-unknown" in row["clarus_error"]

    sent = consultant.call("retry", "--send-unknown")

    assert sent.exit_code == 0, sent.output
    assert consultant.pick_faces() == [("P-1", "PICK-A-01")]


def test_the_hint_for_what_cannot_be_listed_comes_at_once(consultant: Any) -> None:
    """Already the run that lost the answer says what to do about it."""
    consultant.clarus.faults.add(Fault(what=What.CUT_AFTER, method="POST", path=PICK_FACES))
    consultant.drop("products.csv", {"code": "P-1", "description": "One", "location": "PICK-A-01"})

    consultant.call("run")

    [row] = consultant.results()
    assert row["clarus_status"] == "unknown"
    assert "retry --send-unknown" in row["clarus_error"]


def test_a_follow_up_that_has_changed_since_is_told(consultant: Any) -> None:
    """A storage unit that was posted with other content is left alone, and its row says so."""
    row = {"code": "P-1", "description": "One", "pallet": True}
    consultant.drop("products.csv", row)
    consultant.call("run")
    consultant.drop("products.csv", {**row, "per_layer": 12})

    result = consultant.call("run")

    assert result.exit_code == 1
    [told] = consultant.results()
    assert told["clarus_status"] == "differs"
    assert "storage unit PALLET/case: sent before with other content" in told["clarus_error"]


@pytest.mark.slow(keep_each=3)
@pytest.mark.parametrize("what", [What.CUT_AFTER, What.CUT_BEFORE, What.LOST_5XX, What.HALF_ANSWER])
@pytest.mark.parametrize("path", ["/api/products", UNITS])
def test_a_lost_answer_makes_nothing_twice(consultant: Any, what: What, path: str) -> None:
    """Whatever happens to an answer, the product has one account and one storage unit of priority 0."""
    consultant.clarus.conditions.read_lag_seconds = 0.03
    consultant.configure(more="reconcile_attempts = 9", give_up=60)
    consultant.clarus.faults.add(Fault(what=what, method="POST", path=path, every=2, times=None))
    rows = [{"code": f"P-{n}", "description": "One", "account": "ACME", "pallet": True} for n in range(6)]
    consultant.drop("products.csv", *rows)

    result = consultant.call("run")

    assert result.exit_code == 0, result.output
    assert consultant.accounts() == [(f"P-{n}", "ACME") for n in range(6)]
    assert consultant.storage_units() == [(f"P-{n}", "PALLET", "case", 0) for n in range(6)]


RECEIPT = """receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity
GR-1,ACME,WHS01,2030-01-01,P-1,10
"""


def test_a_receipt_names_the_storage_unit_just_made(consultant: Any) -> None:
    """Also while Clarus's lists do not show it yet."""
    consultant.clarus.conditions.read_lag_seconds = 1.8
    consultant.drop("products.csv", {"code": "P-1", "description": "One", "account": "ACME", "pallet": True})
    consultant.drop("receipts.csv", text=RECEIPT)

    result = consultant.call("run")

    assert result.exit_code == 0, result.output
    [line] = consultant.clarus.records("goods_in_receipts")[0].lines
    assert line.attributes["product_storage_unit_id"] == 2_000_002


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(what=What.STATUS, status=422, path=UNITS), "blocked"),
        (Fault(what=What.STATUS, status=500, path=UNITS, times=None), "pending"),
    ],
)
def test_a_receipt_waits_for_the_storage_unit_of_this_run(consultant: Any, fault: Fault, status: str) -> None:
    """A receipt posted without its storage unit could never be corrected: it waits for the unit, as for its product."""
    consultant.configure(more="reconcile_attempts = 1\n")
    consultant.clarus.faults.add(fault)
    consultant.drop("products.csv", {"code": "P-1", "description": "One", "pallet": True})
    consultant.drop("receipts.csv", text=RECEIPT)

    consultant.call("run")

    [row] = consultant.results("receipts.results.csv")
    assert row["clarus_status"] == status
    assert "storage unit" in row["clarus_error"]
    assert "products.csv row 2" in row["clarus_error"]

    consultant.clarus.faults.replace()
    retried = consultant.call("retry")

    assert retried.exit_code == 0, retried.output
    [line] = consultant.clarus.records("goods_in_receipts")[0].lines
    assert line.attributes["product_storage_unit_id"] == 2_000_002
