from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.config import Settings, load_settings
from pipeline.describe.fields import FieldLine, as_json, as_text, describe, file_headings, rule
from schemas import RECORD_TYPES, Level, RecordType

EVERY_RECORD_TYPE = pytest.mark.parametrize("record", RECORD_TYPES.values(), ids=list(RECORD_TYPES))


def configured(folder: Path, text: str) -> Settings:
    path = folder / "clarus.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environ={})


def line_of(record: str, heading: str, settings: Settings | None = None) -> FieldLine:
    return next(line for line in describe(RECORD_TYPES[record], settings) if line.heading == heading)


@EVERY_RECORD_TYPE
def test_every_column_is_described_in_the_order_of_the_contract(record: RecordType) -> None:
    """Nothing that a file may hold is missing, and every line says what it may hold and what it becomes."""
    lines = describe(record)

    assert [line.heading for line in lines] == list(record.columns)
    assert all(line.holds and line.becomes for line in lines)


@EVERY_RECORD_TYPE
@pytest.mark.parametrize("width", [80, 100])
def test_the_text_fits_a_terminal(record: RecordType, width: int) -> None:
    """No line is wider than the terminal, and every heading without blanks stands there in one piece."""
    lines = describe(record)

    text = as_text(lines, width)

    assert max(map(len, text.splitlines())) <= width
    assert all(
        any(row.startswith(line.heading) for row in text.splitlines()) for line in lines if " " not in line.heading
    )


@EVERY_RECORD_TYPE
def test_other_programs_can_read_it(record: RecordType) -> None:
    """The same lines are plain JSON."""
    rows = json.loads(json.dumps(as_json(describe(record))))

    assert [row["heading"] for row in rows] == list(record.columns)
    assert {row["level"] for row in rows} <= set(Level)


@pytest.mark.parametrize(
    ("record", "heading", "holds"),
    [
        ("orders", "order_reference", "text, up to 50 characters"),
        ("orders", "notes", "text"),
        ("orders", "account_code", "code of an account"),
        ("orders", "priority", "whole number from 1 to 99"),
        ("orders", "drop_sequence", "whole number, at least 0"),
        ("orders", "quantity", "number above 0"),
        ("orders", "allow_duplicate", "TRUE or FALSE"),
        ("orders", "recipient_email", "e-mail address, up to 254 characters"),
        ("orders", "country_code", "ISO 3166 country code, such as GB or CA-ON"),
        ("orders", "expected_date_of_dispatch", "date (2026-06-10 14:30)"),
        ("orders", "pick_type", "one of standard, tote"),
        ("products", "Specific Gravity", "number"),
        ("products", "Storage Unit Units Per Layer", "number, at least 0"),
    ],
)
def test_rules_are_told_in_words(record: str, heading: str, holds: str) -> None:
    """Each kind of value reads as a person would say it."""
    assert line_of(record, heading).holds == holds


@pytest.mark.parametrize(
    ("record", "heading", "becomes"),
    [
        ("orders", "order_reference", "order: reference"),
        ("orders", "postcode", "address: postcode"),
        ("orders", "address_code", "the address with this code in addresses"),
        ("orders", "quantity", "line: order_quantity"),
        (
            "orders",
            "quantity_dimension",
            "line: stock_configuration with ordered_configurations_quantity, or order_quantity_dimension",
        ),
        ("receipts", "storage_unit_quantity", "line: expected_quantity"),
        ("receipts", "delivery_method", "not sent: not in Clarus's API"),
        ("orders", "allow_duplicate", "not sent: says how to load the row"),
        ("products", "Storage Unit Height", "storage unit of the product, created after it: height"),
    ],
)
def test_what_a_column_becomes_is_told(record: str, heading: str, becomes: str) -> None:
    """Attributes by their name, follow-ups by what they make, and columns of which nothing is sent."""
    assert line_of(record, heading).becomes == becomes


def test_lookups_and_defaults_of_the_contract_are_told() -> None:
    """Where a code is looked up, and what stands in for a blank cell."""
    service, kind, reference = (
        line_of("orders", heading) for heading in ("carrier_service", "goods_out_type", "external_system_reference1")
    )

    assert (service.lookup, service.note) == ("carrier_services", "within carrier_code")
    assert (kind.default, kind.default_from) == ("sales_order", "contract")
    assert (reference.default, reference.default_from) == ("order_reference", "column")
    assert "Blank: as order_reference" in rule(reference)


def test_the_configuration_is_told(tmp_path: Path) -> None:
    """Headings, defaults, words and date formats in force appear as the configuration writes them."""
    settings = configured(
        tmp_path,
        """
        date_formats = ["%d/%m/%Y"]
        [columns.orders]
        "PO Number" = "order_reference"
        [defaults.orders]
        warehouse_code = "WHS01"
        [values.orders.country_code]
        UK = "GB"
        """,
    )

    text = as_text(describe(RECORD_TYPES["orders"], settings))

    assert line_of("orders", "order_reference", settings).in_files == ("PO Number",)
    assert line_of("orders", "warehouse_code", settings).default_from == "configuration"
    for words in ("= PO Number", "blank: WHS01 (configured)", "words: UK = GB", "DD/MM/YYYY"):
        assert words in text


def test_a_heading_that_is_read_as_another_column_is_told(tmp_path: Path) -> None:
    """Where the configuration takes a heading of the contract for another column, that column has none left."""
    settings = configured(tmp_path, '[columns.orders]\nnotes = "delivery_notes"')

    headings = file_headings(RECORD_TYPES["orders"], settings)

    assert headings["delivery_notes"] == "notes"
    assert "notes" not in headings
    assert "cannot be filled" in line_of("orders", "notes", settings).note
