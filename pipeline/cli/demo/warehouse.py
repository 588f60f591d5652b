"""A whole warehouse in one workbook: a sheet for each kind of record, from its carriers to its first orders."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

_Cell = str | int | float | date | None

_PALLET = ("PALLET", "unit", "centimetre")

# In no particular order: the program finds out what has to be there first.
SHEETS: dict[str, tuple[tuple[_Cell, ...], ...]] = {
    "orders": (
        (
            *("order_reference", "account_code", "warehouse_code", "customer_code", "carrier_code", "carrier_service"),
            *("address_code", "expected_date_of_dispatch", "product_code", "quantity"),
        ),
        ("WO-1", "ACME", "WHS02", "FERN", "SWIFT", "NEXT-DAY", "FERN-SHOP", date(2026, 6, 15), "LAMP-SET", 4),
        ("WO-1", None, None, None, None, None, None, None, "BULB-E27", 20),
        ("WO-2", "ACME", "WHS02", "FERN", "SWIFT", "ECONOMY", "FERN-SHOP", date(2026, 6, 16), "LAMP-A", 2),
    ),
    "opening receipts": (
        (
            *("receipt_reference", "account_code", "warehouse_code", "supplier_code", "expected_date_of_receipt"),
            *("product_code", "item_quantity", "quantity_dimension"),
        ),
        ("WR-1", "ACME", "WHS02", "LUMEN", date(2026, 6, 12), "LAMP-A", 240, "unit"),
        ("WR-1", None, None, None, None, "BULB-E27", 2000, "unit"),
    ),
    "addresses": (
        (
            *("code", "address_type", "name", "address_1", "address_3", "postcode", "country"),
            *("account_code", "customer_code", "supplier_code"),
        ),
        (
            *("FERN-SHOP", "DeliveryAddress", "Fern & Finch", "8 Bridge Street", "York", "YO1 6DA", "GB"),
            *("ACME", "FERN", None),
        ),
        (
            *("LUMEN-WORKS", "CollectionAddress", "Lumen Works", "Mill Yard", "Halifax", "HX1 5ES", "GB"),
            *(None, None, "LUMEN"),
        ),
    ),
    "materials": (
        ("parent_product_code", "child_product_code", "quantity"),
        ("LAMP-SET", "LAMP-A", 1),
        ("LAMP-SET", "BULB-E27", 2),
    ),
    "products": (
        (
            *("Code", "Description", "Account Code", "Unit Stock Unit Type Code", "Barcode"),
            *("Storage Unit Type Code", "Storage Unit Stock Configuration", "Storage Unit Unit Of Measure"),
            *("Storage Unit Units Per Layer", "Storage Unit Number of Layers"),
            *("Pick Face Location Code", "Pick Face Warehouse Code", "Pick Face Trigger Min", "Pick Face Trigger Max"),
        ),
        ("LAMP-A", "Desk lamp, brass", "ACME", "EACH", "5012345700011", *_PALLET, 12, 5, "A-01-01", "WHS02", 10, 60),
        ("BULB-E27", "Bulb, E27", "ACME", "EACH", "5012345700028", *_PALLET, 200, 8, "A-01-02", "WHS02", 100, 800),
        ("LAMP-SET", "Desk lamp with two bulbs", "ACME", "EACH", "5012345700035", *[None] * 9),
    ),
    "accounts": (
        ("Product Code", "Account Code", "Operation"),
        ("BULB-E27", "GLOBEX", "ASSIGN"),
    ),
    "customers": (
        ("customer_code", "customer_name", "address_1", "address_3", "postcode", "country_code"),
        ("FERN", "Fern & Finch", "8 Bridge Street", "York", "YO1 6DA", "GB"),
    ),
    "suppliers": (
        ("supplier_code", "supplier_name", "address_1", "address_3", "postcode", "country_code"),
        ("LUMEN", "Lumen Works", "Mill Yard", "Halifax", "HX1 5ES", "GB"),
    ),
    "locations": (
        ("Code", "Description", "Warehouse Code", "Location Type", "Aisle", "Walk Sequence", "Is Pickface"),
        ("A-01-01", "Pick face", "WHS02", "PICK", "A", 10, "TRUE"),
        ("A-01-02", "Pick face", "WHS02", "PICK", "A", 20, "TRUE"),
        ("A-01-01", "The same code in another warehouse", "WHS01", "BULK", "A", 10, "FALSE"),
    ),
    "services": (
        ("carrier_code", "carrier_service_code", "carrier_service_name", "is_default"),
        ("SWIFT", "NEXT-DAY", "Next working day", "TRUE"),
        ("SWIFT", "ECONOMY", "Three to five days", "FALSE"),
    ),
    "carriers": (
        ("carrier_code", "carrier_name", "active"),
        ("SWIFT", "Swift Parcels", "TRUE"),
    ),
}


def write_warehouse(path: Path) -> None:
    """Write the workbook."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in SHEETS.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for number, heading in enumerate(rows[0], start=1):
            sheet.cell(1, number).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(number)].width = len(str(heading)) + 3
        sheet.freeze_panes = "A2"
    workbook.save(path)
