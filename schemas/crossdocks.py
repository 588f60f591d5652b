"""Crossdocks: goods that are received to go out again at once; one each, grouped by account and receipt_reference."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.contract import Slots, address, code_of, control, header, record_type, unsent
from schemas.vocabulary.kinds import choice, code, country, datetime, record_id, text
from schemas.vocabulary.lists import ACCOUNTS, CARRIERS, CROSSDOCKS, LOCATIONS, SUPPLIERS, WAREHOUSES

_NO_LINES = "crossdock_lines"  # the key of the configuration that sends the header without them


def _of_line(heading: str | None = None) -> Series[str]:
    column: Series[str] = unsent(heading, unless_dropped=_NO_LINES)
    return column


def _slots(prefix: str, held: str = "") -> Slots:
    names = (f"{prefix}{kind}{n}" for kind in ("string", "integer", "datetime", "boolean") for n in range(1, 6))
    return Slots({name: unsent(name, unless_dropped=held) for name in names})


@record_type(
    "crossdocks",
    "crossdock",
    key=("account_code", "receipt_reference"),
    resource="crossdocks",
    listed=CROSSDOCKS,
    changeable=True,
    told_by=("goods_out_reference", "crossdock_reference", "inbound_method"),
    extends="receipts",
    after=("collection_addresses",),
    address_attribute="address",
)
class Crossdocks(pa.DataFrameModel):
    """The columns of Clarus's template for pre-receipt crossdocks; its API has the header alone."""

    receipt_reference: Series[str] = header("reference", code(), required=True, aliases=("crossdock_reference",))
    account_code: Series[str] = header("account_id", code_of(ACCOUNTS), required=True)
    receipt_type: Series[str] = control("receipt_type", choice("crossdock"))
    warehouse_code: Series[str] = header("warehouse_id", code_of(WAREHOUSES))
    customer_code: Series[str] = unsent()
    carrier_code: Series[str] = header("carrier_id", code_of(CARRIERS))
    supplier_code: Series[str] = header("supplier_id", code_of(SUPPLIERS))
    trailer_code: Series[str] = unsent()
    trailer_reference: Series[str] = unsent()
    collection_address_code: Series[str] = header("collection_address_id", record_id("collection address", "[values.crossdocks.collection_address_code]"))
    collection_address_reference: Series[str] = unsent()
    delivery_address_code: Series[str] = unsent()
    delivery_address_reference: Series[str] = unsent()
    expected_date_of_receipt: Series[str] = header("expected_date_of_receipt", datetime(), required=True)
    notes: Series[str] = header("notes", text())
    delivery_method: Series[str] = header("inbound_method", choice("delivery", "collection"))
    external_system_reference1: Series[str] = unsent()
    external_system_reference2: Series[str] = unsent()
    external_system_reference3: Series[str] = unsent()
    _header_slots = _slots("receipt_")
    product_code: Series[str] = _of_line()
    account_product_code: Series[str] = _of_line()
    create_product: Series[str] = _of_line()
    product_description: Series[str] = _of_line()
    item_quantity: Series[str] = _of_line()
    quantity_dimension: Series[str] = _of_line()
    storage_unit_quantity: Series[str] = _of_line()
    storage_unit_reference: Series[str] = _of_line()
    stock_description: Series[str] = _of_line()
    storage_unit_type_code: Series[str] = _of_line()
    alt_line_number: Series[str] = _of_line()
    alt_line_reference: Series[str] = _of_line()
    alt_line_note: Series[str] = _of_line()
    duty_paid: Series[str] = _of_line()
    group_number: Series[str] = _of_line()
    expected_date_of_dispatch: Series[str] = _of_line()
    goods_out_reference: Series[str] = _of_line()
    load_reference: Series[str] = _of_line()
    pick_reference: Series[str] = _of_line()
    address_name: Series[str] = _of_line()
    address_1: Series[str] = _of_line()
    address_2: Series[str] = _of_line()
    address_3: Series[str] = _of_line()
    address_4: Series[str] = _of_line()
    address_5: Series[str] = _of_line()
    postcode: Series[str] = _of_line()
    country_code: Series[str] = _of_line()
    phone_number: Series[str] = _of_line()
    email_address: Series[str] = _of_line()
    _line_slots = _slots("line_", _NO_LINES)
    # Accepted under their API names; the template has no column for them.
    status: Series[str] = header("status", choice("pending", "confirmed", "received", "completed"), besides=True)
    goods_in_location_code: Series[str] = header("goods_in_location_id", code_of(LOCATIONS), within="warehouse_code", besides=True)
    collection_name: Series[str] = address("name", text(), besides=True)
    collection_address_1: Series[str] = address("address_1", text(80), besides=True)
    collection_address_3: Series[str] = address("address_3", text(80), besides=True, note="the town")
    collection_postcode: Series[str] = address("postcode", text(10), besides=True)
    collection_country_code: Series[str] = address("country_code", country(6), besides=True)
