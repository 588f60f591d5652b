"""What the pipeline knows of each record type: one file each, registered here."""

from schemas import (
    addresses,
    carrier_services,
    carriers,
    customers,
    locations,
    materials,
    orders,
    products,
    receipts,
    suppliers,
)
from schemas.vocabulary.contract import RECORD_TYPES, Column, Level, Precursor, Quantity, RecordType, in_load_order

__all__ = [
    "RECORD_TYPES",
    "Column",
    "Level",
    "Precursor",
    "Quantity",
    "RecordType",
    "addresses",
    "carrier_services",
    "carriers",
    "customers",
    "in_load_order",
    "locations",
    "materials",
    "orders",
    "products",
    "receipts",
    "suppliers",
]
