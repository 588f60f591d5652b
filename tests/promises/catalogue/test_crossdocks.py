"""Crossdocks: the API has the header alone, so a file with lines waits until somebody says otherwise."""

from __future__ import annotations

from typing import Any

from pipeline.sandbox import Fault, What

FILE = """\
receipt_reference,account_code,receipt_type,warehouse_code,carrier_code,supplier_code,expected_date_of_receipt,\
delivery_method,notes,product_code,item_quantity,goods_out_reference
CD-1,ACME,crossdock,WHS01,ROYAL-MAIL,SUP-001,2026-06-10,delivery,Fragile,DEMO-002,60,GO-1
CD-1,,,,,,,,,DEMO-002,40,GO-2
CD-2,ACME,crossdock,,,,2026-06-11,collection,,,,
"""
RECEIPTS = """\
receipt_reference,account_code,warehouse_code,expected_date_of_receipt,receipt_type,product_code,item_quantity
R-1,ACME,WHS01,2026-06-10,,DEMO-002,1
R-2,ACME,WHS01,2026-06-10,Crossdock,DEMO-002,1
"""


def test_a_file_with_lines_is_held(operator: Any) -> None:
    """All of it, with what to do; with `crossdock_lines = "drop"` the headers go, each once."""
    operator.drop("crossdocks.csv", FILE)
    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("crossdocks.results.csv") == ["invalid"] * 3
    assert operator.clarus.records("crossdocks") == []
    assert "makes a crossdock without lines (product_code, item_quantity, goods_out_reference)" in called.output
    assert 'crossdock_lines = "drop"' in called.output

    operator.configure('crossdock_lines = "drop"\n')
    operator.drop("crossdocks.csv", FILE)
    operator.clarus.faults.replace([Fault(what=What.CUT_AFTER, path="/api/crossdocks")])
    called = operator.call("run")

    assert called.exit_code == 0, called.output
    one, two = sorted(operator.clarus.records("crossdocks"), key=lambda record: record.attributes["reference"])
    assert one.attributes == {
        "account_id": 101,
        "reference": "CD-1",
        "warehouse_id": 201,
        "carrier_id": one.attributes["carrier_id"],
        "supplier_id": 701,
        "expected_date_of_receipt": "2026-06-10T00:00:00+00:00",
        "inbound_method": "delivery",
        "notes": "Fragile",
    }
    assert two.attributes["inbound_method"] == "collection"
    assert "(product_code, item_quantity, goods_out_reference): not sent" in called.output


def test_a_file_of_headers_goes(operator: Any) -> None:
    """With where it is fetched, as the API has it."""
    operator.drop(
        "crossdocks.csv",
        "crossdock_reference,account_code,expected_date_of_receipt,collection_name,collection_address_3\n"
        "CD-9,ACME,2026-06-10 08:30,Depot,Hull\n",
    )

    called = operator.call("run")

    assert called.exit_code == 0, called.output
    [made] = operator.clarus.records("crossdocks")
    assert made.attributes["address"] == {"name": "Depot", "address_3": "Hull"}


def test_crossdocks_among_receipts_are_told_where_they_belong(operator: Any) -> None:
    """The whole file waits: a crossdock must not become a receipt."""
    operator.drop("receipts.csv", RECEIPTS)

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("receipts.results.csv") == ["invalid", "invalid"]
    assert "row 3 is crossdock, not receipts: no row of the file is sent" in called.output
    assert "template crossdocks" in called.output
    assert operator.clarus.records("goods_in_receipts") == []
