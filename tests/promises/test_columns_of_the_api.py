"""Attributes of the API that Clarus's templates have no column for, and what a deployment adds to the contract."""

from __future__ import annotations

import csv
from typing import Any

import pytest

ORDER = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity"
RECEIPT = "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity"


def test_lines_of_orders_carry_what_the_api_knows_of_them(operator: Any) -> None:
    """External references, dates, carrier and strategies of a line are the line's own."""
    operator.configure()
    more = "line_external_system_reference1,line_datetime1,line_carrier_code,line_carrier_service,line_pack_strategy"
    operator.drop("o.csv", f"{ORDER},{more}\nA,ACME,2026-12-01,DEMO-002,1,X-9,2026-12-24,DPD,TRACKED-24,pack_by_line\n")

    done = operator.call("run")

    assert done.exit_code == 0, done.output
    [order] = operator.clarus.records("goods_outs")
    line = order.lines[0].attributes
    assert line["external_system_reference1"] == "X-9"
    assert line["datetime1"] == "2026-12-24T00:00:00+00:00"
    assert line["pack_strategy"] == "pack_by_line"
    assert isinstance(line["carrier_id"], int)
    assert isinstance(line["carrier_service_id"], int)
    assert order.attributes["external_system_reference1"] == "A"


def test_a_service_of_a_line_needs_its_carrier(operator: Any) -> None:
    """A service is known by its code within its carrier alone: the row says so."""
    file = operator.drop("o.csv", f"{ORDER},line_carrier_service\nA,ACME,2026-12-01,DEMO-002,1,TRACKED-24\n")

    done = operator.call("check", file)

    assert done.exit_code == 1
    assert "row 2, line_carrier_service: TRACKED-24 needs a line_carrier_code" in done.output


def test_a_receipt_has_an_address(operator: Any) -> None:
    """It goes where an order's goes, beside the attributes; the lines have references of their own."""
    operator.configure()
    more = "recipient_name,address1,postcode,country_code,actual_date_of_arrival,line_external_system_reference2"
    operator.drop("r.csv", f"{RECEIPT},{more}\nR,ACME,WHS01,2026-12-01,DEMO-002,1,Mill,1 Lane,LS1,GB,2026-12-02,X-2\n")

    done = operator.call("run")

    assert done.exit_code == 0, done.output
    [receipt] = operator.clarus.records("goods_in_receipts")
    assert receipt.address == {"name": "Mill", "address_1": "1 Lane", "postcode": "LS1", "country_code": "GB"}
    assert receipt.attributes["actual_date_of_arrival"] == "2026-12-02T00:00:00+00:00"
    assert receipt.lines[0].attributes["external_system_reference2"] == "X-2"


def test_what_an_address_record_has_besides_does_not_go_into_an_order(operator: Any) -> None:
    """`default_notes` and `is_active` are the record's own; an order that takes the address gets the rest."""
    operator.configure()
    headings = "code,address_type,name,postcode,country,default_notes,is_active"
    operator.drop("a.csv", f"{headings}\nHOME,DeliveryAddress,Ann,LS1,GB,Ring twice,TRUE\n")
    operator.drop("o.csv", f"{ORDER},address_code\nA,ACME,2026-12-01,DEMO-002,1,HOME\n")

    done = operator.call("run")

    assert done.exit_code == 0, done.output
    [address] = operator.clarus.records("delivery_addresses")
    assert address.attributes["default_notes"] == "Ring twice"
    assert address.attributes["is_active"] is True
    [order] = operator.clarus.records("goods_outs")
    assert order.address == {"name": "Ann", "postcode": "LS1", "country_code": "GB"}


@pytest.mark.parametrize("record", ["orders", "receipts", "addresses", "products"])
def test_a_template_has_them_only_when_all_columns_are_asked_for(record: str, operator: Any) -> None:
    """`template --all` has every column that `fields` lists, `template` those that are in the template."""
    operator.call("template", record, "-o", "some.csv")
    operator.call("template", record, "-o", "all.csv", "--all")

    some, every = (
        next(csv.reader((operator.folder / name).read_text(encoding="utf-8-sig").splitlines()))
        for name in ("some.csv", "all.csv")
    )
    told = operator.call("fields", record).output
    assert set(some) < set(every)
    assert all(heading.split()[0] in told for heading in set(every) - set(some))


