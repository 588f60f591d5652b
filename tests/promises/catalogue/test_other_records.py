"""Addresses, suppliers, customers, bills of materials, and products that receipts ask for."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from pipeline.sandbox import Fault, What

ADDRESSES = "code,address_type,name,address_1,address_3,postcode,country,account_code,customer_code\n"
ORDERS = "order_reference,account_code,expected_date_of_dispatch,customer_code,address_code,product_code,quantity\n"
RECEIPTS = (
    "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,"
    "product_code,item_quantity,create_product,product_description\n"
)
MATERIALS = "parent_product_code,child_product_code,quantity,output_quantity,assemble_on_pick\n"
EACH = '[defaults.products]\n"Unit Stock Unit Type Code" = "EACH"\n'


def test_addresses_are_created_once(consultant: Any) -> None:
    """With the customer they belong to; a collection address is a record of a list of its own, with its supplier."""
    text = (
        ADDRESSES
        + "A-1,DeliveryAddress,Shop,1 Road,Leeds,LS1,GB,,CUST-002\n"
        + "A-2,CollectionAddress,Depot,2 Road,Leeds,LS1,GB,,\n"
        + "A-3,,Other,3 Road,Leeds,LS1,GB,ACME,\n"
    )
    consultant.drop("addresses.csv", text=text)
    consultant.run()
    first = consultant.statuses("addresses.results.csv")
    consultant.drop("addresses.csv", text=text)
    consultant.run()

    made = [record.attributes for record in consultant.clarus.records("delivery_addresses")]
    assert [(each["code"], each.get("customer_id")) for each in made] == [("A-1", 802), ("A-3", None)]
    assert first == ["created"] * 3
    assert consultant.statuses("addresses.results.csv") == ["exists"] * 3
    [depot] = consultant.clarus.records("collection_addresses")
    assert (depot.attributes["code"], depot.attributes["address_3"]) == ("A-2", "Leeds")


def test_orders_take_an_address_whatever_clarus_says_of_it(consultant: Any) -> None:
    """An address in doubt stays unknown and is not sent again unasked; the order carries it all the same."""
    consultant.clarus.faults.add(Fault(what=What.CUT_AFTER, path="/api/delivery_addresses"))
    text = ADDRESSES + "A-1,DeliveryAddress,Shop,1 Road,Leeds,LS1,GB,,\n"
    consultant.drop("addresses.csv", text=text)
    consultant.drop("orders.csv", text=ORDERS + "O-1,ACME,2030-01-01,,A-1,DEMO-002,1\n")

    consultant.run(exit_code=1)
    consultant.run(exit_code=1)

    assert consultant.writes()["POST /api/delivery_addresses"] == 1
    assert consultant.statuses("addresses.results.csv") == ["unknown"]
    assert "retry --send-unknown" in consultant.error(2, "addresses.results.csv")
    assert consultant.clarus.records("goods_outs")[0].address["address_1"] == "1 Road"


def test_a_configured_address_book_is_not_posted(consultant: Any) -> None:
    """It serves orders; only a file of the run is created in Clarus."""
    (consultant.folder / "book.csv").write_text(ADDRESSES + "A-1,DeliveryAddress,Shop,1 Road,Leeds,LS1,GB,,\n")
    consultant.configure(top='address_book = "book.csv"')
    consultant.drop("orders.csv", text=ORDERS + "O-1,ACME,2030-01-01,,A-1,DEMO-002,1\n")

    consultant.run()

    assert consultant.clarus.records("delivery_addresses") == []
    assert consultant.clarus.records("goods_outs")[0].address["postcode"] == "LS1"


def test_suppliers_and_customers_come_before_what_names_them(consultant: Any) -> None:
    """Orders and addresses name a customer of the same run, receipts a supplier; each is made once."""
    consultant.drop("a-orders.csv", text=ORDERS + "O-1,ACME,2030-01-01,C-9,A-1,DEMO-002,1\n")
    consultant.drop("b-addresses.csv", text=ADDRESSES + "A-1,DeliveryAddress,Shop,1 Road,Leeds,LS1,GB,,C-9\n")
    consultant.drop("customers.csv", text="customer_code,customer_name,address_1,country_code\nC-9,Nine,1 Road,gb\n")
    consultant.drop("suppliers.csv", text="supplier_code,supplier_name,description,email_address\nS-9,Nine,Tea,a@b.c\n")
    consultant.drop(
        "c-receipts.csv",
        text="receipt_reference,account_code,warehouse_code,supplier_code,expected_date_of_receipt,product_code,"
        "item_quantity\nGR-1,ACME,WHS01,S-9,2030-01-01,DEMO-002,1\n",
    )

    consultant.run()

    customer = consultant.clarus.records("customers")[-1]
    supplier = consultant.clarus.records("suppliers")[-1]
    assert customer.attributes == {
        "code": "C-9",
        "name": "Nine",
        "external_system_reference1": "C-9",
        "address": {"address_1": "1 Road", "country_code": "GB"},
    }
    assert (supplier.attributes["description"], supplier.attributes["address"]) == ("Tea", {"email_address": "a@b.c"})
    assert consultant.clarus.records("goods_outs")[0].attributes["customer_id"] == customer.id
    assert consultant.clarus.records("delivery_addresses")[0].attributes["customer_id"] == customer.id
    assert consultant.clarus.records("goods_in_receipts")[0].attributes["supplier_id"] == supplier.id


@pytest.mark.parametrize("where", ["column", "default"])
def test_products_that_receipts_ask_for_are_created_once(consultant: Any, where: str) -> None:
    """However many lines and files name them; one that exists is left alone, and needs no description."""
    consultant.configure(more=EACH + ('[defaults.receipts]\ncreate_product = "true"\n' if where == "default" else ""))
    wish = "true" if where == "column" else ""
    for name in ("one", "two"):
        rows = f"{name},ACME,WHS01,2030-01-01,N-1,1,{wish},\n{name},,,,N-1,2,{wish},New one\n"
        rows += f"{name},,,,DEMO-002,3,{wish},\n"
        consultant.drop(f"{name}.csv", text=RECEIPTS + rows)

    consultant.run()

    product = {"code": "N-1", "description": "New one", "external_system_reference1": "N-1", "stock_unit_type_id": 501}
    assert consultant.products() == {"N-1": product}
    assert consultant.writes()["POST /api/products"] == 1
    assert len(consultant.clarus.records("goods_in_receipts")) == 2


@pytest.mark.parametrize(
    ("more", "description", "said"),
    [(EACH, "", "product_description is blank"), ("", "New one", '[defaults.products] sets no "Unit Stock Unit')],
)
def test_what_a_product_needs_to_be_created_is_said(consultant: Any, more: str, description: str, said: str) -> None:
    """On the rows that want it, and only if it is missing indeed."""
    consultant.configure(more=more)
    row = f"GR-1,ACME,WHS01,2030-01-01,N-1,1,true,{description}\nGR-2,ACME,WHS01,2030-01-01,DEMO-002,1,true,\n"
    consultant.drop("receipts.csv", text=RECEIPTS + row)

    consultant.run(exit_code=1)

    assert consultant.statuses("receipts.results.csv") == ["invalid", "created"]
    assert said in consultant.error(2, "receipts.results.csv")


def test_a_code_that_is_no_code_of_a_product_is_not_created(consultant: Any) -> None:
    """It is held to the rules of a products file before anything is sent."""
    consultant.configure(more=EACH)
    code = "X" * 51
    consultant.drop("receipts.csv", text=f"{RECEIPTS}GR-1,ACME,WHS01,2030-01-01,{code},1,true,New one\n")

    consultant.run(exit_code=1)

    assert consultant.statuses("receipts.results.csv") == ["invalid"]
    assert "it cannot be created: its code" in consultant.error(2, "receipts.results.csv")
    assert consultant.products() == {}


def test_a_refused_creation_blocks_the_receipts_and_says_why(consultant: Any) -> None:
    """In Clarus's words; once it is accepted, they go."""
    consultant.configure(more=EACH)
    consultant.clarus.faults.add(Fault(what=What.STATUS, status=422, path="/api/products"))
    rows = "GR-1,ACME,WHS01,2030-01-01,N-1,1,true,New\nGR-2,ACME,WHS01,2030-01-01,N-1,1,true,New\n"
    consultant.drop("receipts.csv", text=RECEIPTS + rows)

    consultant.run(exit_code=1)

    assert consultant.statuses("receipts.results.csv") == ["blocked", "blocked"]
    assert "receipts.csv row 2 wants it created: Clarus refused it (422)" in consultant.error(3, "receipts.results.csv")
    assert consultant.call("retry").exit_code == 0


