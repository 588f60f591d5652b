"""Goods-in receipts: one row a line, grouped by account and receipt_reference."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import Quantity, code_of, control, header, line, record_type, unsent
from schemas.vocabulary.kinds import CONFIGURATIONS, DIMENSIONS, choice, code, datetime, flag, integer, number, text
from schemas.vocabulary.lists import ACCOUNTS, PRODUCTS, RECEIPTS, SUPPLIERS, WAREHOUSES


@record_type(
    "receipts",
    "receipt",
    key=("account_code", "receipt_reference"),
    resource="goods_in_receipts",
    listed=RECEIPTS,
    after=("products", "suppliers", "materials"),
    has_lines=True,
    names_storage_unit=True,
    quantity=Quantity(
        quantity="item_quantity",
        dimension="quantity_dimension",
        times="storage_unit_quantity",
        plain="expected_quantity",
        configurations="expected_configurations_quantity",
        measured_in="expected_quantity_dimension",
    ),
)
class Receipts(pa.DataFrameModel):
    """The columns of Clarus's pre-receipt import template."""

    receipt_reference: Series[str] = header("reference", code(50), required=True)
    account_code: Series[str] = header("account_id", code_of(ACCOUNTS), required=True)
    warehouse_code: Series[str] = header("warehouse_id", code_of(WAREHOUSES), required=True)
    customer_code: Series[str] = unsent()
    carrier_code: Series[str] = unsent()
    supplier_code: Series[str] = header("supplier_id", code_of(SUPPLIERS))
    trailer_code: Series[str] = unsent()
    trailer_reference: Series[str] = unsent()
    collection_address_code: Series[str] = unsent()
    collection_address_reference: Series[str] = unsent()
    delivery_address_code: Series[str] = unsent()
    delivery_address_reference: Series[str] = unsent()
    expected_date_of_receipt: Series[str] = header("expected_date_of_arrival", datetime(), required=True)
    notes: Series[str] = header("notes", text())
    delivery_method: Series[str] = unsent()
    receipt_type: Series[str] = unsent()
    allow_duplicate: Series[str] = control("allow_duplicate", flag())
    external_system_reference1: Series[str] = header("external_system_reference1", text(), fallback="receipt_reference")
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
    receipt_string1: Series[str] = header("string1", text())
    receipt_string2: Series[str] = header("string2", text())
    receipt_string3: Series[str] = header("string3", text())
    receipt_string4: Series[str] = header("string4", text())
    receipt_string5: Series[str] = header("string5", text())
    receipt_integer1: Series[str] = header("integer1", integer())
    receipt_integer2: Series[str] = header("integer2", integer())
    receipt_integer3: Series[str] = header("integer3", integer())
    receipt_integer4: Series[str] = header("integer4", integer())
    receipt_integer5: Series[str] = header("integer5", integer())
    receipt_datetime1: Series[str] = header("datetime1", datetime())
    receipt_datetime2: Series[str] = header("datetime2", datetime())
    receipt_datetime3: Series[str] = header("datetime3", datetime())
    receipt_datetime4: Series[str] = header("datetime4", datetime())
    receipt_datetime5: Series[str] = header("datetime5", datetime())
    receipt_boolean1: Series[str] = header("boolean1", flag())
    receipt_boolean2: Series[str] = header("boolean2", flag())
    receipt_boolean3: Series[str] = header("boolean3", flag())
    receipt_boolean4: Series[str] = header("boolean4", flag())
    receipt_boolean5: Series[str] = header("boolean5", flag())
    product_code: Series[str] = line("product_id", code_of(PRODUCTS), required=True)
    account_product_code: Series[str] = unsent(note="Clarus cannot look it up")
    create_product: Series[str] = control("create_product", flag(), per_line=True)
    product_description: Series[str] = control("product_description", text(150), per_line=True)
    item_quantity: Series[str] = line("expected_quantity", number(above=0), required=True)
    quantity_dimension: Series[str] = line("", choice(*CONFIGURATIONS, *DIMENSIONS))
    storage_unit_quantity: Series[str] = line("", number(above=0), note="multiplies item_quantity")
    storage_unit_reference: Series[str] = unsent()
    stock_description: Series[str] = unsent()
    storage_unit_type_code: Series[str] = unsent()
    alt_line_number: Series[str] = line("alt_line_number", text())
    alt_line_reference: Series[str] = line("alt_line_reference", code())
    alt_line_note: Series[str] = line("alt_line_note", text())
    duty_paid: Series[str] = unsent()
    group_number: Series[str] = unsent()
    line_string1: Series[str] = line("string1", text())
    line_string2: Series[str] = line("string2", text())
    line_string3: Series[str] = line("string3", text())
    line_string4: Series[str] = line("string4", text())
    line_string5: Series[str] = line("string5", text())
    line_integer1: Series[str] = line("integer1", integer())
    line_integer2: Series[str] = line("integer2", integer())
    line_integer3: Series[str] = line("integer3", integer())
    line_integer4: Series[str] = line("integer4", integer())
    line_integer5: Series[str] = line("integer5", integer())
    line_boolean1: Series[str] = line("boolean1", flag())
    line_boolean2: Series[str] = line("boolean2", flag())
    line_boolean3: Series[str] = line("boolean3", flag())
    line_boolean4: Series[str] = line("boolean4", flag())
    line_boolean5: Series[str] = line("boolean5", flag())
    line_datetime1: Series[str] = line("datetime1", datetime())
    line_datetime2: Series[str] = line("datetime2", datetime())
    line_datetime3: Series[str] = line("datetime3", datetime())
    line_datetime4: Series[str] = line("datetime4", datetime())
    line_datetime5: Series[str] = line("datetime5", datetime())
