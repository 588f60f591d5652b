"""Locations: one row each, found again by warehouse and code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.changes import Changes
from schemas.vocabulary.contract import code_of, generic_slots, header, record_type, unsent
from schemas.vocabulary.kinds import code, flag, integer, number, record_id, text
from schemas.vocabulary.lists import LOCATIONS, WAREHOUSES

_NOT_SURE = "Clarus's API knows bay, level and position: use those columns"


@record_type(
    "locations",
    "location",
    key=("Warehouse Code", "Code"),
    resource="locations",
    listed=LOCATIONS,
    changeable=True,
    changes=Changes(needs=("code", "warehouse_id", "location_type_id")),
    identified_by=("Warehouse Code",),
)
class Locations(pa.DataFrameModel):
    """The columns of Clarus's location import template, in title case as it writes them."""

    location_code: Series[str] = header("code", code(60), "Code", required=True)
    description: Series[str] = header("description", text(), "Description")
    warehouse_code: Series[str] = header("warehouse_id", code_of(WAREHOUSES), "Warehouse Code", required=True)
    location_type: Series[str] = header(
        "location_type_id",
        record_id("location type", '[values.locations."Location Type"]'),
        "Location Type",
        required=True,
    )
    prefix: Series[str] = unsent("Prefix")
    zone: Series[str] = unsent("Zone")
    aisle: Series[str] = header("aisle", text(), "Aisle")
    in_column: Series[str] = unsent("Column", note=_NOT_SURE)
    in_row: Series[str] = unsent("Row", note=_NOT_SURE)
    in_slot: Series[str] = unsent("Slot", note=_NOT_SURE)
    walk_sequence: Series[str] = header("pick_sequence", integer(), "Walk Sequence")
    check_digit: Series[str] = unsent("Check Digit")
    max_pallets: Series[str] = unsent("Max Pallets")
    max_items: Series[str] = unsent("Max Items")
    max_weight: Series[str] = header("max_weight", number(), "Max Weight")
    max_height: Series[str] = unsent("Max Height")
    max_cube: Series[str] = header("max_cube", number(), "Max Cube")
    max_width: Series[str] = unsent("Max Width")
    max_depth: Series[str] = unsent("Max Depth")
    stack_factor: Series[str] = unsent("Stack Factor")
    allow_putaway: Series[str] = unsent("Allow Putaway")
    allow_picking: Series[str] = unsent("Allow Picking")
    allow_replen_from: Series[str] = unsent("Allow Replen From")
    mix_accounts: Series[str] = unsent("Mix Accounts")
    mix_products: Series[str] = unsent("Mix Products")
    mix_batches: Series[str] = unsent("Mix Batches")
    mix_dates: Series[str] = unsent("Mix Dates")
    mix_pallet_qty: Series[str] = unsent("Mix Pallet Qty")
    allow_unpalletised: Series[str] = unsent("Allow Unpalletised")
    allow_palletised: Series[str] = unsent("Allow Palletised")
    allow_hold_stock: Series[str] = unsent("Allow Hold Stock")
    is_active: Series[str] = header("is_active", flag(), "Active")
    is_pickface: Series[str] = header("is_pickface", flag(), "Is Pickface")
    unit_of_measure: Series[str] = unsent("Unit Of Measure")
    safety_height_clearance: Series[str] = unsent("Safety Height Clearance")
    # Accepted under their API names; the template has no column for them.
    barcode: Series[str] = header("barcode", code(), besides=True)
    bay: Series[str] = header("bay", text(), besides=True)
    level: Series[str] = header("level", text(), besides=True)
    position: Series[str] = header("position", text(), besides=True)
    putaway_sequence: Series[str] = header("putaway_sequence", integer(), besides=True)
    _slots = generic_slots(header, "", ("string", "integer", "boolean"))