def test_a_product_with_a_wrong_row_of_its_own_is_not_created_from_a_receipt(consultant: Any) -> None:
    """Half a product made for a receipt would stand in the way of the whole one."""
    consultant.configure(more=EACH)
    consultant.drop("products.csv", {"code": "N-1", "description": "New", "location": "PICK-A-01", "trigger": "x"})
    consultant.drop("receipts.csv", text=RECEIPTS + "GR-1,ACME,WHS01,2030-01-01,N-1,1,true,New\n")

    consultant.run(exit_code=1)

    assert consultant.products() == {}
    assert consultant.statuses("receipts.results.csv") == ["blocked"]
    assert "products.csv row 2" in consultant.error(2, "receipts.results.csv")


def test_components_are_posted_once_children_first(consultant: Any) -> None:
    """After both products, whatever the order of the rows; the parent's own row carries what the file says of it."""
    text = MATERIALS + "A,B,2,10,true\nB,C,3,,\nA,C,1,10,\n"
    products = [{"code": code, "description": code} for code in "ABC"]
    consultant.drop("materials.csv", text=text)
    consultant.run(*products)
    consultant.drop("materials.csv", text=text)
    consultant.run(*products)

    assert sorted(consultant.components()) == [("A", "B", 2), ("A", "C", 1), ("B", "C", 3)]
    assert consultant.components()[0] == ("B", "C", 3)
    parent = consultant.products()["A"]
    assert (parent["output_quantity"], parent["assemble_on_pick"]) == (10, True)
    assert consultant.statuses("materials.results.csv") == ["exists"] * 3


