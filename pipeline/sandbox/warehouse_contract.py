"""What the bodies of the records of a warehouse itself may hold; see `contract`."""

from collections.abc import Mapping

from pipeline.sandbox.kinds import Anything, Boolean, Choice, Datetime, Integer, Kind, Number, Object, String
from pipeline.sandbox.resources import Resource
from pipeline.sandbox.shared_attributes import EXTERNAL, FLAG, ID, SLOTS, STANDING_ADDRESS, TEXT, WHOLE

WAREHOUSE_RECORDS: dict[str, Mapping[str, Kind]] = {
    Resource.COLLECTION_ADDRESSES: STANDING_ADDRESS | {
        "name": String(required=True),
        "code": String(50, required=True),
        "supplier_id": ID,
    },
    Resource.LOCATIONS: {name: kind for name, kind in SLOTS.items() if not name.startswith("datetime")} | {
        "code": String(60, required=True),
        "warehouse_id": Integer(required=True),
        "location_type_id": Integer(required=True),
        "description": TEXT,
        "barcode": TEXT,
        "aisle": TEXT,
        "bay": TEXT,
        "level": TEXT,
        "position": TEXT,
        "pick_sequence": WHOLE,
        "putaway_sequence": WHOLE,
        "max_weight": Number(nullable=True),
        "max_cube": Number(nullable=True),
        "is_pickface": FLAG,
        "is_active": FLAG,
    },
    Resource.CARRIERS: EXTERNAL | {
        "code": String(50, required=True),
        "name": String(50, required=True),
        "description": TEXT,
        "active": FLAG,
        "carrier_type": TEXT,
        "custom_carrier_type_id": ID,
        "shipment_reference_template": TEXT,
        "carrier_authentication": Anything(nullable=True),
    },
    Resource.CARRIER_SERVICES: {
        "code": String(30, required=True),
        "name": String(50, required=True),
        "carrier_id": Integer(required=True),
        "is_default": Boolean(required=True),
        "active": Boolean(required=True),
        "service_configuration": Anything(nullable=True),
        "external_preset_name": TEXT,
        "external_preset_id": WHOLE,
    },
    Resource.CROSSDOCKS: {
        "account_id": Integer(required=True),
        "expected_date_of_receipt": Datetime(required=True),
        "reference": String(required=True),
        "status": Choice(("pending", "confirmed", "received", "completed")),
        "inbound_method": Choice(("delivery", "collection")),
        "notes": TEXT,
        "warehouse_id": ID,
        "carrier_id": ID,
        "supplier_id": ID,
        "collection_address_id": ID,
        "goods_in_location_id": ID,
        "address": Object(
            {
                "name": TEXT,
                "address_1": String(80, nullable=True),
                "address_3": String(80, nullable=True),
                "postcode": String(10, nullable=True),
                "country_code": String(6, nullable=True),
            }
        ),
    },
}  # fmt: skip