CONFIGURED = '[required]\norders = ["warehouse_code", "postcode"]\n[words]\norders.pick_type = ["trolley"]\n'


def test_a_deployment_requires_more_columns(operator: Any) -> None:
    """A blank one holds its order; a default or an address of the address book fills it."""
    operator.configure("", CONFIGURED)
    operator.drop("a.csv", "code,address_type,name,postcode,country\nHOME,,Ann,LS1,GB\nFLAT,,Eve,,GB\n")
    rows = [
        "A,ACME,2026-12-01,DEMO-002,1,WHS01,LS1,",
        "B,ACME,2026-12-01,DEMO-002,1,WHS01,,",
        "C,ACME,2026-12-01,DEMO-002,1,,LS1,",
        "D,ACME,2026-12-01,DEMO-002,1,WHS01,,HOME",
        "E,ACME,2026-12-01,DEMO-002,1,WHS01,,FLAT",
    ]
    operator.drop("o.csv", "\n".join([f"{ORDER},warehouse_code,postcode,address_code", *rows, ""]))

    done = operator.call("run")

    assert done.exit_code == 1, done.output
    assert operator.statuses("o.results.csv") == ["created", "invalid", "invalid", "created", "invalid"]
    assert "row 3, postcode: is blank" in done.output
    assert "row 4, warehouse_code: is blank" in done.output
    assert "address FLAT has no postcode, which is required here" in done.output


def test_a_tenant_has_words_of_its_own(operator: Any) -> None:
    """They pass the check, as a default too; others are still refused, and the nearest is named."""
    operator.configure("", CONFIGURED + '[defaults.orders]\npick_type = "trolley"\n')
    rows = "A,ACME,2026-12-01,DEMO-002,1,WHS01,LS1,Trolley\nB,ACME,2026-12-01,DEMO-002,1,WHS01,LS1,trollex\n"
    file = operator.drop("o.csv", f"{ORDER},warehouse_code,postcode,pick_type\n{rows}")

    done = operator.call("check", file)

    assert "1 error" in done.output
    assert "row 3, pick_type: trollex is not one of standard, tote, trolley (did you mean trolley?)" in done.output
    assert "trolley" in operator.call("fields", "orders").output


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ('[required]\norders = "postcode"', "required.orders must be a list of columns"),
        ('[required]\norders = ["postcod"]', "unknown column 'postcod' of orders (did you mean 'postcode'?)"),
        ('[required]\nreceipts = ["trailer_code"]', "trailer_code is not sent to Clarus"),
        ('[words]\norders.notes = ["x"]', "notes is no column of fixed words"),
        ("[words]\norders.pick_type = []", "words.orders.pick_type must be a list of words"),
    ],
)
def test_what_cannot_be_added_is_one_sentence(sections: str, told: str, operator: Any) -> None:
    """Exit code 2, with the key."""
    operator.configure("", sections)
    file = operator.drop("o.csv", ORDER)

    done = operator.call("check", file)

    assert done.exit_code == 2
    assert told in done.output


def test_a_deployment_may_require_what_follows_a_product(operator: Any) -> None:
    """Products with a storage unit are loaded as ever where the deployment requires a column more."""
    operator.configure("", '[required]\nproducts = ["Barcode"]\n')
    unit = "Storage Unit Type Code,Storage Unit Stock Configuration,Storage Unit Unit Of Measure"
    layers = "Storage Unit Units Per Layer,Storage Unit Number of Layers"
    rows = "P-1,One,EACH,5012345678900,PALLET,case,centimetre,10,5\nP-2,Two,EACH,,PALLET,case,centimetre,10,5\n"
    operator.drop("p.csv", f"Code,Description,Unit Stock Unit Type Code,Barcode,{unit},{layers}\n{rows}")

    done = operator.call("run")

    assert done.exit_code == 1
    assert operator.statuses("p.results.csv") == ["created", "invalid"]
    assert len(list(operator.clarus.records("product_storage_units"))) == 2  # and that of the demo product