def test_components_that_exist_are_left_alone(consultant: Any) -> None:
    """Found in Clarus's own list, by both codes."""
    products = [{"code": code, "description": code} for code in "AB"]
    consultant.drop("materials.csv", text=MATERIALS + "A,B,2,,\n")
    consultant.run(*products)
    shutil.rmtree(consultant.outbox)

    consultant.drop("materials.csv", text=MATERIALS + "A,B,2,,\n")
    consultant.run()

    assert consultant.components() == [("A", "B", 2)]
    assert consultant.statuses("materials.results.csv") == ["exists"]


def test_a_circle_is_named(consultant: Any) -> None:
    """Each row that closes it says so; rows outside of it go on."""
    text = MATERIALS + "A,B,1,,\nB,A,1,,\nC,C,1,,\nD,A,1,,\n"
    consultant.drop("materials.csv", text=text)

    consultant.run(*[{"code": code, "description": code} for code in "ABCD"], exit_code=1)

    assert consultant.statuses("materials.results.csv") == ["invalid", "invalid", "invalid", "created"]
    assert "A → B → A" in consultant.error(2, "materials.results.csv") or "B → A → B" in consultant.error(
        2, "materials.results.csv"
    )
    assert "C → C" in consultant.error(4, "materials.results.csv")
    assert consultant.components() == [("D", "A", 1)]


