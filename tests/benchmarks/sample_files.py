"""Files as wide as Clarus's order template, with orders of three lines; most columns are empty, as in life."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

WIDTH = 98
LINES = 3  # of an order
_PRODUCTS, _CUSTOMERS = 5_000, 20_000
_FILLED = (
    *("order_reference", "account_code", "warehouse_code", "expected_date_of_dispatch", "notes", "priority"),
    *("external_system_reference2", "address1", "address3", "postcode", "recipient_name", "recipient_email"),
    *("country_code", "product_code", "quantity", "quantity_dimension", "alt_line_reference", "line_string1"),
)
_BLANK = ("sales_order_string", "sales_order_integer", "sales_order_datetime", "sales_order_boolean")
_BLANK_OF_LINE = ("line_string", "line_integer", "line_boolean")


_EXPORTED = (
    *("order_reference", "account_code", "expected_date_of_dispatch", "recipient_name", "address1", "address3"),
    *("postcode", "country_code", "product_code", "quantity", "alt_line_reference", "line_string1"),
    "external_system_reference2",
)
RULES = """
[[sources]]
match = "export*.csv"
type = "orders"
timezone = "Europe/London"
zones = { PDT = "America/Los_Angeles" }
blank_words = ["NULL"]
decimal = "."
thousands = ","
fill_down = ["account_code"]
fill_within = "order_reference"
skip = [{ column = "line_string1", is = ["voided"] }, { column = "recipient_name", starts = "Total" }]
[sources.columns]
order_reference = { from = "order_reference", strip = "#" }
account_code = { from = "account_code", upper = true }
expected_date_of_dispatch = "expected_date_of_dispatch"
recipient_name = "{recipient_name} {address3}"
address1 = { from = "address1", replace = { ";" = "," } }
address3 = { from = "address3", after = "-" }
postcode = { from = "postcode", upper = true }
country_code = { from = "country_code", map = { "United Kingdom" = "GB" } }
product_code = { from = "product_code", strip = "'", upper = true, pad = 12 }
quantity = { from = "quantity", times = 2 }
alt_line_reference = { from = "alt_line_reference", strip_left = "0", pad = 12 }
line_string1 = { from = "line_string1", before = "/" }
external_system_reference2 = { from = "external_system_reference2", lower = true }
"""


def headings() -> list[str]:
    """The filled columns, then blank ones that are known, then columns of somebody else's system."""
    blank = [f"{name}{number}" for name in _BLANK for number in range(1, 6)]
    blank += [f"{name}{number}" for name in _BLANK_OF_LINE for number in range(2, 6)]
    blank += [f"line_datetime{number}_{end}" for number in range(1, 6) for end in ("from", "to")]
    blank += ["stock_description", "alt_product_code", "alt_line_note", "load_reference", "pick_reference"]
    named = [*_FILLED, *blank]
    return [*named, *(f"warehouse_export_{number}" for number in range(WIDTH - len(named)))]


def write_csv(path: Path, lines: int) -> Path:
    """Write so many order lines."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headings())
        writer.writerows(_rows(lines))
    return path


def write_export(path: Path, lines: int) -> Path:
    """Write so many order lines as a shop exports them: few columns, most of them with different values."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_EXPORTED)
        for number in range(lines):
            order = number // LINES
            writer.writerow(
                (
                    f"#{order:07}",
                    "acme",
                    f"2026-{order % 12 + 1:02}-{order % 28 + 1:02}T{order % 24:02}:{order % 60:02}:00",
                    f"Customer {order % 200_000}",
                    f"{order % 5_000} Road {order % 77}",
                    f"Town {order % 900}",
                    f"ab{order % 90} {order % 9}xy",
                    "GB",
                    f"SKU-{number * 31 % 400_000:06}",
                    number % 9_000 + 1,
                    f"L{number:08}",
                    f"Gate {number % 700_000}",
                    f"ERP-{order}",
                )
            )
    return path


def write_workbook(path: Path, lines: int, every_bad: int = 0) -> Path:
    """Write so many order lines into a sheet; one in `every_bad` has a priority that Clarus refuses."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    sheet.append(headings())
    for number, row in enumerate(_rows(lines)):
        cells: list[str | int | None] = [cell or None for cell in row]
        cells[_FILLED.index("quantity")] = int(row[_FILLED.index("quantity")])
        cells[_FILLED.index("priority")] = 2000 if every_bad and number % every_bad == 0 else 5
        sheet.append(cells)
    book.save(path)
    return path


def _rows(lines: int) -> Iterator[list[str]]:
    blank = [""] * (WIDTH - len(_FILLED))
    for number in range(lines):
        order = number // LINES
        customer = order * 7919 % _CUSTOMERS
        yield [
            f"ORD-{order:08}",
            f"ACC{order % 3}",
            "WHS01",
            f"2026-07-{order % 28 + 1:02}",
            f"Ring the bell at gate {order % 50}",
            "5",
            f"ERP-{order:08}",
            f"{customer % 300 + 1} Station Road",
            f"Town {customer % 900}",
            f"AB{customer % 90 + 10} {customer % 9}XY",
            f"Customer Number {customer}",
            f"orders{customer}@example.com",
            "GB",
            f"SKU-{number * 31 % _PRODUCTS:05}",
            str(number % 48 + 1),
            "unit",
            f"L{number:08}",
            f"B{number % 700:04}",
            *blank,
        ]
