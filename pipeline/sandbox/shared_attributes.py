"""Attributes that several records have: our own reading of the Clarus OpenAPI document."""

from pipeline.sandbox.kinds import Boolean, Datetime, Integer, Kind, String

TEXT = String(nullable=True)
ID = Integer(nullable=True)
WHOLE = Integer(nullable=True)
FLAG = Boolean(nullable=True)
INSTANT = Datetime(nullable=True)

CONFIGURATIONS = ("unit", "case", "inner", "outer")
DIMENSIONS = ("length", "area", "volume", "weight", "none")
LENGTH_UNITS = ("centimetre", "metre", "inch", "foot", "millimetre")
DISPATCH_STRATEGIES = ("manual", "auto", "load", "shipment", "auto_shipment")
PACK_STRATEGIES = ("disabled", "pack_by_line", "pack_by_unit")

EXTERNAL: dict[str, Kind] = {f"external_system_reference{n}": TEXT for n in (1, 2, 3)}
SLOTS: dict[str, Kind] = {
    f"{slot}{n}": kind
    for slot, kind in (("string", TEXT), ("integer", WHOLE), ("datetime", INSTANT), ("boolean", FLAG))
    for n in range(1, 6)
}
PLACE: dict[str, Kind] = {
    "address_1": String(80, nullable=True),
    "address_2": String(80, nullable=True),
    "address_3": String(80, nullable=True),  # the town
    "address_4": String(80, nullable=True),  # the county
    "address_5": String(80, nullable=True),
    "postcode": String(10, nullable=True),
    "country_code": String(6, nullable=True),
    "phone_number": String(50, nullable=True),
}

STANDING_ADDRESS = (
    PLACE
    | EXTERNAL
    | {
        "name": String(),
        "code": String(50),
        "email_address": String(254, nullable=True),
        "default_notes": TEXT,
        "is_active": Boolean(),
        "external_delivery_id": TEXT,
    }
)
