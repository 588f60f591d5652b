"""The sample files: a small warehouse on an ordinary day, with the mistakes that people make."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from pipeline.cli.demo.warehouse import write_warehouse

_TEXTS = ("products.csv", "addresses.csv", "orders.csv")

# A workbook is made here rather than stored, so that everybody can read what is in it.
_RECEIPTS = (
    (
        "receipt_reference",
        "account_code",
        "warehouse_code",
        "supplier_code",
        "expected_date_of_receipt",
        "product_code",
        "item_quantity",
        "quantity_dimension",
        "line_string1",
    ),
    ("RC-501", "ACME", "WHS01", "SUP-001", date(2026, 6, 8), "KETTLE-17", 144, "unit", "B2606"),
    ("RC-501", None, None, None, None, "TOASTER-2", 120, "unit", "B2606"),
    ("RC-501", None, None, None, None, "00731", 500, "unit", None),
    ("RC-502", "ACME", "WHS01", "SUP-002", date(2026, 6, 9), "MUG-BL", 960, "unit", "B2607"),
    ("RC-502", None, None, None, None, "TEAPOT-BL", "1,5", "unit", "B2607"),
    ("RC-601", "GLOBEX", "WHS02", "SUP-002", date(2026, 6, 9), "HOSE-25", 64, "unit", None),
)


def drop_samples(inbox: Path) -> list[str]:
    """Write the sample files into an inbox; a file that lies there already is left as it is.

    Returns:
        The names of those that were left.
    """
    left = [name for name in _TEXTS if not _written(inbox / name, _sample(name))]
    receipts, warehouse = inbox / "receipts.xlsx", inbox / "warehouse.xlsx"
    left += [path.name for path in (receipts, warehouse) if path.exists()]
    if receipts.name not in left:
        _receipts().save(receipts)
    if warehouse.name not in left:
        write_warehouse(warehouse)
    return left


def write_address_book(path: Path) -> None:
    """Write the addresses a second time, to lie beside the configuration; a file that is there is left as it is."""
    _written(path, _sample("addresses.csv"))


def _sample(name: str) -> bytes:
    return (files("pipeline.cli.demo") / "samples" / name).read_bytes()


def _written(path: Path, content: bytes) -> bool:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def _receipts() -> Workbook:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "receipts"
    for row in _RECEIPTS:
        sheet.append(row)
    for number, heading in enumerate(_RECEIPTS[0], start=1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = len(str(heading)) + 3
    sheet.freeze_panes = "A2"
    return workbook