def test_what_is_said_of_a_parent_must_agree(consultant: Any) -> None:
    """With the other rows, and with the parent's own row, which counts."""
    consultant.drop("materials.csv", text=MATERIALS + "A,C,1,10,\nA,D,1,11,\nB,C,1,7,\n")
    products = [{"code": code, "description": code} for code in "ACD"]

    consultant.run(*products, {"code": "B", "description": "B", "output": 5}, exit_code=1)

    assert consultant.statuses("materials.results.csv") == ["created", "invalid", "invalid"]
    assert "11 contradicts 10 in materials.csv row 2" in consultant.error(3, "materials.results.csv")
    assert "7 contradicts 5 in products.csv row 5" in consultant.error(4, "materials.results.csv")
    assert consultant.products()["B"]["output_quantity"] == 5


def test_what_is_said_of_a_parent_elsewhere_is_a_warning(consultant: Any) -> None:
    """There is no row of its own to carry it."""
    consultant.run({"code": "A", "description": "A", "kind": "bill_of_materials"})
    consultant.drop("materials.csv", text=MATERIALS + "A,DEMO-002,1,10,\n")

    result = consultant.run()

    assert "is not sent: it goes with the parent's own row" in result.output
    assert consultant.statuses("materials.results.csv") == ["created"]


def test_a_component_of_a_failed_product_is_blocked(consultant: Any) -> None:
    """It names the product's row."""
    consultant.clarus.faults.add(Fault(what=What.STATUS, status=422, path="/api/products"))
    consultant.drop("materials.csv", text=MATERIALS + "A,DEMO-002,1,,\n")

    consultant.run({"code": "A", "description": "A"}, exit_code=1)

    assert consultant.statuses("materials.results.csv") == ["blocked"]
    assert "products.csv row 2" in consultant.error(2, "materials.results.csv")


def test_a_parent_that_is_none_in_clarus_is_told_before_anything_is_sent(consultant: Any) -> None:
    """Unless the products file of the run states it, and it may be changed: then it becomes one."""
    consultant.run({"code": "A", "description": "A"})
    consultant.drop("materials.csv", text=MATERIALS + "A,DEMO-002,2,,\n")
    before = consultant.writes()
    consultant.run(exit_code=1)
    assert consultant.statuses("materials.results.csv") == ["invalid"]
    assert "A is in Clarus, and is no bill of materials there" in consultant.error(2, "materials.results.csv")
    assert consultant.writes() == before

    consultant.drop("materials.csv", text=MATERIALS + "A,DEMO-002,2,12,true\n")
    consultant.run({"code": "A", "description": "A", "update": "true"})

    assert consultant.statuses("materials.results.csv") == ["created"]
    assert consultant.statuses() == ["updated"]
    product = consultant.products()["A"]
    assert [product[name] for name in ("product_type", "output_quantity", "assemble_on_pick")] == [
        "bill_of_materials",
        12,
        True,
    ]


def test_a_circle_through_what_clarus_has_is_told(consultant: Any) -> None:
    """A is made of B in Clarus, B of C: C cannot be made of A."""
    rows = [{"code": code, "description": code, "kind": "bill_of_materials"} for code in "ABC"]
    consultant.drop("materials.csv", text=MATERIALS + "A,B,1,,\nB,C,1,,\n")
    consultant.run(*rows)
    consultant.drop("materials.csv", text=MATERIALS + "C,A,1,,\nC,DEMO-002,1,,\n")

    consultant.run(exit_code=1)

    assert consultant.statuses("materials.results.csv") == ["invalid", "created"]
    assert "C → A → B → C" in consultant.error(2, "materials.results.csv")


def test_a_component_gets_another_quantity(consultant: Any) -> None:
    """Where its row allows it; old and new are in issues.csv."""
    consultant.drop("materials.csv", text=MATERIALS + "A,DEMO-002,2,,\n")
    consultant.run({"code": "A", "description": "A"})
    consultant.configure(more='[existing]\nmaterials = "update"\n')

    consultant.drop("materials.csv", text=MATERIALS + "A,DEMO-002,5,,\n")
    consultant.run()

    assert consultant.statuses("materials.results.csv") == ["updated"]
    assert consultant.components() == [("A", "DEMO-002", 5)]
    assert "2 → 5" in (consultant.last_run() / "issues.csv").read_text(encoding="utf-8-sig")
