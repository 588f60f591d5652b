"""What the pipeline knows of each record type: one file each, registered here."""

from schemas import addresses, orders, products, receipts
from schemas.contract import RECORD_TYPES, Column, Level, Quantity, RecordType, in_load_order

__all__ = [
    "RECORD_TYPES",
    "Column",
    "Level",
    "Quantity",
    "RecordType",
    "addresses",
    "in_load_order",
    "orders",
    "products",
    "receipts",
]
