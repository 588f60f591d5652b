"""Goods-in receipts: one row a line, grouped by account and receipt_reference."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.changes import Changes
from schemas.vocabulary.contract import Precursor, address, code_of, control, generic_slots, header, line, record_type, unsent
from schemas.vocabulary.kinds import CONFIGURATIONS, DIMENSIONS, choice, code, country, datetime, email, flag, number, text
from schemas.vocabulary.lists import ACCOUNTS, PRODUCTS, RECEIPTS, SUPPLIERS, WAREHOUSES
from schemas.vocabulary.quantity import Quantity


@record_type(
    "receipts",
    "receipt",
    key=("account_code", "receipt_reference"),
    resource="goods_in_receipts",
    listed=RECEIPTS,
    after=("products", "suppliers", "materials"),
    has_lines=True,
    changeable=True,
    changes=Changes(
        needs=("account_id", "warehouse_id"),
        status="status",
        open=("draft", "pending"),
        words={
            "rcv": "is being received",
            "receiving": "is being received",
            "completed": "has been received",
            "cancelled": "is cancelled",
        },
    ),
    names_storage_unit=True,
    precursors=(
        Precursor(
            "products",
            wanted_by="create_product",
            described_by={"description": "product_description"},
            code_attributes=("code", "external_system_reference1"),
            defaulted=("Unit Stock Unit Type Code",),
        ),
    ),
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

    receipt_reference: Series[str] = header("reference", code(), required=True)
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
    receipt_type: Series[str] = unsent(elsewhere={"crossdock": "crossdocks"})
    allow_duplicate: Series[str] = control("allow_duplicate", flag())
    external_system_reference1: Series[str] = header("external_system_reference1", text(), fallback="receipt_reference")
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
    _slots = generic_slots(header, "receipt_", ("string", "integer", "datetime", "boolean"))
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
    _line_slots = generic_slots(line, "line_", ("string", "integer", "boolean", "datetime"), bare=("string", "datetime"))
    # Accepted under their API names, and an address as in orders; the template has no column for them.
    actual_date_of_arrival: Series[str] = header("actual_date_of_arrival", datetime(), besides=True)
    address_reference: Series[str] = address("external_system_reference1", code(), besides=True)
    address1: Series[str] = address("address_1", text(80), besides=True)
    address2: Series[str] = address("address_2", text(80), besides=True)
    address3: Series[str] = address("address_3", text(80), besides=True)
    address4: Series[str] = address("address_4", text(80), besides=True)
    address5: Series[str] = address("address_5", text(80), besides=True)
    postcode: Series[str] = address("postcode", text(10), besides=True)
    recipient_name: Series[str] = address("name", text(), besides=True)
    recipient_email: Series[str] = address("email_address", email(254), besides=True)
    recipient_phone_number: Series[str] = address("phone_number", text(50), besides=True)
    country_code: Series[str] = address("country_code", country(6), besides=True)
    line_external_system_reference1: Series[str] = line("external_system_reference1", text(), besides=True)
    line_external_system_reference2: Series[str] = line("external_system_reference2", text(), besides=True)
    line_external_system_reference3: Series[str] = line("external_system_reference3", text(), besides=True)
    alt_product_code: Series[str] = line("alt_product_code", code(), besides=True)
