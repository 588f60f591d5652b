"""What the pipeline knows of each record type: one file each, registered here."""

from schemas import addresses, customers, materials, orders, products, receipts, suppliers
from schemas.vocabulary.contract import RECORD_TYPES, Column, Level, Precursor, Quantity, RecordType, in_load_order

__all__ = [
    "RECORD_TYPES",
    "Column",
    "Level",
    "Precursor",
    "Quantity",
    "RecordType",
    "addresses",
    "customers",
    "in_load_order",
    "materials",
    "orders",
    "products",
    "receipts",
    "suppliers",
]
