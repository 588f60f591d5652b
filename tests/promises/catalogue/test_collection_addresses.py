"""Collection addresses: rows of an address file, or a file of their own."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox import Fault, What

ADDRESSES = """\
code,address_type,name,address_1,address_3,country,account_code,customer_code,supplier_code
DEPOT,DeliveryAddress,Shop,1 Road,Leeds,GB,ACME,CUST-001,
DEPOT,CollectionAddress,Depot,2 Road,Hull,GB,,,SUP-001
YARD,CollectionAddress,Yard,3 Road,York,GB,,CUST-001,
"""


def test_delivery_and_collection_address_may_share_a_code(operator: Any) -> None:
    """They are records of two lists; what one of them does not have is told and not sent."""
    operator.drop("addresses.csv", ADDRESSES)

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    [shop] = [record.attributes for record in operator.clarus.records("delivery_addresses")]
    depot, yard = (record.attributes for record in operator.clarus.records("collection_addresses"))
    assert (shop["code"], shop["address_3"], shop["customer_id"]) == ("DEPOT", "Leeds", 801)
    assert (depot["code"], depot["address_3"], depot["supplier_id"]) == ("DEPOT", "Hull", 701)
    assert (yard["code"], "customer_id" in yard, "supplier_id" in shop) == ("YARD", False, False)
    assert "customer_code: not sent for what becomes a collection address" in called.output
    assert "supplier_code: not sent" not in called.output


def test_the_file_in_again_sends_nothing(operator: Any) -> None:
    """Neither the file nor its results; and a file of their own finds the same records."""
    operator.drop("addresses.csv", ADDRESSES)
    operator.call("run")
    sent = operator.posts()
    results = (operator.runs()[-1] / "addresses.results.csv").read_text(encoding="utf-8-sig")

    operator.drop("addresses.csv", ADDRESSES)
    assert operator.call("run").exit_code == 0
    operator.drop("results.csv", results)
    assert operator.call("run").exit_code == 0
    operator.drop("depots.csv", "collection_address_code,name,address_1,address_3,country\nYARD,Yard,3 Road,York,GB\n")
    assert operator.call("run").exit_code == 0

    assert operator.statuses("depots.results.csv") == ["exists"]
    assert operator.posts() == sent


def test_what_is_in_doubt_stays_unknown(operator: Any) -> None:
    """Clarus does not list them: a lost answer is never followed by a second post."""
    operator.drop("addresses.csv", ADDRESSES)
    operator.clarus.faults.replace([Fault(what=What.CUT_AFTER, path="/api/collection_addresses")])

    assert operator.call("run").exit_code == 1
    assert operator.call("retry").exit_code == 1

    assert sorted(operator.statuses("addresses.results.csv")) == ["created", "created", "unknown"]
    assert len(operator.clarus.records("collection_addresses")) == 2
