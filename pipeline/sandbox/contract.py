"""What the body of each writable record may hold: our own reading of the Clarus OpenAPI document.

Where the document is lax (a line without a product, an address without a type), so is this contract. Its
`nullable` counts for nothing beside a list of words without null or beside an `allOf` (OpenAPI 3.0.3), so
those attributes are not nullable here.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from pipeline.sandbox.kinds import (
    Array,
    Boolean,
    Choice,
    Datetime,
    Email,
    Integer,
    Json,
    Kind,
    Number,
    Object,
    String,
    Violation,
    judge,
)
from pipeline.sandbox.resources import Resource
from pipeline.sandbox.shared_attributes import (
    CONFIGURATIONS,
    DIMENSIONS,
    DISPATCH_STRATEGIES,
    EXTERNAL,
    FLAG,
    ID,
    INSTANT,
    LENGTH_UNITS,
    PACK_STRATEGIES,
    PLACE,
    SLOTS,
    STANDING_ADDRESS,
    TEXT,
    WHOLE,
)
from pipeline.sandbox.warehouse_contract import WAREHOUSE_RECORDS


def check(resource: str, body: Json, storage_unit_field: str = "", changing: bool = False) -> list[Violation]:
    """Judge a whole body by the contract alone: no look at what exists, so no ids are checked.

    Args:
        storage_unit_field: name of an integer that receipt lines may carry although the official document
            does not know it; empty for none.
        changing: it is the body of a change.
    """
    return list(judge(body_of(resource, storage_unit_field, changing), body))


def check_declared(resource: str, attributes: Mapping[str, Kind], body: Json) -> list[Violation]:
    """Judge the body of a resource that is declared to the sandbox."""
    return list(judge(_body(resource, attributes), body))


def _body(resource: str, attributes: Mapping[str, Kind]) -> Object:
    data: dict[str, Kind] = {
        "type": Choice((resource,), required=True),
        "attributes": Object(attributes, required=True),
    }
    return Object({"data": Object(data, required=True)})


@cache
def body_of(resource: str, storage_unit_field: str = "", changing: bool = False) -> Object:
    """The contract of a whole body, of a new record or of a change."""
    attributes = _ATTRIBUTES[resource]
    if changing and resource not in _REQUIRED_IN_CHANGES:
        attributes = {name: replace(kind, required=False) for name, kind in attributes.items()}
    if resource is Resource.GOODS_IN_RECEIPTS and storage_unit_field:
        line = _RECEIPT_LINE | {storage_unit_field: Integer()}
        attributes = _RECEIPT | {"lines_changes": _lines_changes(line)}
    data: dict[str, Kind] = {
        "type": Choice((resource,), required=True),
        "attributes": Object(attributes, required=True),
    }
    if resource in _WITH_ADDRESS:
        data["relationships"] = _ADDRESS_RELATIONSHIP
    return Object({"data": Object(data, required=True)})


# For these the document has one schema for both.
_REQUIRED_IN_CHANGES = frozenset(
    {Resource.PRODUCTS, Resource.GOODS_IN_RECEIPTS, Resource.GOODS_OUTS, Resource.LOCATIONS}
)

_WITH_ADDRESS = frozenset({Resource.GOODS_IN_RECEIPTS, Resource.GOODS_OUTS})

_ALTERNATIVES: dict[str, Kind] = {
    "alt_line_note": TEXT,
    "alt_line_number": TEXT,
    "alt_line_reference": TEXT,
    "alt_product_code": TEXT,
}


def _lines_changes(attributes: Mapping[str, Kind]) -> Array:
    change: dict[str, Kind] = {
        "type": Choice(("ADD", "UPDATE", "DESTROY"), required=True),
        "id": Integer(),
        "attributes": Object(attributes),
    }
    return Array(Object(change))


_ADDRESS = (
    PLACE
    | EXTERNAL
    | {
        "name": TEXT,
        "code": TEXT,
        "email_address": Email(254, nullable=True),
    }
)

_ADDRESS_RELATIONSHIP = Object(
    {"address": Object({"data": Object({"type": Choice(("addresses",)), "attributes": Object(_ADDRESS)})})}
)

_PRODUCT = (
    EXTERNAL
    | SLOTS
    | {
        "description": String(150, required=True),
        "stock_unit_type_id": Integer(required=True),
        "code": String(50, nullable=True),
        "long_description": TEXT,
        "barcode": TEXT,
        "case_barcode": TEXT,
        "inner_barcode": TEXT,
        "outer_barcode": TEXT,
        "commodity_code": String(14, nullable=True),
        "country_of_manufacture": String(6, nullable=True),
        "customs_description": String(255, nullable=True),
        "shelf_life_min": Integer(1, nullable=True),  # days
        "shelf_life_max": Integer(1, nullable=True),  # days
        "stop": FLAG,
        "obsolete": WHOLE,
        "specific_gravity": Number(nullable=True),
        "output_quantity": Number(above=0, nullable=True),
        "assemble_on_pick": FLAG,
        "require_dimensions_on_receipt": FLAG,
        "non_hazardous_for_transport": FLAG,
        "pick_strategy": Choice(("pick_by_line", "batch_pick")),
        "product_type": Choice(("single", "bill_of_materials")),
        "serial_number_tracking_setting": Choice(("no_tracking", "track_during_pick", "full_tracking")),
        "unit_quantity_conversion_strategy": Choice(("none", "volume", "weight")),
        "default_order_configuration": Choice(CONFIGURATIONS),
        "default_receipt_configuration": Choice(CONFIGURATIONS),
    }
)

_RECEIPT_LINE = (
    EXTERNAL
    | SLOTS
    | _ALTERNATIVES
    | {
        "product_id": Integer(),
        "expected_quantity": Number(above=0),
        "expected_configurations_quantity": Number(above=0, nullable=True),
        "stock_configuration": Choice(CONFIGURATIONS),
        "expected_quantity_dimension": Choice(DIMENSIONS),
    }
)

_RECEIPT = (
    EXTERNAL
    | SLOTS
    | {
        "account_id": Integer(required=True),
        "warehouse_id": Integer(required=True),
        "reference": TEXT,
        "supplier_id": ID,
        "expected_date_of_arrival": INSTANT,
        "actual_date_of_arrival": INSTANT,
        "notes": TEXT,
        "lines_changes": _lines_changes(_RECEIPT_LINE),
    }
)

_ORDER_LINE = (
    EXTERNAL
    | SLOTS
    | _ALTERNATIVES
    | {f"datetime{n}_{end}": INSTANT for n in range(1, 6) for end in ("from", "to")}
    | {
        "product_id": Integer(),
        "order_quantity": Number(above=0),
        "ordered_configurations_quantity": Number(above=0, nullable=True),
        "order_quantity_dimension": Choice(DIMENSIONS),
        "stock_configuration": Choice(CONFIGURATIONS),
        "carrier_id": Integer(),
        "carrier_service_id": Integer(),
        "dispatch_strategy": Choice(DISPATCH_STRATEGIES),
        "pack_strategy": Choice(PACK_STRATEGIES),
        "goods_in_receipt_line_id": ID,
        "stock_to_pick_id": ID,
        "stock_description": TEXT,
        "storage_unit_reference": TEXT,
    }
)

_ORDER = (
    EXTERNAL
    | SLOTS
    | {
        "goods_out_type": Choice(("sales_order", "work_order", "crossdock"), required=True),
        "account_id": Integer(required=True),
        "reference": String(50, required=True),
        "expected_date_of_dispatch": Datetime(required=True),
        "actual_date_of_dispatch": INSTANT,
        "warehouse_id": Integer(),
        "carrier_id": Integer(),
        "carrier_service_id": Integer(),
        "customer_id": Integer(),
        "order_type_id": Integer(),
        "goods_out_status_id": Integer(),
        "integration_id": Integer(),
        "location_id": Integer(),
        "original_delivery_address_id": ID,
        "short_order_lines_reason_code_id": ID,
        "short_order_lines_description": TEXT,
        "priority": Integer(1, maximum=99),
        "drop_sequence": Integer(0, nullable=True),
        "dispatch_strategy": Choice(DISPATCH_STRATEGIES),
        "pack_strategy": Choice(PACK_STRATEGIES),
        "pick_type": Choice(("standard", "tote")),
        "load_reference": TEXT,
        "pick_reference": TEXT,
        "delivery_notes": TEXT,
        "order_notes": TEXT,
        "pick_notes": TEXT,
        "packing_notes": String(255, nullable=True),
        "lines_changes": _lines_changes(_ORDER_LINE),
    }
)

_ATTRIBUTES: dict[str, Mapping[str, Kind]] = {
    Resource.PRODUCTS: _PRODUCT,
    Resource.GOODS_IN_RECEIPTS: _RECEIPT,
    Resource.GOODS_OUTS: _ORDER,
    Resource.PRODUCT_STORAGE_UNITS: {
        "product_id": Integer(required=True),
        "storage_unit_type_id": Integer(required=True),
        "stock_configuration": Choice(CONFIGURATIONS, required=True),
        "unit_of_measure": Choice(LENGTH_UNITS, required=True),
        "per_layer": Number(0, required=True),
        "number_of_layers": Integer(0, required=True),
        "total": Number(0, nullable=True),
        "height": Number(nullable=True),
        "priority": Integer(0, nullable=True),
    },
    Resource.ACCOUNT_PRODUCTS: {"account_id": Integer(required=True)},
    Resource.PRODUCT_MATERIALS: {
        "child_product_id": Integer(required=True),
        "quantity": Number(required=True),
    },
    Resource.PICKFACE_PRODUCTS: {
        "product_id": Integer(required=True),
        "location_id": Integer(),
        "location_group_id": ID,
        "replenishment_type": Choice(("continuous", "demand", "order_volume")),
        "full_storage_units_only": Boolean(),
        "priority": Integer(0),
        "trigger_min": Integer(0),
        "trigger_max": Integer(0),
    },
    Resource.DELIVERY_ADDRESSES: STANDING_ADDRESS | {
        "name": String(required=True),
        "code": String(50, required=True),
        "customer_id": ID,
    },
    **WAREHOUSE_RECORDS,
    Resource.SUPPLIERS: EXTERNAL | {
        "code": String(50, required=True),
        "name": String(50, required=True),
        "description": TEXT,
        "active": FLAG,
        "address": Object(STANDING_ADDRESS),
    },
    Resource.CUSTOMERS: EXTERNAL | {
        "code": String(required=True),
        "name": String(required=True),
        "shelf_life_min": Integer(1, nullable=True),  # days
        "shelf_life_max": Integer(1, nullable=True),  # days
        "pick_label_id": ID,
        "address": Object(
            {
                "name": String(),
                "address_1": String(80, nullable=True),
                "address_3": String(80, nullable=True),
                "postcode": String(10, nullable=True),
                "country_code": String(6, nullable=True),
            }
        ),
    },
}  # fmt: skip
