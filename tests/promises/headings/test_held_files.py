"""A file whose headings are wrong goes as a whole, and takes nothing of another file with it unnoticed."""

from __future__ import annotations

from typing import Any

import openpyxl

PRODUCTS = (
    "Code,Description,Unit Stock Unit Type Code,Account Code,Comodity Code\n"
    "H-1,Kettle,EACH,ACME,123\nH-2,Mug,EACH,ACME,\n"
)
ORDERS = "order_reference,account_code,expected_date_of_dispatch,product_code,quantity\n"


def test_what_names_a_held_file_is_blocked(operator: Any) -> None:
    """Products and what belongs to them stay; an order of one of them names the row; other orders go."""
    operator.drop("products.csv", PRODUCTS)
    operator.drop("orders.csv", f"{ORDERS}O-1,ACME,2026-12-01,H-2,1\nO-2,ACME,2026-12-01,DEMO-002,1\n")

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("products.results.csv") == ["invalid", "invalid"]
    assert operator.statuses("orders.results.csv") == ["blocked", "created"]
    assert "products.csv row 3" in operator.results("orders.results.csv")[0]["clarus_error"]
    assert "Comodity Code" in operator.results("products.results.csv")[1]["clarus_error"]
    assert operator.posts() == 1


def test_a_corrected_heading_lets_the_rows_go(operator: Any) -> None:
    """Dropped in again under the right heading, every row is sent, with the column."""
    operator.drop("products.csv", PRODUCTS)
    operator.call("run")
    operator.drop("products.csv", PRODUCTS.replace("Comodity", "Commodity"))

    called = operator.call("run")

    [product] = [p for p in operator.clarus.records("products") if p.attributes["code"] == "H-1"]
    assert called.exit_code == 0, called.output
    assert product.attributes["commodity_code"] == "123"


def test_check_says_what_a_run_says(operator: Any) -> None:
    """The column once, not each row that it holds."""
    path = operator.drop("products.csv", PRODUCTS)

    checked = operator.call("check", path)

    assert checked.exit_code == 1
    assert checked.output.count("is nearly Commodity Code") == 1


def test_an_address_book_needs_no_proof(operator: Any) -> None:
    """The configuration says what it is: headings that customers and suppliers have too are enough."""
    (operator.folder / "book.csv").write_text("code,name,address_1,address_3\nHOME,Jo,1 Mill Lane,Leeds\n")
    operator.configure('address_book = "book.csv"\n')
    operator.drop("orders.csv", f"address_code,{ORDERS}HOME,O-1,ACME,2026-12-01,DEMO-002,1\n")

    called = operator.call("run")

    [order] = [o for o in operator.clarus.records("goods_outs") if o.attributes["reference"] == "O-1"]
    assert called.exit_code == 0, called.output
    assert order.address["address_3"] == "Leeds"


def test_a_held_address_book_file_holds_its_orders(operator: Any) -> None:
    """An order whose address may lack a line does not go."""
    operator.drop("addresses.csv", "code,address_type,name,adress_1\nHOME,DeliveryAddress,Jo,1 Mill Lane\n")
    operator.drop("orders.csv", f"address_code,{ORDERS}HOME,O-1,ACME,2026-12-01,DEMO-002,1\n")

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("orders.results.csv") != ["created"]
    assert operator.posts() == 0


def test_the_heading_can_be_corrected_in_the_failed_workbook(operator: Any) -> None:
    """The rows come back with their keys, under a heading that was not read before."""
    operator.drop("products.csv", PRODUCTS)
    operator.call("run")
    book = openpyxl.load_workbook(operator.runs()[-1] / "products.failed.xlsx")
    sheet = book["products"]
    [cell] = [cell for cell in sheet[1] if cell.value == "Comodity Code"]
    cell.value = "Commodity Code"
    book.save(operator.inbox / "products.failed.xlsx")

    called = operator.call("run")

    products = {p.attributes["code"]: p.attributes for p in operator.clarus.records("products")}
    assert called.exit_code == 0, called.output
    assert products["H-1"]["commodity_code"] == "123"
    assert "H-2" in products


def test_a_held_receipt_creates_no_products(operator: Any) -> None:
    """Nothing that its lines describe is sent before it, either."""
    operator.configure("", '[defaults.products]\n"Unit Stock Unit Type Code" = "EACH"\n')
    operator.drop(
        "receipts.csv",
        "receipt_reference,account_code,warehouse_code,expected_date_of_receipt,product_code,item_quantity,"
        "create_product,product_description,suplier_code\n"
        "R-1,ACME,WHS01,2026-12-01,NEW-1,2,TRUE,Kettle,SUP-1\n",
    )

    called = operator.call("run")

    assert called.exit_code == 1
    assert operator.statuses("receipts.results.csv") == ["invalid"]
    assert operator.posts() == 0
