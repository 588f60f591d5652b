"""Clarus's import templates that are no record type here: known by their headings, so that none is taken for another."""

from __future__ import annotations

from collections.abc import Mapping

import pandera.pandas as pa

from schemas.vocabulary.contract import Column, Level, RecordType
from schemas.vocabulary.kinds import Kind

# A crossdock is a receipt with an outbound leg: what it shares with a receipt says nothing against one.
EXTENDS: Mapping[str, str] = {"crossdocks": "receipts"}


def _slots(prefix: str, *kinds: str) -> list[str]:
    return [f"{prefix}{kind}{number}" for kind in kinds for number in range(1, 6)]


def _template(name: str, noun: str, marks: tuple[str, ...], others: list[str]) -> RecordType:
    """A template; `marks` are the headings that, together, no other template has."""
    headings = dict.fromkeys((*marks, *others))
    columns = {heading: Column(heading, Level.UNSENT, Kind("text", "text"), required=heading in marks) for heading in headings}
    return RecordType(name, noun, pa.DataFrameModel, columns, key=marks[:1], identified_by=marks[1:])


_CROSSDOCK = [
    "account_code",
    "receipt_type",
    "warehouse_code",
    "customer_code",
    "carrier_code",
    "supplier_code",
    "trailer_code",
    "trailer_reference",
    "collection_address_code",
    "collection_address_reference",
    "delivery_address_code",
    "delivery_address_reference",
    "expected_date_of_receipt",
    "notes",
    "delivery_method",
    *(f"external_system_reference{number}" for number in (1, 2, 3)),
    *_slots("receipt_", "string", "integer", "datetime", "boolean"),
    "product_code",
    "account_product_code",
    "create_product",
    "product_description",
    "item_quantity",
    "quantity_dimension",
    "storage_unit_quantity",
    "storage_unit_reference",
    "stock_description",
    "storage_unit_type_code",
    "alt_line_number",
    "alt_line_reference",
    "alt_line_note",
    "duty_paid",
    "group_number",
    "expected_date_of_dispatch",
    "load_reference",
    "pick_reference",
    "address_name",
    *(f"address_{number}" for number in range(1, 6)),
    "postcode",
    "country_code",
    "phone_number",
    "email_address",
    *_slots("line_", "string", "integer", "boolean", "datetime"),
]

OTHER_TEMPLATES: Mapping[str, RecordType] = {
    template.name: template
    for template in (
        _template("crossdocks", "pre-receipt crossdock", ("receipt_reference", "goods_out_reference"), _CROSSDOCK),
        _template("account_assignments", "product account assignment", ("Product Code", "Account Code", "Operation"), []),
        _template("hazardous_phrases", "hazardous phrases", ("Product Code", "Hazardous Phrase Code"), ["Operation"]),
        _template(
            "stock_attributes",
            "stock attributes update",
            ("storage_unit_reference", "product_code"),
            ["stock_description", "fifo_date", *_slots("", "string", "integer", "datetime", "boolean")],
        ),
    )
}
