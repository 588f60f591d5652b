"""What the pipeline knows of each record type: one file each, registered here."""

from schemas import (
    account_assignments,
    addresses,
    carrier_services,
    carriers,
    collection_addresses,
    crossdocks,
    customers,
    locations,
    materials,
    orders,
    products,
    receipts,
    suppliers,
)
from schemas.vocabulary.contract import RECORD_TYPES, Column, Level, Precursor, RecordType, Variant, in_load_order
from schemas.vocabulary.quantity import Quantity

__all__ = [
    "RECORD_TYPES",
    "Column",
    "Level",
    "Precursor",
    "Quantity",
    "RecordType",
    "Variant",
    "account_assignments",
    "addresses",
    "carrier_services",
    "carriers",
    "collection_addresses",
    "crossdocks",
    "customers",
    "in_load_order",
    "locations",
    "materials",
    "orders",
    "products",
    "receipts",
    "suppliers",
]
