"""Sales orders (goods out): one row a line, grouped by account and order_reference."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.changes import Changes
from schemas.vocabulary.contract import address, code_of, control, generic_slots, header, line, record_type, unsent
from schemas.vocabulary.kinds import CONFIGURATIONS, DIMENSIONS, choice, code, country, datetime, email, flag, integer, number, text
from schemas.vocabulary.lists import ACCOUNTS, CARRIER_SERVICES, CARRIERS, CUSTOMERS, ORDER_LINES, ORDER_TYPES, ORDERS, PRODUCTS, WAREHOUSES
from schemas.vocabulary.quantity import Quantity


@record_type(
    "orders",
    "order",
    key=("account_code", "order_reference"),
    resource="goods_outs",
    listed=ORDERS,
    after=("addresses", "customers", "products", "receipts", "carriers", "carrier_services"),
    has_lines=True,
    changeable=True,
    changes=Changes(
        needs=("goods_out_type", "account_id", "reference", "expected_date_of_dispatch"),
        status="goods_out_status.code",
        open=("draft", "pending"),
        words={
            "pick": "is being picked",
            "part": "is partly picked",
            "allocated": "is allocated",
            "part_allocated": "is partly allocated",
            "completed": "has been dispatched",
            "cancelled": "is cancelled",
        },
        lines=ORDER_LINES,
        cancel="/cancel",
        over=("completed",),
        cancelled="cancelled",
    ),
    not_in_api={"supplier_code": "an order has no supplier in Clarus's API"},
    quantity=Quantity(
        quantity="quantity",
        dimension="quantity_dimension",
        plain="order_quantity",
        configurations="ordered_configurations_quantity",
        measured_in="order_quantity_dimension",
    ),
)
class Orders(pa.DataFrameModel):
    """The columns of Clarus's order import template; the town goes into address3, the county into address4."""

    order_reference: Series[str] = header("reference", code(50), required=True)
    account_code: Series[str] = header("account_id", code_of(ACCOUNTS), required=True)
    customer_code: Series[str] = header("customer_id", code_of(CUSTOMERS))
    warehouse_code: Series[str] = header("warehouse_id", code_of(WAREHOUSES))
    carrier_code: Series[str] = header("carrier_id", code_of(CARRIERS))
    carrier_service: Series[str] = header("carrier_service_id", code_of(CARRIER_SERVICES), within="carrier_code")
    order_type_code: Series[str] = header("order_type_id", code_of(ORDER_TYPES))
    address_code: Series[str] = address("", code(), book="addresses", note="fills the address; filled cells of the row win")
    address_reference: Series[str] = address("external_system_reference1", code())
    expected_date_of_dispatch: Series[str] = header("expected_date_of_dispatch", datetime(), required=True)
    notes: Series[str] = header("order_notes", text())
    load_reference: Series[str] = header("load_reference", code())
    drop_sequence: Series[str] = header("drop_sequence", integer(0))
    pick_reference: Series[str] = header("pick_reference", code())
    priority: Series[str] = header("priority", integer(1, 99))
    allow_duplicate: Series[str] = control("allow_duplicate", flag())
    external_system_reference1: Series[str] = header("external_system_reference1", text(), fallback="order_reference")
    external_system_reference2: Series[str] = header("external_system_reference2", text())
    external_system_reference3: Series[str] = header("external_system_reference3", text())
    _slots = generic_slots(header, "sales_order_", ("string", "integer", "datetime", "boolean"))
    address1: Series[str] = address("address_1", text(80))
    address2: Series[str] = address("address_2", text(80))
    address3: Series[str] = address("address_3", text(80))
    address4: Series[str] = address("address_4", text(80))
    address5: Series[str] = address("address_5", text(80))
    postcode: Series[str] = address("postcode", text(10))
    recipient_name: Series[str] = address("name", text())
    recipient_email: Series[str] = address("email_address", email(254))
    recipient_phone_number: Series[str] = address("phone_number", text(50))
    country_code: Series[str] = address("country_code", country(6))
    product_code: Series[str] = line("product_id", code_of(PRODUCTS), required=True)
    account_product_code: Series[str] = unsent(note="Clarus cannot look it up")
    quantity: Series[str] = line("order_quantity", number(above=0), required=True)
    quantity_dimension: Series[str] = line("", choice(*CONFIGURATIONS, *DIMENSIONS))
    storage_unit_reference: Series[str] = line("storage_unit_reference", code())
    stock_description: Series[str] = line("stock_description", text())
    alt_line_number: Series[str] = line("alt_line_number", text(), aliases=("line_number",))
    alt_line_reference: Series[str] = line("alt_line_reference", code())
    alt_product_code: Series[str] = line("alt_product_code", code())
    alt_line_note: Series[str] = line("alt_line_note", text())
    _line_slots = generic_slots(line, "line_", ("string", "integer", "boolean"))
    line_datetime1_from: Series[str] = line("datetime1_from", datetime())
    line_datetime1_to: Series[str] = line("datetime1_to", datetime())
    line_datetime2_from: Series[str] = line("datetime2_from", datetime())
    line_datetime2_to: Series[str] = line("datetime2_to", datetime())
    line_datetime3_from: Series[str] = line("datetime3_from", datetime())
    line_datetime3_to: Series[str] = line("datetime3_to", datetime())
    line_datetime4_from: Series[str] = line("datetime4_from", datetime())
    line_datetime4_to: Series[str] = line("datetime4_to", datetime())
    line_datetime5_from: Series[str] = line("datetime5_from", datetime())
    line_datetime5_to: Series[str] = line("datetime5_to", datetime())
    # Accepted under their API names; the template has no column for them.
    goods_out_type: Series[str] = header("goods_out_type", choice("sales_order", "work_order", "crossdock"), default="sales_order")
    dispatch_strategy: Series[str] = header("dispatch_strategy", choice("manual", "auto", "load", "shipment", "auto_shipment"))
    pack_strategy: Series[str] = header("pack_strategy", choice("disabled", "pack_by_line", "pack_by_unit"))
    pick_type: Series[str] = header("pick_type", choice("standard", "tote"))
    delivery_notes: Series[str] = header("delivery_notes", text())
    pick_notes: Series[str] = header("pick_notes", text())
    packing_notes: Series[str] = header("packing_notes", text(255))
    operation: Series[str] = control("operation", choice("cancel"), note="cancel: the order is cancelled in Clarus")
    _line_instants = generic_slots(line, "line_", ("datetime",), besides=True)
    line_external_system_reference1: Series[str] = line("external_system_reference1", text(), besides=True)
    line_external_system_reference2: Series[str] = line("external_system_reference2", text(), besides=True)
    line_external_system_reference3: Series[str] = line("external_system_reference3", text(), besides=True)
    line_carrier_code: Series[str] = line("carrier_id", code_of(CARRIERS), besides=True)
    line_carrier_service: Series[str] = line("carrier_service_id", code_of(CARRIER_SERVICES), within="line_carrier_code", besides=True)
    line_dispatch_strategy: Series[str] = line("dispatch_strategy", choice("manual", "auto", "load", "shipment", "auto_shipment"), besides=True)
    line_pack_strategy: Series[str] = line("pack_strategy", choice("disabled", "pack_by_line", "pack_by_unit"), besides=True)
