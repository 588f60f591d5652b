"""Clarus's own templates and guides: each is read as what it is, or refused by its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

_DOCUMENT = Path(os.environ.get("CLARUS_OPENAPI") or Path(__file__).parents[3] / "../shared/clarus/openapi.json")
_TEMPLATES = _DOCUMENT.with_name("templates")

ENDINGS = {
    "hazardous_phrases_product_assignment": "this is Clarus's hazardous phrases template",
    "standard_address_import_template": "addresses",
    "standard_location_import_template": "locations",
    "standard_order_import_template": "orders",
    "standard_pre_receipt_crossdock_import_template": "crossdocks",
    "standard_pre_receipt_import_template": "receipts",
    "standard_product_account_assignment": "account_assignments",
    "standard_product_bom_import": "materials",
    "standard_product_import_template": "products",
    "standard_stock_attributes_update_import_template": "this is Clarus's stock attributes update template",
}
DEFAULTS = '[defaults.products]\n"Unit Stock Unit Type Code" = "EACH"\n[defaults.orders]\naccount_code = "ACME"\n'

# In the headings of Clarus's guides, with values of our own.
GUIDE_ORDER = (
    "order_reference,warehouse_code,account_code,supplier_code,customer_code,expected_date_of_dispatch,"
    "address 1,address 2,address 3,address 4,address 5,postcode,notes,load_reference,pick_reference,line_number,"
    "product_code,quantity\n"
    "G-1,WHS01,ACME,,,2026-12-01,1 Mill Lane,,Leeds,,,LS1 1AA,ring twice,,,10,DEMO-002,3\n"
)
GUIDE_RECEIPT = (
    "Receipt Reference,Warehouse Code,Account Code,Supplier Code,Expected Date of Receipt,Notes,Product Code,"
    "Item Quantity,Storage Unit Quantity,Datetime 1,Datetime 2,String 1,String 2,"
    "Alt Line Number,Alt Line Reference,Alt Line Note\n"
    "R-1,WHS01,ACME,,2026-12-01,,DEMO-002,4,2,2027-01-31,2027-02-28,B-17,blue,10,L-1,fragile\n"
)
GUIDE_PRODUCT = (
    "Code,Description,Unit Stock Unit Type Code,Is New Product,External System Reference,Weight Per Item\n"
    "GP-1,Guide kettle,EACH,TRUE,EXT-7,0.5\n"
)


@pytest.mark.skipif(not _TEMPLATES.exists(), reason="no templates beside the OpenAPI document")
@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("configured", ["", DEFAULTS], ids=["plain", "defaults"])
def test_each_template_is_what_it_is(operator: Any, name: str, configured: str) -> None:
    """All ten, and also where defaults would supply what a location has not."""
    operator.configure("", configured)

    checked = operator.call("check", _TEMPLATES / f"{name}.csv")

    ending = ENDINGS[name]
    assert (f".csv  {ending} " if " " not in ending else f".csv: {ending}") in checked.output
    assert "is nearly" not in checked.output


def test_an_order_in_the_headings_of_the_guide_is_whole(operator: Any) -> None:
    """Its street and its town arrive, and the number of its line."""
    operator.drop("orders.csv", GUIDE_ORDER)

    called = operator.call("run")

    [order] = [o for o in operator.clarus.records("goods_outs") if o.attributes["reference"] == "G-1"]
    assert called.exit_code == 0, called.output
    assert (order.address["address_1"], order.address["address_3"]) == ("1 Mill Lane", "Leeds")
    assert order.lines[0].attributes["alt_line_number"] == "10"


def test_a_supplier_of_an_order_is_told(operator: Any) -> None:
    """The guide has the column, the API has not: like every column that is not sent, it is never dropped silently."""
    operator.drop("orders.csv", GUIDE_ORDER.replace("ACME,,,", "ACME,SUP-1,,"))

    called = operator.call("run")

    assert called.exit_code == 0
    assert "supplier_code: not sent: an order has no supplier in Clarus's API (filled in 1 row)" in called.output


def test_a_receipt_in_the_headings_of_the_guide_is_whole(operator: Any) -> None:
    """String 1 is the batch of its line, Datetime 1 the sell-by date."""
    operator.drop("receipts.csv", GUIDE_RECEIPT)

    called = operator.call("run")

    [receipt] = [r for r in operator.clarus.records("goods_in_receipts") if r.attributes["reference"] == "R-1"]
    assert called.exit_code == 0, called.output
    line = receipt.lines[0].attributes
    assert (line["string1"], line["string2"], line["datetime1"][:10], line["datetime2"][:10]) == (
        "B-17",
        "blue",
        "2027-01-31",
        "2027-02-28",
    )
    assert "string1" not in receipt.attributes


def test_a_product_in_the_headings_of_the_guide_is_whole(operator: Any) -> None:
    """Its own number in the other system arrives; the weight is told, as that of the template is."""
    operator.drop("products.csv", GUIDE_PRODUCT)

    called = operator.call("run")

    [product] = [p for p in operator.clarus.records("products") if p.attributes["code"] == "GP-1"]
    assert called.exit_code == 0, called.output
    assert product.attributes["external_system_reference1"] == "EXT-7"
    assert "Weight Per Item: not sent" in called.output


@pytest.mark.parametrize("heading", ["adress1", "qantity dimension", "Recipient Nmae", "postal code", "notse"])
def test_a_misspelt_column_holds_its_file(operator: Any, heading: str) -> None:
    """Every row is invalid and names the column and what to do; when it is ignored, the rows go."""
    text = (
        f"order_reference,account_code,expected_date_of_dispatch,product_code,quantity,{heading}\n"
        "H-1,ACME,2026-12-01,DEMO-002,3,\nH-2,ACME,2026-12-01,DEMO-002,3,x\n"
    )
    operator.drop("orders.csv", text)

    held = operator.call("run", "-q")

    assert held.exit_code == 1
    assert operator.posts() == 0
    assert operator.statuses("orders.results.csv") == ["invalid", "invalid"]
    assert f"orders.csv, {heading}: is nearly" in held.output
    assert "ignore_columns.orders" in held.output

    operator.configure(f'ignore_columns.orders = ["{heading.upper()}"]\n')
    operator.drop("orders.csv", text)

    assert operator.call("run", "-q").exit_code == 0
    assert operator.posts() == 2


@pytest.mark.parametrize(("policy", "code", "told"), [("warn", 0, True), ("error", 1, True), ("ignore", 0, False)])
def test_unknown_columns_go_by_the_configuration(operator: Any, policy: str, code: int, told: bool) -> None:
    """A warning, an error of the whole file, or nothing; an empty column is never told."""
    operator.configure(f'unknown_columns = "{policy}"\n')
    operator.drop(
        "orders.csv",
        "order_reference,account_code,expected_date_of_dispatch,product_code,quantity,Tags,Colour\n"
        "U-1,ACME,2026-12-01,DEMO-002,3,x,\n",
    )

    called = operator.call("run", "-q")

    assert called.exit_code == code
    assert ("Tags" in called.output) is told
    assert "Colour" not in called.output
